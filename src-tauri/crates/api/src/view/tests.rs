//! What a tired reader must not be told: green beside what fails, "proven" beside a loss, a story that is lost.

mod after;
mod back;
mod beside;
mod interrupted;
mod status;
mod world;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use switchback_engine::monitor::MonitorRun;
use switchback_engine::run::{Attempt, Outcome, Run};
use switchback_model::plan::{Decision, DecisionType, Monitor, MonitorCheck};
use switchback_model::rollback::ItemKind;
use switchback_model::{
    AttemptId, Captured, CheckId, CheckReading, Digest, Finding, Image, MonitorId, Plan, RollbackItem,
    RollbackPlan, RollbackScope, StepState, Unknown, Verdict, Way,
};
use switchback_testkit::journal::opened;
use switchback_testkit::plans::{self, id, tis_like};

use super::{Live, snapshot};
use crate::wire::{RunSnapshot, StepView, Tone};

const DONE: StepState = StepState::Done {
    how: switchback_model::DoneHow::Verified,
};

fn t(second: i64) -> Timestamp {
    let start: Timestamp = "2026-11-29T00:00:00Z".parse().expect("a time");
    start
        .checked_add(SignedDuration::from_secs(second))
        .expect("a time")
}

fn open(plan: &Plan) -> Run {
    Run::open(&opened(plan, t(0))).expect("a run")
}

/// With a monitor of a site.
fn watched(mut plan: Plan) -> Plan {
    plan.monitors = vec![monitor("site", plans::check("site-answers", None))];
    plan
}

fn monitor(text: &str, check: switchback_model::CheckSpec) -> Monitor {
    Monitor {
        id: MonitorId::new(text).expect("an id"),
        title: format!("Monitor {text}"),
        checks: vec![MonitorCheck {
            while_done: None,
            until_done: None,
            check,
        }],
        every_s: 30,
        fail_after: 1,
        pass_after: 1,
        decision_after_s: None,
    }
}

fn reading(check: &str, second: i64, verdict: Verdict) -> CheckReading {
    CheckReading {
        check: CheckId::new(check).expect("an id"),
        verdict,
        observed: "seen; and more".to_owned(),
        expected: "expected".to_owned(),
        source: "test".to_owned(),
        observed_at: t(second),
        believable_s: 60,
        mend: None,
        answers: None,
    }
}

/// What was read of the one monitor, at these seconds.
fn read(run: &Run, readings: &[(i64, Verdict)]) -> Live {
    let monitor = &run.plan.monitors[0];
    let mut state = MonitorRun::default();
    for (second, verdict) in readings {
        state.take(
            monitor,
            reading(monitor.checks[0].check.id.as_str(), *second, verdict.clone()),
        );
    }
    Live {
        monitors: BTreeMap::from([(monitor.id.clone(), state)]),
        ..Live::default()
    }
}

/// Lets the monitor pass only after two good looks.
fn run_twice(run: &mut Run) {
    std::sync::Arc::make_mut(&mut run.plan).monitors[0].pass_after = 2;
}

fn put(run: &mut Run, step: &str, state: StepState) {
    run.steps.get_mut(&id(step)).expect("a step").state = state;
}

fn attempted(run: &mut Run, step: &str, finding: Finding, readings: Vec<CheckReading>) {
    let image = || {
        let unknown = Unknown::of(serde_json::json!({ "kind": "thing" }), "kind").expect("an object");
        Captured::Clear(Image::Unknown(unknown))
    };
    let state = run.steps.get_mut(&id(step)).expect("a step");
    state.attempts.push(Attempt {
        id: AttemptId {
            step: id(step),
            generation: state.generation,
            way: Way::Apply,
            n: 1,
        },
        preview: Digest::of(&"preview"),
        before: image(),
        after: image(),
        token: String::new(),
        witness: None,
        series: 1,
        looked_seq: run.seq,
        intended_at: t(0),
        seq: 1,
        receipt: None,
        problem: None,
        outcome: Outcome::Settled,
        applied_at: Some(t(0)),
        in_sync: None,
        finding: Some(finding),
        readings,
        since: BTreeMap::new(),
        by_field: None,
        heard: false,
        looked_late: false,
        mark: None,
        effectless: false,
    });
}

fn item(step: &str, kind: ItemKind, loses: &[&str]) -> RollbackItem {
    RollbackItem {
        id: step.to_owned(),
        step: Some(id(step)),
        title: format!("Undo: {step}"),
        kind,
        loses: loses.iter().map(|loss| (*loss).to_owned()).collect(),
        because: "named".to_owned(),
    }
}

fn by_console() -> ItemKind {
    ItemKind::Undo {
        preview: None,
        restores: None,
    }
}

fn by_hand() -> ItemKind {
    ItemKind::Manual {
        words: "Take it back.".to_owned(),
    }
}

fn going_back(scope: RollbackScope, items: Vec<RollbackItem>) -> RollbackPlan {
    RollbackPlan {
        scope,
        items,
        breaches: Vec::new(),
        in_flight: Vec::new(),
        in_doubt: Vec::new(),
    }
}

fn step<'a>(seen: &'a RunSnapshot, text: &str) -> &'a StepView {
    let mut steps = seen.phases.iter().flat_map(|phase| &phase.steps);
    steps.find(|step| step.id == text).expect("a step")
}

