//! What else one should know, most important first.

use switchback_model::directory::{Account, INVITATION_LIVES, PoolRole};

use super::words::{days, hole, invitation, lines, list};
use super::{Facts, PoolAnswer, Verdict, hints};
use crate::letters;
use crate::query::MatchedBy;
use crate::source::Source;

/// Said of somebody who is in both pools, once people sign in at the new one.
pub(super) const NEW_COUNTS: &str = "Also in the old pool: the account above is the one that counts.";

pub(super) fn notes(verdict: Verdict, facts: &Facts<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if facts.matched_by == MatchedBy::Name && facts.new.len() + facts.old.len() == 1 {
        notes.push("Found by the beginning of a name: check that this is the person.".to_owned());
    }
    if let (Some(odd), false) = (facts.odd, verdict == Verdict::CantTell) {
        notes.push(format!("Check the letters: {odd}."));
    }
    note_letters(verdict, facts, &mut notes);
    if verdict.is_of_invitation() && invitation(facts).is_none() {
        notes.push(format!(
            "How long an invitation lives in this pool is not known: {}, the default, is taken for it.",
            days(INVITATION_LIVES)
        ));
    }
    let one_new = match facts.new.as_slice() {
        [account] => Some(*account),
        _ => None,
    };
    if let Some(account) = one_new {
        note_old(account, facts, &mut notes);
    }
    hints::notes(verdict, facts, &mut notes);
    if verdict != Verdict::CantTell {
        let holes = facts.pools.iter().filter(|answer| !answer.read.is_whole());
        notes.extend(holes.map(|answer| format!("Not known from every pool: {}.", hole(answer))));
    }
    if let Some(source) = facts.source {
        note_source(verdict, facts, source, one_new, &mut notes);
    }
    notes
}

/// What capital and small letters may have to do with it.
fn note_letters(verdict: Verdict, facts: &Facts<'_>, notes: &mut Vec<String>) {
    let what = match facts.matched_by {
        MatchedBy::Email => "e-mail address",
        MatchedBy::Username => "user name",
        MatchedBy::Sub | MatchedBy::Name => return,
    };
    if verdict.says_absent() && facts.may_be_there_in_other_letters() {
        let new = || facts.pools.iter().filter(|answer| answer.role == PoolRole::New);
        let titles = |counts: Option<bool>| -> Vec<String> {
            let case = |answer: &PoolAnswer| answer.rules.map(|rules| rules.letter_case_counts);
            let of_case = new().filter(|answer| case(answer) == counts);
            of_case.map(|answer| answer.title.clone()).collect()
        };
        let (counts, not_known) = (titles(Some(true)), titles(None));
        if !counts.is_empty() {
            notes.push(format!(
                "Capital letters count in {}: the {what} may be there in other capital letters. Try it as \
                 they write it.",
                list(&counts)
            ));
        }
        if !not_known.is_empty() {
            notes.push(format!(
                "Whether capital letters count in {} is not known: the {what} may be there in other capital \
                 letters. Try it as they write it.",
                list(&not_known)
            ));
        }
    }
    if let [account] = facts.new.as_slice() {
        let value = match facts.matched_by {
            MatchedBy::Email => account.email.as_ref(),
            _ => Some(&account.username),
        };
        if value.is_some_and(|value| value.revealed() != facts.typed) {
            let same =
                value.is_some_and(|value| letters::forms(value.revealed()) == letters::forms(facts.typed));
            notes.push(match same {
                true => format!("The account has the {what} with its accents stored in another way."),
                false => format!("The account has the {what} in other capital letters."),
            });
        }
    }
}

fn note_old(account: &Account, facts: &Facts<'_>, notes: &mut Vec<String>) {
    if facts.old.is_empty() {
        return;
    }
    notes.push(
        if account.enabled != Some(false) && facts.old.iter().any(|old| old.enabled == Some(false)) {
            "In the old pool the account is disabled: ask who owns it before you help them to sign in."
                .to_owned()
        } else {
            NEW_COUNTS.to_owned()
        },
    );
}

fn note_source(
    verdict: Verdict,
    facts: &Facts<'_>,
    source: &Source,
    one_new: Option<&Account>,
    notes: &mut Vec<String>,
) {
    if facts.matched_by == MatchedBy::Sub {
        notes.push("The source list was not used: it has no user ids (sub).".to_owned());
        return;
    }
    let enabled = one_new.is_some_and(|account| account.enabled != Some(false));
    if enabled && facts.rows.iter().any(|row| row.active == Some(false)) {
        notes.push(format!(
            "The source list says not active ({}): ask who owns the account before you help them to \
             sign in.",
            lines(facts)
        ));
    } else if facts.rows.len() > 1 && verdict != Verdict::Several {
        notes.push(format!(
            "The source list has several rows for this: {}.",
            lines(facts)
        ));
    } else if one_new.is_some()
        && facts.rows.is_empty()
        && source.has_every_address()
        && facts.matched_by == MatchedBy::Email
    {
        notes.push("Not on the source list.".to_owned());
    } else if verdict == Verdict::NoSuchName && !facts.rows.is_empty() {
        notes.push(format!("On the source list: {}.", lines(facts)));
    }
    let nameless = source.without_email();
    if source.rows().is_empty() {
        notes.push("The source list holds no row that can be used.".to_owned());
    } else if facts.matched_by == MatchedBy::Email && nameless > 0 {
        notes.push(if nameless == 1 {
            "1 row of the source list has no e-mail address: the person may be the one in it.".to_owned()
        } else {
            format!("{nameless} rows of the source list have no e-mail address: the person may be in one.")
        });
    }
    match source.left_out() {
        0 => {}
        1 => notes.push("1 row of the source list could not be read.".to_owned()),
        many => notes.push(format!("{many} rows of the source list could not be read.")),
    }
}
