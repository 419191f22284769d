//! Decision deadlines: computed from the journal, announced once, moved by people, never acting.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use switchback_engine::deadline::{announce, journalled, of_rules};
use switchback_engine::monitor::MonitorRun;
use switchback_engine::next::next;
use switchback_engine::ports::Clock;
use switchback_engine::{RejectionCode as Code, Run};
use switchback_model::event::MonitorState;
use switchback_model::plan::{Decision, DecisionType};
use switchback_model::{
    CheckReading, Command, EventKind, MonitorId, Plan, PlanDiff, RollbackScope, RuleId, StepState, Verdict,
};
use switchback_testkit::plans::dns_switch;
use switchback_testkit::rig::{FakeRig, Rig};
use switchback_testkit::walk::invariants;

fn site() -> MonitorId {
    "site".parse().unwrap()
}

fn r3() -> RuleId {
    "R3".parse().unwrap()
}

/// The switch, whose rule waits for a decision in minutes.
fn with_deadline(decided: Option<&str>) -> Plan {
    let mut plan = dns_switch();
    plan.decisions.push(Decision {
        id: "how-long".parse().unwrap(),
        question: "After how long do we go back?".to_owned(),
        kind: DecisionType::Minutes,
        decided: decided.map(str::to_owned),
    });
    plan.rules[0].decision = Some("how-long".parse().unwrap());
    plan.monitors[0].decision_after_s = None;
    plan
}

/// The run in which the name is switched.
async fn switched(decided: Option<&str>) -> FakeRig {
    let mut fake = FakeRig::open(&with_deadline(decided)).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    fake
}

/// A reading that changes the monitor's state, as a driver keeps it.
async fn read(fake: &mut FakeRig, verdict: Verdict) -> Timestamp {
    read_of(fake, &site(), verdict).await
}

async fn read_of(fake: &mut FakeRig, monitor: &MonitorId, verdict: Verdict) -> Timestamp {
    let at = fake.clock.now();
    let state = match verdict {
        Verdict::Pass => MonitorState::Passing,
        Verdict::Fail => MonitorState::Failing,
        _ => MonitorState::Unknown,
    };
    let reading = CheckReading {
        check: "new".parse().unwrap(),
        verdict,
        observed: "scripted".to_owned(),
        expected: String::new(),
        source: "fake".to_owned(),
        observed_at: at,
        believable_s: 60,
        mend: None,
        answers: None,
    };
    fake.desk
        .driver
        .keep_reading(monitor, reading, state)
        .await
        .unwrap();
    at
}

fn minutes(number: i64) -> SignedDuration {
    SignedDuration::from_mins(number)
}

fn due_at(run: &Run) -> Option<Timestamp> {
    of_rules(run, &|monitor| journalled(run, monitor))[0].at
}

/// The announcements in the journal: when each decision was due.
fn said(desk: &Rig) -> Vec<Timestamp> {
    let events = desk.journal.events();
    let due = events.into_iter().filter_map(|event| match event.kind {
        EventKind::DecisionDue { rule, due, .. } => {
            assert_eq!(rule, Some(r3()));
            Some(due)
        }
        _ => None,
    });
    due.collect()
}

async fn extend(desk: &mut Rig, minutes: u32) -> Result<(), (Code, String)> {
    let command = Command::ExtendDeadline { rule: r3(), minutes };
    desk.ask(command)
        .await
        .map_err(|rejection| (rejection.code, rejection.message))
}

