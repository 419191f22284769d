//! The verdict of every combination of answers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{EMAIL, SUB, ann, anns, ask, pool, rules, source};
use crate::verdict::*;

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
pub(super) fn assert_honest(answer: &Answer, pools: &[PoolAnswer], matched: usize) {
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
        WhyNot::Failing,
        WhyNot::Endless,
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
