//! The sentences. Plain English for somebody on the phone; none of them names a person.

use jiff::SignedDuration;
use switchback_model::directory::{INVITATION_LIVES, PoolRole};

use super::notes::notes;
use super::{Answer, Facts, Gap, PoolAnswer, Read, SHOWN, Verdict, WhyNot, hints};
use crate::query::MatchedBy;

pub(super) fn answer(verdict: Verdict, facts: &Facts<'_>) -> Answer {
    let (sentence, next_step) = match verdict {
        Verdict::CantTell => cant_tell(facts),
        Verdict::Several => several(facts),
        Verdict::NoSuchId => (
            match facts.matched_by {
                MatchedBy::Username => "No account has this user name.",
                _ => "No account has this user id (sub).",
            }
            .to_owned(),
            match facts.matched_by {
                MatchedBy::Username => {
                    "Check that the whole name was copied, or look up their e-mail address."
                }
                _ => "Check that the whole id was copied, or look up their e-mail address.",
            }
            .to_owned(),
        ),
        Verdict::NotMigratedKnown => (
            format!("Not migrated yet: {}.{MOVED_THEN}", known_where(facts)),
            SIGN_IN_AS_USUAL.to_owned(),
        ),
        Verdict::NotMigratedLeaver => (
            format!("Not migrated, and not active: {}.", left_where(facts)),
            "Do not ask them to sign in: that could move the account. Ask the administrator who owns \
             the account whether this person has left."
                .to_owned(),
        ),
        Verdict::NoSuchName if !facts.rows.is_empty() => (
            "No account in the new pool has a name that begins so, but a row of the source list has."
                .to_owned(),
            "Look up the e-mail address of that row before you say that they have not been moved.".to_owned(),
        ),
        Verdict::OldPoolOnly => (
            match facts.matched_by {
                MatchedBy::Name => {
                    "Can't tell whether they have been moved: only the old pool has a name that begins so, \
                     and the new one may have it written differently."
                }
                _ => {
                    "Can't tell whether they have been moved: this user id (sub) is the old pool's, and the \
                     new one would give another."
                }
            }
            .to_owned(),
            "Look up their e-mail address.".to_owned(),
        ),
        Verdict::InvitationExpired => (
            format!(
                "Invited, never signed in. The invitation has expired: it lives {}.",
                days(invitation(facts).unwrap_or(INVITATION_LIVES))
            ),
            "Have the invitation sent again. Neither a reset nor enabling the account helps.".to_owned(),
        ),
        other => {
            let (sentence, next_step) = fixed(other);
            (sentence.to_owned(), next_step.to_owned())
        }
    };
    Answer {
        verdict,
        clear: verdict.is_clear() && !(verdict.says_absent() && facts.may_be_there_in_other_letters()),
        sentence,
        next_step,
        notes: notes(verdict, facts),
    }
}

/// What is said of an account of which two pages differ, where the verdict does not hang on it.
pub(super) const TORN: &str =
    "Two pages say different things of an account of theirs, and no date tells which is newer.";

/// How a sentence ends that says of somebody that they are not in the new pool yet.
pub(super) const MOVED_THEN: &str = " They sign in with their old password and will be moved then.";

const IF_THE_ADDRESS_IS_RIGHT: &str = "Not migrated yet, if the address is right: no account has it as its e-mail address. They sign in with their old \
     password and will be moved then.";

const SIGN_IN_AS_USUAL: &str = "Ask them to sign in as usual with their old password, or to use \"forgot password\": \
     either moves them. Do not create the account.";

