//! From accounts to the wire: masked.

use switchback_directory::{Gap, Meaning, PoolAnswer, Read, Source, Stage, WhyNot, is_machine_account};
use switchback_model::directory::{Account, Personal, Pool};

use crate::wire::{AccountView, LookupMeaning, MaskedField, RunStage, SourceView};

/// The fields that name a person, in the order in which they are shown.
pub(super) const FIELDS: [&str; 5] = ["email", "given_name", "family_name", "username", "sub"];

/// The most faults of a source list that are told.
const FAULTS: usize = 20;

/// A field's value.
pub(super) fn field<'a>(account: &'a Account, name: &str) -> Option<&'a Personal> {
    match name {
        "email" => account.email.as_ref(),
        "given_name" => account.given_name.as_ref(),
        "family_name" => account.family_name.as_ref(),
        "username" => Some(&account.username),
        "sub" => account.sub.as_ref(),
        _ => None,
    }
}

pub(super) fn account(index: usize, account: &Account, pool: &Pool) -> AccountView {
    AccountView {
        index,
        pool: account.pool.clone(),
        pool_title: pool.title.clone(),
        role: pool.role.word().to_owned(),
        status: account.status.word().to_owned(),
        enabled: account.enabled,
        email_verified: account.email_verified,
        created_at: account.created_at,
        modified_at: account.modified_at,
        machine: is_machine_account(account),
        fields: FIELDS
            .iter()
            .filter_map(|name| {
                Some(MaskedField {
                    field: (*name).to_owned(),
                    masked: field(account, name)?.masked(),
                })
            })
            .collect(),
        mfa: account.mfa.clone(),
    }
}

/// A pool's answer in a sentence, and how to mend it.
pub(super) fn says(answer: &PoolAnswer) -> (&'static str, String, Option<String>) {
    let count = answer.read.accounts().len();
    let accounts = if count == 1 {
        "1 account matches".to_owned()
    } else {
        format!("{count} accounts match")
    };
    let mend = |text: &str| Some(text.to_owned());
    match answer.read {
        Read::Whole(_) if count == 0 => ("whole", "No account matches.".to_owned(), None),
        Read::Whole(_) => ("whole", format!("{accounts}."), None),
        Read::Cut(_, Gap::More) => (
            "cut",
            format!("At least {accounts}; the pool holds more, or may."),
            mend("Narrow the search: type the whole e-mail address."),
        ),
        Read::Cut(_, Gap::Stopped) => (
            "cut",
            format!("At least {accounts}; the search was stopped after many pages, before its end."),
            mend("Look again. If it stays so, pass it to the identity team."),
        ),
        Read::Cut(_, Gap::Unasked) => (
            "unasked",
            format!("{accounts}, but it answered others too, that were not asked for and are not shown."),
            mend("Check which endpoint is asked: something may answer in the place of AWS."),
        ),
        Read::Cut(_, Gap::Escaped) => (
            "cut",
            "It found nobody, but a search that begins with \" or \\ proves nothing.".to_owned(),
            mend("Look up another of their names, or their e-mail address."),
        ),
        Read::Cut(_, Gap::Failed(why)) => (
            "cut",
            format!("At least {accounts}; one of the questions got no answer."),
            mend(why.mend()),
        ),
        Read::Failed(why) => {
            let says = match why {
                WhyNot::Throttled => "No answer: AWS asks to slow down.",
                WhyNot::Denied => "No answer: the profile may not read it.",
                WhyNot::SignIn => "No answer: nobody is signed in, or the session has ended.",
                WhyNot::NoSuchPool => "No answer: there is no such pool in this account and region.",
                WhyNot::Unreachable => "No answer: AWS could not be reached.",
                WhyNot::Failing => "No answer: AWS failed by itself, or its answer was cut.",
                WhyNot::Endless => "No answer that can be used: its pages have no end.",
                WhyNot::Other => "No answer: AWS refused, or its answer could not be read.",
            };
            (why.word(), says.to_owned(), mend(why.mend()))
        }
    }
}

pub(super) fn source(source: &Source, lines: Vec<u64>) -> SourceView {
    SourceView {
        rows: source.rows().len(),
        lines,
        faults: source
            .faults()
            .iter()
            .take(FAULTS)
            .map(ToString::to_string)
            .collect(),
        fault_count: source.faults().len(),
    }
}

pub(super) fn meaning(meaning: Meaning) -> LookupMeaning {
    match meaning {
        Meaning::CanSignIn => LookupMeaning::CanSignIn,
        Meaning::CanBut => LookupMeaning::CanBut,
        Meaning::CantSignIn => LookupMeaning::CantSignIn,
        Meaning::CantTell => LookupMeaning::CantTell,
        Meaning::NotMigratedYet => LookupMeaning::NotMigratedYet,
        Meaning::NotAPerson => LookupMeaning::NotAPerson,
    }
}

pub(super) fn stage(stage: Stage) -> RunStage {
    match stage {
        Stage::Before => RunStage::Before,
        Stage::Switched => RunStage::Switched,
        Stage::RolledBack => RunStage::RolledBack,
    }
}