#[test]
fn users_are_not_called_all_right_while_a_step_fails_by_its_own_checks() {
    let mut plan = watched(tis_like());
    for step in plan.phases.iter_mut().flat_map(|phase| &mut phase.steps) {
        if step.id == id("mid.5") {
            step.verify = vec![plans::check("answers", Some(60))];
        }
    }
    let mut run = open(&plan);
    let live = read(&run, &[(0, Verdict::Pass)]);
    let users = |run: &Run| snapshot(run, &live, t(10)).users;
    let good = users(&run);
    assert_eq!(
        (good.tone, good.headline.as_str()),
        (Tone::Passing, "Users all right")
    );
    assert_eq!(good.note, "By 1 monitor, read fresh");

    let failed = vec![reading("answers", 5, Verdict::Fail)];
    attempted(&mut run, "mid.5", Finding::After, failed);
    for state in [StepState::Unverified, StepState::Foreign, StepState::Failed] {
        put(&mut run, "mid.5", state);
        let bad = users(&run);
        assert_eq!((bad.tone, bad.headline.as_str()), (Tone::Waiting, "A step fails"));
        assert_eq!(
            bad.note,
            "Step mid.5: “Check answers” fails: seen. No monitor fails (1 monitor, read fresh)"
        );
    }
    // Once it is settled, the monitors say it.
    put(&mut run, "mid.5", StepState::Undone { accepted: false });
    assert_eq!(users(&run).tone, Tone::Passing);
}

#[test]
fn a_failure_that_ages_is_not_lost_and_its_clock_says_that_nobody_can_tell() {
    let mut plan = watched(tis_like());
    plan.monitors[0].decision_after_s = Some(600);
    plan.decisions = vec![Decision {
        id: "how-long".parse().expect("an id"),
        question: "How long?".to_owned(),
        kind: DecisionType::Minutes,
        decided: Some("30".to_owned()),
    }];
    plan.rules[0].trigger = Some(plan.monitors[0].id.clone());
    plan.rules[0].decision = Some(plan.decisions[0].id.clone());
    let mut run = open(&plan);
    put(&mut run, "mid.3", DONE);

    let fresh = snapshot(
        &run,
        &read(&run, &[(0, Verdict::Pass), (30, Verdict::Fail)]),
        t(40),
    );
    assert_eq!(
        (fresh.monitors[0].tone, fresh.monitors[0].last_failing),
        (Tone::Failing, None)
    );
    assert!(fresh.deadlines.iter().all(|due| !due.note.contains("Can't tell")));

    // Too old, or a look that could not tell: neither red nor green, and when it was last red.
    for (readings, at) in [
        (&[(0, Verdict::Pass), (30, Verdict::Fail)][..], t(200)),
        (&[(30, Verdict::Fail), (60, Verdict::Error)], t(70)),
    ] {
        let seen = snapshot(&run, &read(&run, readings), at);
        let monitor = &seen.monitors[0];
        assert_eq!((monitor.tone, monitor.last_failing), (Tone::Unknown, Some(t(30))));
        assert_eq!(seen.users.note, "Monitor site: last failing at 12:00am");
        let clocks: Vec<_> = seen.deadlines.iter().filter(|due| due.at.is_some()).collect();
        assert_eq!(clocks.len(), 2, "the rule's and the monitor's own");
        for clock in clocks {
            assert_eq!(clock.monitor.as_deref(), Some("site"));
            let words = "Can't tell now whether \"Monitor site\" still fails: last failing at 12:00am. The clock runs on.";
            assert!(clock.note.ends_with(words), "{}", clock.note);
        }
    }
    // One good look of the two that are needed is said, and is not believed yet.
    run_twice(&mut run);
    let once = [(30, Verdict::Fail), (60, Verdict::Error), (90, Verdict::Pass)];
    let seen = snapshot(&run, &read(&run, &once), t(100));
    assert_eq!(
        (seen.monitors[0].tone, seen.monitors[0].last_failing),
        (Tone::Unknown, Some(t(30)))
    );
    assert_eq!(
        seen.monitors[0].observed,
        "passes again, not steadily yet; last: seen; and more"
    );
    // What passed since is over.
    let over = snapshot(
        &run,
        &read(
            &run,
            &[(30, Verdict::Fail), (60, Verdict::Pass), (90, Verdict::Pass)],
        ),
        t(300),
    );
    assert_eq!(
        (over.monitors[0].tone, over.monitors[0].last_failing),
        (Tone::Unknown, None)
    );
}

/// Only changes are written down. After a restart nobody knows when the site was last read: the age of the last change is
/// not the age of the last look.
#[test]
fn an_old_reading_of_the_journal_is_not_called_the_last_one() {
    let mut run = open(&watched(tis_like()));
    let id = run.plan.monitors[0].id.clone();
    let seen = |run: &Run, live: &Live, now: i64| {
        let monitor = snapshot(run, live, t(now)).monitors[0].clone();
        (monitor.tone, monitor.before_opening)
    };
    assert_eq!(seen(&run, &Live::default(), 10), (Tone::Unknown, false));
    let kept = vec![reading("site-answers", 0, Verdict::Pass)];
    run.monitors.insert(id, kept);
    assert_eq!(seen(&run, &Live::default(), 10), (Tone::Passing, false));
    assert_eq!(seen(&run, &Live::default(), 5 * 3600), (Tone::Unknown, true));
    // Read from here, its age is its own, also where it is old.
    let live = read(&run, &[(0, Verdict::Pass)]);
    assert_eq!(seen(&run, &live, 5 * 3600), (Tone::Unknown, false));
}