/// The verdicts whose words do not depend on anything else (`aws.md` 1.4).
fn fixed(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::MachineUser => (
            "This is a machine user: a program signs in with it. It stays with the old provider.",
            "Do not move, disable or delete it. If the program can't sign in, tell the team that runs it.",
        ),
        Verdict::NotMigrated => (IF_THE_ADDRESS_IS_RIGHT, SIGN_IN_AS_USUAL),
        Verdict::NotKnown => (
            "Not known: no account has this e-mail address, and it is not on the source list.",
            "Check how the address is spelled. If it is right, ask the administrator who owns the list \
             whether this person should have access.",
        ),
        Verdict::NoSuchName => (
            "No account has a name or user name that begins so. Names may be written differently, so this does not say \
             that the person is not there.",
            "Look up their e-mail address.",
        ),
        Verdict::Confirmed => (
            "They can sign in. The account is confirmed and its e-mail address is verified.",
            "If they can't get in, ask them to use \"forgot password\".",
        ),
        Verdict::EmailNotVerified => (
            "They can sign in, but can't reset their password: the e-mail address is not verified.",
            "Have the e-mail address marked as verified first. Then ask them to use \"forgot password\".",
        ),
        Verdict::InvitationOpen => (
            "Invited, not signed in yet. The invitation is still open.",
            "Ask them to use the temporary password from the invitation. If they can't find it, have the \
             invitation sent again. A reset does not help.",
        ),
        Verdict::InvitationUnsure => (
            "Invited, not signed in yet. The dates do not tell whether the invitation has expired.",
            "Ask them to try the temporary password from the invitation. If it is refused, have the \
             invitation sent again. A reset does not help.",
        ),
        Verdict::ResetRequired => (
            "They must choose a new password before they can sign in.",
            "Ask them to use \"forgot password\" and to enter the code within 1 hour.",
        ),
        Verdict::Unconfirmed => (
            "The account was never confirmed. That should not happen here: only administrators create \
             accounts.",
            "Pass it to the identity team to find out how it was made. Do not confirm it.",
        ),
        Verdict::ExternalProvider => (
            "Another identity provider signs them in.",
            "Never set a password here. Send them to the provider that they sign in with.",
        ),
        Verdict::Escalate => (
            "The account is archived, held back by AWS or in a state that is not known.",
            "Pass it to the identity team. Change nothing.",
        ),
        Verdict::Disabled => (
            "The account is disabled: they can't sign in.",
            "Enable it only when somebody with authority over the account says so. Check the old provider \
             too.",
        ),
        Verdict::CantTell
        | Verdict::Several
        | Verdict::NotMigratedKnown
        | Verdict::NotMigratedLeaver
        | Verdict::NoSuchId
        | Verdict::OldPoolOnly
        | Verdict::InvitationExpired => ("", ""),
    }
}

fn cant_tell(facts: &Facts<'_>) -> (String, String) {
    let holes: Vec<&PoolAnswer> = facts
        .pools
        .iter()
        .filter(|answer| !answer.read.is_whole())
        .collect();
    let Some(first) = holes.first() else {
        if let Some((sentence, next_step)) = hints::cant_tell(facts) {
            return (sentence.to_owned(), next_step.to_owned());
        }
        let silent = facts.not_said();
        let asked = facts.pools.iter().any(|answer| answer.role == PoolRole::New);
        if let (Some(odd), None, true) = (facts.odd, silent, asked) {
            return (
                format!("Can't tell: {odd}. Nobody is found by it as it is written, and it may be another letter."),
                "Ask for the address letter by letter and type it by hand. If it is really written so, pass it \
                 to the identity team."
                    .to_owned(),
            );
        }
        if let (Some(fault), None, true) = (facts.swallowed(), silent, asked) {
            return (
                format!("Can't tell: no account was found, and the source list is not whole: {fault}."),
                "Mend the quote in the source list, then look again.".to_owned(),
            );
        }
        if let Some(account) = silent {
            let of_it = facts
                .pools
                .iter()
                .find(|answer| answer.pool.as_str() == account.pool);
            let title = of_it.map_or(account.pool.as_str(), |answer| &answer.title);
            return (
                format!("Can't tell: 1 account was found, but {title} does not say whether it is enabled."),
                "Look again. If it stays so, pass it to the identity team.".to_owned(),
            );
        }
        return (
            "Can't tell: no new pool was asked.".to_owned(),
            "Name the pool with --pool, or give the target a pool with role = \"new\".".to_owned(),
        );
    };
    let holes: Vec<String> = holes.iter().map(|answer| hole(answer)).collect();
    let found = match (facts.new.len(), facts.old.len()) {
        (0, 0) => "",
        (0, _) => " 1 account was found in the old pool.",
        _ => " 1 account was found, and there may be another.",
    };
    let next = match first.read {
        Read::Whole(_) => "Look again.",
        Read::Cut(_, Gap::Unasked) => {
            "Check which endpoint is asked: something may answer in the place of AWS, or change what it says."
        }
        Read::Cut(_, Gap::Escaped) => "Look up another of their names, or their e-mail address.",
        Read::Failed(why) | Read::Cut(_, Gap::Failed(why)) => why.mend(),
        Read::Cut(..) if facts.matched_by == MatchedBy::Name => {
            "Narrow the search: type the whole e-mail address."
        }
        Read::Cut(..) => "Look again. If it stays so, pass it to the identity team.",
    };
    (format!("Can't tell: {}.{found}", list(&holes)), next.to_owned())
}

