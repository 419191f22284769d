#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use switchback_model::directory::{Personal, PoolId, PoolRules};

use super::*;
use crate::fakes;

mod rules;

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

/// Every state an account can be in. What has the same verdict stands together.
#[test]
fn the_verdict_of_every_state_of_one_account() {
    let mut table: BTreeMap<Verdict, (Answer, Vec<String>)> = BTreeMap::new();
    for status in STATUSES {
        for enabled in [Some(true), Some(false), None] {
            for verified in [Some(true), Some(false), None] {
                for (made, changed, age) in [
                    (days_ago(6), days_ago(6), "made 6 days ago"),
                    (days_ago(7), days_ago(7), "made 7 days ago"),
                    (days_ago(30), days_ago(1), "made 30 days ago, changed yesterday"),
                    (None, None, "made nobody knows when"),
                ] {
                    let mut account = ann();
                    account.status = status;
                    account.enabled = enabled;
                    account.email_verified = verified;
                    account.created_at = made;
                    account.modified_at = changed;
                    let answer = of_one(account);
                    let row = table
                        .entry(answer.verdict)
                        .or_insert((answer.clone(), Vec::new()));
                    assert_eq!(row.0, answer, "one verdict, one sentence");
                    row.1.push(format!(
                        "{}, {}, e-mail {}, {age}",
                        status.word(),
                        match enabled {
                            Some(true) => "enabled",
                            Some(false) => "disabled",
                            None => "enabled: not said",
                        },
                        match verified {
                            Some(true) => "verified",
                            Some(false) => "not verified",
                            None => "verified: not said",
                        }
                    ));
                }
            }
        }
    }
    insta::assert_snapshot!(shown(table.into_values()));
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

fn old_pool(kind: usize) -> (Option<PoolAnswer>, &'static str) {
    let mut off = ann();
    off.enabled = Some(false);
    let (read, name) = match kind {
        0 => return (None, "no old pool"),
        1 => (Read::Whole(vec![]), "old 0"),
        2 => (Read::Whole(anns(1)), "old 1"),
        3 => (Read::Whole(vec![off]), "old 1 disabled"),
        4 => (Read::Whole(anns(2)), "old 2"),
        5 => (Read::Whole(vec![silent()]), "old 1, enabled not said"),
        _ => (Read::Failed(WhyNot::Throttled), "old throttled"),
    };
    (Some(pool(PoolRole::Old, read)), name)
}

fn new_pool(kind: usize) -> (PoolAnswer, &'static str) {
    let (read, name) = match kind {
        0 => (Read::Whole(vec![]), "new 0"),
        1 => (Read::Whole(anns(1)), "new 1"),
        2 => (Read::Whole(anns(2)), "new 2"),
        3 => (Read::Cut(vec![], Gap::More), "new 0 of more"),
        4 => (Read::Cut(anns(1), Gap::More), "new 1 of more"),
        5 => (Read::Cut(anns(2), Gap::More), "new 2 of more"),
        6 => (Read::Failed(WhyNot::Denied), "new denied"),
        7 => (Read::Cut(vec![], Gap::Unasked), "new 0 asked for"),
        8 => (Read::Cut(anns(1), Gap::Unasked), "new 1 asked for"),
        9 => (Read::Whole(vec![silent()]), "new 1, enabled not said"),
        _ => (Read::Whole(vec![]), "new 0, case counts"),
    };
    let mut answer = pool(PoolRole::New, read);
    if kind > 9 {
        answer.rules = rules(true);
    }
    (answer, name)
}

/// An account of which the pool does not say whether it is enabled.
fn silent() -> Account {
    let mut account = ann();
    account.enabled = None;
    account
}

/// A verdict with its sentence, its next step and whether it is clear.
type Answered = (Verdict, String, String, bool);

/// Every way in which a query, two pools and a source list can meet.
#[test]
fn the_verdict_of_every_combination_of_answers() {
    let mut table: BTreeMap<Answered, BTreeMap<String, Vec<&str>>> = BTreeMap::new();
    let mut notes: BTreeMap<String, usize> = BTreeMap::new();
    let mut combinations = 0;
    for typed in [EMAIL, SUB, "Ann Smith"] {
        for new in 0..11 {
            for old in 0..7 {
                for listed in 0..8 {
                    let (new, new_name) = new_pool(new);
                    let (old, old_name) = old_pool(old);
                    let source = source(listed);
                    let matched: usize = new.read.accounts().len()
                        + old.as_ref().map_or(0, |answer| answer.read.accounts().len());
                    let pools: Vec<PoolAnswer> = [Some(new), old].into_iter().flatten().collect();
                    let answer = ask(typed, &pools, source.as_ref().map(|(source, _)| source));
                    combinations += 1;
                    assert_honest(&answer, &pools, matched);
                    let matched_by = Query::parse(typed).unwrap().matched_by().word();
                    let when = format!("by {matched_by}: {new_name}, {old_name}");
                    let key = (answer.verdict, answer.sentence, answer.next_step, answer.clear);
                    let listed = source.map_or("no list", |(_, name)| name);
                    table
                        .entry(key)
                        .or_default()
                        .entry(when)
                        .or_default()
                        .push(listed);
                    for note in answer.notes {
                        *notes.entry(note).or_default() += 1;
                    }
                }
            }
        }
    }
    assert_eq!(combinations, 3 * 11 * 7 * 8);
    let mut text = String::new();
    for ((verdict, sentence, next_step, clear), when) in table {
        writeln!(
            text,
            "{}{}\n  says  {sentence}\n  next  {next_step}",
            verdict.word(),
            if clear { "" } else { ", not clear" }
        )
        .unwrap();
        for (when, listed) in when {
            let listed = if listed.len() == 8 {
                "any list".to_owned()
            } else {
                listed.join(" | ")
            };
            writeln!(text, "  when  {when} ({listed})").unwrap();
        }
    }
    for (note, times) in notes {
        writeln!(text, "note in {times} of {combinations}: {note}").unwrap();
    }
    insta::assert_snapshot!(text);
}

/// What no combination may break.
fn assert_honest(answer: &Answer, pools: &[PoolAnswer], matched: usize) {
    let all_read = pools.iter().all(|answer| answer.read.is_whole());
    if matched > 1 || !all_read {
        assert!(!answer.verdict.says_absent(), "{answer:?}");
    }
    let silent = pools
        .iter()
        .flat_map(|answer| answer.read.accounts())
        .all(|a| a.enabled.is_none());
    if matched == 1 && silent {
        assert!(
            !matches!(answer.verdict, Verdict::Disabled | Verdict::Confirmed),
            "{answer:?}"
        );
    }
    assert!(
        !answer.sentence.is_empty() && !answer.next_step.is_empty(),
        "{answer:?}"
    );
    for text in [&answer.sentence, &answer.next_step]
        .into_iter()
        .chain(&answer.notes)
    {
        assert!(text.ends_with('.') && !text.contains('!'), "{text}");
        assert!(
            !text.contains("Ann") && !text.contains("example.nhs.test"),
            "{text}"
        );
    }
}

#[test]
fn every_reason_for_no_answer_has_its_own_next_step() {
    let mut text = String::new();
    for why in [
        WhyNot::Throttled,
        WhyNot::Denied,
        WhyNot::SignIn,
        WhyNot::NoSuchPool,
        WhyNot::Unreachable,
        WhyNot::Other,
    ] {
        let answer = ask(EMAIL, &[pool(PoolRole::New, Read::Failed(why))], None);
        writeln!(text, "{}: {} {}", why.word(), answer.sentence, answer.next_step).unwrap();
    }
    for gap in [
        Gap::More,
        Gap::Stopped,
        Gap::Unasked,
        Gap::Escaped,
        Gap::Failed(WhyNot::Throttled),
    ] {
        let answer = ask(EMAIL, &[pool(PoolRole::New, Read::Cut(anns(1), gap))], None);
        writeln!(text, "{gap:?}: {} {}", answer.sentence, answer.next_step).unwrap();
    }
    let silent = ask(EMAIL, &[pool(PoolRole::New, Read::Whole(vec![silent()]))], None);
    writeln!(text, "silent: {} {}", silent.sentence, silent.next_step).unwrap();
    let none = ask(EMAIL, &[], None);
    writeln!(text, "no pool: {} {}", none.sentence, none.next_step).unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn machine_users_are_refused_whatever_the_pools_say() {
    let nothing = [pool(PoolRole::New, Read::Failed(WhyNot::SignIn))];
    for typed in ["core_etl", "CORE_ETL", "gmc_etl@example.nhs.test"] {
        assert_eq!(ask(typed, &nothing, None).verdict, Verdict::MachineUser);
    }
    let mut machine = ann();
    machine.username = Personal::new("bulk_upload");
    let one = |read| [pool(PoolRole::New, read)];
    assert_eq!(
        ask(SUB, &one(Read::Whole(vec![machine.clone()])), None).verdict,
        Verdict::MachineUser
    );
    let among = one(Read::Whole(vec![machine, ann()]));
    assert_eq!(ask("Smith", &among, None).verdict, Verdict::Several);
    let marked = b"email,given_name,role\nann.smith@example.nhs.test,Ann,Machine User\n";
    let marked = Source::read(marked).unwrap();
    let person = one(Read::Whole(anns(1)));
    assert_eq!(ask(EMAIL, &person, Some(&marked)).verdict, Verdict::MachineUser);
    assert_eq!(ask("Ann", &person, Some(&marked)).verdict, Verdict::Confirmed);
}

#[test]
fn two_new_pools_with_one_account_each_are_several() {
    let mut other = pool(PoolRole::New, Read::Whole(anns(1)));
    other.title = "Trainees pool".to_owned();
    let answer = ask(EMAIL, &[pool(PoolRole::New, Read::Whole(anns(1))), other], None);
    assert_eq!(
        answer.sentence,
        "Several accounts match: 1 in Admins pool and 1 in Trainees pool. Each is listed below."
    );
}

#[test]
fn as_many_are_promised_as_are_listed() {
    let of = |count| {
        ask(
            "Smith",
            &[pool(PoolRole::New, Read::Cut(anns(count), Gap::More))],
            None,
        )
        .sentence
    };
    assert_eq!(
        of(50),
        "Several accounts match: at least 50 in Admins pool. Each is listed below."
    );
    assert_eq!(
        of(60),
        "Several accounts match: at least 60 in Admins pool. The first 50 are listed below."
    );
}

#[test]
fn a_list_that_does_not_tell_every_address_calls_nobody_unknown() {
    let nobody = [pool(PoolRole::New, Read::Whole(vec![]))];
    let of = |listed: usize| {
        let (list, _) = source(listed).unwrap();
        let answer = ask(EMAIL, &nobody, Some(&list));
        (answer.verdict, answer.notes)
    };
    assert_eq!(of(1), (Verdict::NotKnown, vec![]));
    assert_eq!(
        of(6),
        (
            Verdict::NotMigrated,
            vec!["The source list holds no row that can be used.".to_owned()]
        )
    );
    assert_eq!(
        of(7),
        (
            Verdict::NotMigrated,
            vec![
                "1 row of the source list has no e-mail address: the person may be the one in it.".to_owned()
            ]
        )
    );
}

fn any_read() -> impl Strategy<Value = Read> {
    let account = (
        0..STATUSES.len(),
        any::<Option<bool>>(),
        any::<Option<bool>>(),
        0..60_i64,
    )
        .prop_map(|(status, enabled, verified, days)| {
            let mut account = ann();
            account.status = STATUSES[status];
            account.enabled = enabled;
            account.email_verified = verified;
            account.created_at = days_ago(days);
            account
        });
    let accounts = proptest::collection::vec(account, 0..4);
    (accounts, 0..4).prop_map(|(accounts, how)| match how {
        0 | 1 => Read::Whole(accounts),
        2 => Read::Cut(accounts, Gap::More),
        _ => Read::Failed(WhyNot::Other),
    })
}

proptest! {
    /// Never "absent" when more than one account matched or a pool could not be read.
    #[test]
    fn absence_is_never_claimed_without_proof(
        reads in proptest::collection::vec((any::<bool>(), any_read()), 0..4),
        by in 0..3_usize,
        listed in 0..8_usize,
    ) {
        let pools: Vec<PoolAnswer> = reads
            .into_iter()
            .map(|(new, read)| pool(if new { PoolRole::New } else { PoolRole::Old }, read))
            .collect();
        let matched = pools.iter().map(|answer| answer.read.accounts().len()).sum();
        let source = source(listed);
        let typed = [EMAIL, SUB, "Ann Smith"][by];
        let answer = ask(typed, &pools, source.as_ref().map(|(source, _)| source));
        assert_honest(&answer, &pools, matched);
        if answer.verdict.says_absent() {
            prop_assert!(pools.iter().any(|answer| answer.role == PoolRole::New));
        }
    }
}
