#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;

use switchback_model::directory::{PoolId, PoolRules};

use super::*;
use crate::fakes;

mod answers;
mod listed;
mod rules;
mod states;

const NOW: &str = "2026-03-20T18:00:00Z";

const EMAIL: &str = "ann.smith@example.nhs.test";

const SUB: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";

const STATUSES: [AccountStatus; 8] = [
    AccountStatus::Confirmed,
    AccountStatus::ForceChangePassword,
    AccountStatus::ResetRequired,
    AccountStatus::Unconfirmed,
    AccountStatus::ExternalProvider,
    AccountStatus::Archived,
    AccountStatus::Compromised,
    AccountStatus::Unknown,
];

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn pool(role: PoolRole, read: Read) -> PoolAnswer {
    let (id, title) = match role {
        PoolRole::New => ("eu-west-2_REHEARSAL1", "Admins pool"),
        PoolRole::Old => ("eu-west-2_REHEARSAL0", "Old Reval pool"),
    };
    PoolAnswer {
        pool: PoolId::new(id).unwrap(),
        title: title.to_owned(),
        role,
        rules: rules(false),
        read,
    }
}

/// What a pool of the default settings says of itself, but for letter case.
#[expect(clippy::unnecessary_wraps, reason = "as the pool's answer holds it")]
fn rules(letter_case_counts: bool) -> Option<PoolRules> {
    Some(PoolRules {
        letter_case_counts,
        invitation_lives: Some(INVITATION_LIVES),
    })
}

fn ann() -> Account {
    fakes::account("Ann", "Smith")
}

fn anns(count: usize) -> Vec<Account> {
    vec![ann(); count]
}

fn ask(typed: &str, pools: &[PoolAnswer], source: Option<&Source>) -> Answer {
    judge(&Query::parse(typed).unwrap(), pools, source, now())
}

fn of_one(account: Account) -> Answer {
    ask(EMAIL, &[pool(PoolRole::New, Read::Whole(vec![account]))], None)
}

fn days_ago(days: i64) -> Option<Timestamp> {
    Some(now() - SignedDuration::from_hours(24 * days))
}

fn shown(rows: impl Iterator<Item = (Answer, Vec<String>)>) -> String {
    let mut text = String::new();
    for (answer, when) in rows {
        writeln!(text, "{}", answer.verdict.word()).unwrap();
        writeln!(text, "  says  {}", answer.sentence).unwrap();
        writeln!(text, "  next  {}", answer.next_step).unwrap();
        for note in &answer.notes {
            writeln!(text, "  note  {note}").unwrap();
        }
        for when in when {
            writeln!(text, "  when  {when}").unwrap();
        }
    }
    text
}

fn source(kind: usize) -> Option<(Source, &'static str)> {
    let (rows, name) = match kind {
        0 => return None,
        1 => ("bob.brown@example.nhs.test,Bob,Brown,yes\n", "not on the list"),
        2 => ("ann.smith@example.nhs.test,Ann,Smith,yes\n", "on the list"),
        3 => (
            "ann.smith@example.nhs.test,Ann,Smith,no\n",
            "on the list, not active",
        ),
        4 => (
            "ann.smith@example.nhs.test,Ann,Smith,yes\nann.smith@example.nhs.test,Ann,Smith,no\n",
            "on the list twice",
        ),
        5 => ("ann.smith@example.nhs.test,Ann\n", "list with a ragged row"),
        6 => ("", "list without a row"),
        _ => (
            "bob.brown@example.nhs.test,Bob,Brown,yes\n,Ann,Smith,no\n",
            "list, their row without e-mail",
        ),
    };
    let text = format!("email,given_name,family_name,active\n{rows}");
    Some((Source::read(text.as_bytes()).unwrap(), name))
}