/// What is missing of a pool's answer.
pub(super) fn hole(answer: &PoolAnswer) -> String {
    let title = &answer.title;
    match answer.read {
        Read::Whole(_) => format!("{title} answered"),
        Read::Cut(_, Gap::More) => format!("{title} was not read to its end"),
        Read::Cut(_, Gap::Stopped) => {
            format!("the search of {title} was stopped after many pages, before its end")
        }
        Read::Cut(_, Gap::Unasked) => format!("{title} answered with accounts that were not asked for"),
        Read::Cut(_, Gap::Escaped) => {
            format!("{title} found nobody, but a search that begins with \" or \\ proves nothing")
        }
        Read::Failed(why) | Read::Cut(_, Gap::Failed(why)) => match why {
            WhyNot::Throttled => format!("{title} is being asked too often (throttled)"),
            WhyNot::Denied => format!("you may not read {title}"),
            WhyNot::SignIn => format!("you are not signed in for {title}"),
            WhyNot::NoSuchPool => format!("{title} is not a pool of this account and region"),
            WhyNot::Unreachable => format!("{title} did not answer"),
            WhyNot::Failing => {
                format!("{title} gave no whole answer: AWS failed by itself, or the answer was cut")
            }
            WhyNot::Endless => format!("the pages of {title} have no end"),
            WhyNot::Other => format!("{title} gave no answer that can be used"),
        },
    }
}

fn several(facts: &Facts<'_>) -> (String, String) {
    let role = if facts.new.is_empty() {
        PoolRole::Old
    } else {
        PoolRole::New
    };
    let found = if facts.new.is_empty() {
        &facts.old
    } else {
        &facts.new
    };
    if found.is_empty() {
        return (
            format!(
                "Not migrated yet, but the source list has several rows for this: {}.",
                lines(facts)
            ),
            "Find out which row is right before anybody is moved.".to_owned(),
        );
    }
    let of_role: Vec<&PoolAnswer> = facts.pools.iter().filter(|answer| answer.role == role).collect();
    let per_pool: Vec<String> = of_role
        .iter()
        .filter(|answer| !answer.read.accounts().is_empty())
        .map(|answer| format!("{} in {}", answer.read.accounts().len(), answer.title))
        .collect();
    let at_least = if of_role.iter().all(|answer| answer.read.is_whole()) {
        ""
    } else {
        "at least "
    };
    let next = if facts.matched_by == MatchedBy::Name {
        "Ask for the whole e-mail address or user id (sub), and look that up."
    } else {
        "Do not change any of them. Pass all of them to the identity team by user id (sub), to find out \
         which one is used."
    };
    let listed = match (facts.listed, facts.new.len() + facts.old.len() > SHOWN) {
        (false, _) => String::new(),
        (true, true) => format!(" The first {SHOWN} are listed below."),
        (true, false) => " Each is listed below.".to_owned(),
    };
    (
        format!("Several accounts match: {at_least}{}.{listed}", list(&per_pool)),
        next.to_owned(),
    )
}

fn known_where(facts: &Facts<'_>) -> String {
    match (facts.old.is_empty(), facts.rows.is_empty()) {
        (false, false) => format!("in the old pool and on the source list ({})", lines(facts)),
        (false, true) => "in the old pool, and no account of the new one has this address".to_owned(),
        (true, _) => format!(
            "on the source list ({}), and no account of the new pool has this address",
            lines(facts)
        ),
    }
}

fn left_where(facts: &Facts<'_>) -> String {
    if facts.old.iter().any(|account| account.enabled == Some(false)) {
        "the account is disabled in the old pool".to_owned()
    } else {
        format!("the source list says so ({})", lines(facts))
    }
}

/// How long the invitation of the one account lives, as far as its pool says.
pub(super) fn invitation(facts: &Facts<'_>) -> Option<SignedDuration> {
    facts.invitation_lives(facts.new.first()?)
}

pub(super) fn days(lives: SignedDuration) -> String {
    match lives.as_hours() / 24 {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// "line 3", "lines 3 and 9"; of more than five the first five.
pub(super) fn lines(facts: &Facts<'_>) -> String {
    let rows = &facts.rows;
    let mut numbers: Vec<String> = rows.iter().take(5).map(|row| row.line.to_string()).collect();
    if rows.len() > 5 {
        numbers.push(format!("{} more", rows.len() - 5));
    }
    format!(
        "line{} {}",
        if rows.len() == 1 { "" } else { "s" },
        list(&numbers)
    )
}

pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