#[tokio::test]
async fn a_deadline_is_announced_once_and_nothing_acts() {
    let mut fake = switched(Some("60")).await;
    let changes = fake.store.log().len();
    let since = read(&mut fake, Verdict::Fail).await;
    assert_eq!(due_at(fake.desk.run()), Some(since + minutes(60)));

    fake.clock.advance(Duration::from_secs(3_599));
    fake.desk.idle().await;
    assert_eq!(said(&fake.desk), []);
    fake.clock.advance(Duration::from_secs(1));
    fake.desk.idle().await;
    assert_eq!(said(&fake.desk), [since + minutes(60)]);
    // However long it waits: said once, and nothing is done about it.
    for _ in 0..20 {
        fake.clock.advance(Duration::from_secs(7_200));
        fake.desk.idle().await;
    }
    assert_eq!(said(&fake.desk).len(), 1);
    assert_eq!(next(fake.desk.run()), None);
    assert!(matches!(fake.desk.state("switch"), StepState::Done { .. }));
    assert_eq!(fake.store.log().len(), changes, "nothing was sent");
    assert!(fake.desk.run().rollback.is_none());
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn a_person_moves_it_with_a_reason_and_it_is_announced_anew() {
    let mut fake = switched(Some("60")).await;
    let (code, why) = extend(&mut fake.desk, 30).await.unwrap_err();
    assert_eq!(
        (code, why.as_str()),
        (Code::NotNow, "The deadline of rule R3 does not run.")
    );
    let since = read(&mut fake, Verdict::Fail).await;
    fake.clock.advance(Duration::from_secs(3_600));
    fake.desk.idle().await;
    for wrong in [0, 10_081] {
        assert_eq!(extend(&mut fake.desk, wrong).await.unwrap_err().0, Code::BadValue);
    }
    extend(&mut fake.desk, 30).await.unwrap();
    extend(&mut fake.desk, 15).await.unwrap();
    assert_eq!(due_at(fake.desk.run()), Some(since + minutes(105)));
    fake.clock.advance(Duration::from_secs(44 * 60));
    fake.desk.idle().await;
    assert_eq!(said(&fake.desk), [since + minutes(60)]);
    fake.clock.advance(Duration::from_secs(60));
    fake.desk.idle().await;
    assert_eq!(said(&fake.desk), [since + minutes(60), since + minutes(105)]);

    // The next failure has its own time: what was given for the last one is not carried over.
    read(&mut fake, Verdict::Pass).await;
    assert_eq!(due_at(fake.desk.run()), None);
    fake.clock.advance(Duration::from_secs(600));
    let again = read(&mut fake, Verdict::Fail).await;
    assert_eq!(due_at(fake.desk.run()), Some(again + minutes(60)));
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn an_undecided_deadline_is_none_and_says_which_decision_is_open() {
    let mut fake = switched(None).await;
    read(&mut fake, Verdict::Fail).await;
    let run = fake.desk.run();
    let deadlines = of_rules(run, &|monitor| journalled(run, monitor));
    assert_eq!(deadlines[0].minutes, None);
    assert_eq!(deadlines[0].decision.as_str(), "how-long");
    fake.clock.advance(Duration::from_secs(86_400));
    fake.desk.idle().await;
    assert_eq!(said(&fake.desk), []);
    let (code, why) = extend(&mut fake.desk, 30).await.unwrap_err();
    assert_eq!(
        (code, why.as_str()),
        (
            Code::Guard,
            "Rule R3 has no deadline: decision how-long (\"After how long do we go back?\") is not taken."
        )
    );

    // The way back by that rule waits for nobody.
    fake.desk
        .confirm(RollbackScope::Rule(r3()), &[], &[])
        .await
        .unwrap();
    fake.desk.idle().await;
    assert!(matches!(fake.desk.state("switch"), StepState::Undone { .. }));
}

#[tokio::test]
async fn it_survives_a_restart_a_takeover_and_what_can_not_be_told() {
    let mut fake = switched(Some("60")).await;
    let since = read(&mut fake, Verdict::Fail).await;
    fake.clock.advance(Duration::from_secs(300));
    read(&mut fake, Verdict::Error).await;
    assert_eq!(
        due_at(fake.desk.run()),
        Some(since + minutes(60)),
        "a timeout is no recovery"
    );
    fake.desk.restart().await.unwrap();
    assert_eq!(due_at(fake.desk.run()), Some(since + minutes(60)));
    extend(&mut fake.desk, 5).await.unwrap();
    fake.desk.restart().await.unwrap();
    assert_eq!(due_at(fake.desk.run()), Some(since + minutes(65)));
    fake.clock.advance(Duration::from_secs(3_600));
    fake.desk.idle().await;
    assert_eq!(said(&fake.desk), [since + minutes(65)]);
    fake.desk.restart().await.unwrap();
    fake.desk.idle().await;
    assert_eq!(said(&fake.desk).len(), 1, "said once, not once a driver");
    invariants(&fake).unwrap();

    // A new driver's monitor goes on from the journal: one good sample does not end the failure.
    let run = fake.desk.run();
    let monitor = &run.plan.monitors[0];
    let mut state = MonitorRun::resume(run.watched.get(&site()));
    assert_eq!((state.failing, state.failing_since), (None, Some(since)));
    let pass = |second| CheckReading {
        check: "new".parse().unwrap(),
        verdict: Verdict::Pass,
        observed: String::new(),
        expected: String::new(),
        source: String::new(),
        observed_at: fake.clock.now() + SignedDuration::from_secs(second),
        believable_s: 60,
        mend: None,
        answers: None,
    };
    assert!(!state.take(monitor, pass(0)));
    assert_eq!(state.failing, None, "one sample proves nothing");
    assert!(state.take(monitor, pass(10)));
    assert_eq!((state.failing, state.failing_since), (Some(false), None));
}

#[tokio::test]
async fn before_there_is_something_to_undo_and_while_it_is_undone_nothing_is_due() {
    let mut fake = FakeRig::open(&with_deadline(Some("60"))).await;
    read(&mut fake, Verdict::Fail).await;
    fake.clock.advance(Duration::from_secs(7_200));
    fake.desk.idle().await;
    assert_eq!(
        said(&fake.desk),
        [],
        "nothing was changed, so there is nothing to decide"
    );

    let mut fake = switched(Some("60")).await;
    read(&mut fake, Verdict::Fail).await;
    fake.desk
        .confirm(RollbackScope::Rule(r3()), &[], &[])
        .await
        .unwrap();
    fake.clock.advance(Duration::from_secs(7_200));
    assert!(
        announce(fake.desk.run(), fake.clock.now()).is_empty(),
        "the decision is taken"
    );
}

#[tokio::test]
async fn an_amendment_of_words_does_not_end_a_failure_and_one_of_its_checks_does() {
    let mut fake = switched(Some("60")).await;
    let since = read(&mut fake, Verdict::Fail).await;
    let amend = async |desk: &mut Rig, change: fn(&mut Plan)| {
        let mut to = (*desk.run().plan).clone();
        change(&mut to);
        let run = desk.run();
        let seen = run.basis_of_amendment(&PlanDiff::between(&run.plan, &to));
        let command = Command::Amend { plan: Box::new(to) };
        desk.submit(command, Some(seen)).await.unwrap();
    };
    amend(&mut fake.desk, |plan| {
        plan.monitors[0].title = "Other words".to_owned()
    })
    .await;
    assert_eq!(due_at(fake.desk.run()), Some(since + minutes(60)));
    amend(&mut fake.desk, |plan| plan.monitors[0].checks.truncate(1)).await;
    assert_eq!(due_at(fake.desk.run()), None);
}

/// A rule that several monitors propose: the clock runs from when the first of them fails, for as long as one does.
#[tokio::test]
async fn of_several_monitors_the_one_that_fails_longest_starts_the_clock() {
    let mut plan = with_deadline(Some("60"));
    let api: MonitorId = "site-api".parse().unwrap();
    plan.monitors.push(switchback_model::plan::Monitor {
        id: api.clone(),
        ..plan.monitors[0].clone()
    });
    plan.rules[0].also_triggers = vec![api.clone()];
    let mut fake = FakeRig::open(&plan).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    let rule = Some(RollbackScope::Rule(r3()));
    let proposed = |fake: &FakeRig, failing: &[&MonitorId]| {
        let failing = failing.iter().map(|one| (*one).clone()).collect();
        switchback_engine::rollback::proposal(fake.desk.run(), &failing)
    };
    assert_ne!(proposed(&fake, &[]), rule);
    assert_eq!(proposed(&fake, &[&api]), rule);
    assert_eq!(due_at(fake.desk.run()), None);
    let since = read_of(&mut fake, &api, Verdict::Fail).await;
    fake.clock.advance(Duration::from_secs(60));
    let later = read(&mut fake, Verdict::Fail).await;
    assert_eq!(due_at(fake.desk.run()), Some(since + minutes(60)));
    extend(&mut fake.desk, 10).await.unwrap();
    assert_eq!(due_at(fake.desk.run()), Some(since + minutes(70)));
    // The first one is well again: the other has its own time.
    read_of(&mut fake, &api, Verdict::Pass).await;
    assert_eq!(due_at(fake.desk.run()), Some(later + minutes(60)));
    read(&mut fake, Verdict::Pass).await;
    assert_eq!(due_at(fake.desk.run()), None);
}
