use jiff::{SignedDuration, Timestamp};
use switchback_engine::run::Run;
use switchback_model::plan::{Monitor, MonitorCheck};
use switchback_model::{CheckKind, CheckReading, CheckSpec, Verdict};
use switchback_testkit::journal::opened;
use switchback_testkit::plans::{check, closed_routes, tis_like};

use super::believe;

fn t(second: i64) -> Timestamp {
    let start: Timestamp = "2026-11-29T00:00:00Z".parse().expect("a time");
    start
        .checked_add(SignedDuration::from_secs(second))
        .expect("a time")
}

fn monitor(kind: Option<CheckKind>) -> Monitor {
    let mut spec: CheckSpec = check("looks", None);
    if let Some(kind) = kind {
        spec.kind = kind;
    }
    Monitor {
        id: "freeze".parse().expect("an id"),
        title: "Freeze".to_owned(),
        checks: vec![MonitorCheck {
            while_done: None,
            until_done: None,
            check: spec,
        }],
        every_s: 30,
        fail_after: 1,
        pass_after: 2,
        decision_after_s: None,
    }
}

/// From when and for how long an answer counts that was asked for at 0 and came after `took` seconds.
fn counts(monitor: &Monitor, took: i64) -> (Timestamp, u32) {
    let mut reading = CheckReading {
        check: "looks".parse().expect("an id"),
        verdict: Verdict::Pass,
        observed: String::new(),
        expected: String::new(),
        source: String::new(),
        observed_at: t(took),
        believable_s: 60,
        mend: None,
        answers: None,
    };
    let run = Run::open(&opened(&tis_like(), t(0))).expect("a run");
    believe(&run, monitor, &mut reading, t(0));
    (reading.observed_at, reading.believable_s)
}

#[test]
fn a_round_is_believed_from_its_end_until_the_next_can_have_come() {
    let freeze = monitor(Some(closed_routes()));
    // At the usual speed a round takes seconds, and what the plan says holds.
    assert_eq!(counts(&freeze, 8), (t(8), 60));
    // At twenty times the speed it takes nearly as long as it is believed: the next one comes 80 s after this one.
    let (from, believed) = counts(&freeze, 50);
    assert_eq!((from, believed), (t(50), 130));
    let next = t(50 + 30 + 50);
    assert!(
        next < from
            .checked_add(SignedDuration::from_secs(i64::from(believed)))
            .expect("a time")
    );
    // However slow: five minutes, and then nobody can tell.
    assert_eq!(counts(&freeze, 900), (t(900), 300));
}

#[test]
fn one_answer_that_was_long_under_way_counts_from_its_question() {
    let site = monitor(None);
    assert_eq!(counts(&site, 15), (t(15), 60));
    assert_eq!(counts(&site, 16), (t(0), 60));
}
