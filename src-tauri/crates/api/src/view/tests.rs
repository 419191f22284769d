//! What a tired reader must not be told: green beside what fails, "proven" beside a loss, a story that is lost.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use switchback_engine::monitor::MonitorRun;
use switchback_engine::run::{Attempt, Outcome, RollbackRun, RollbackState, Run};
use switchback_model::plan::{Decision, DecisionType, Monitor, MonitorCheck};
use switchback_model::rollback::{Breach, ItemKind};
use switchback_model::{
    AttemptId, Captured, CheckId, CheckKind, CheckReading, Digest, FieldDifference, Finding, Image,
    MonitorId, Plan, RollbackItem, RollbackPlan, RollbackScope, RoutesCheck, RoutesExpected, StepState,
    Unknown, Verdict, Way,
};
use switchback_testkit::journal::opened;
use switchback_testkit::plans::{self, id, tis_like, two_rolls};

use super::{Live, Readiness, snapshot};
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

/// What is said of the way back where the newest step with an effect is `mid.5`.
fn said_of(
    items: Vec<RollbackItem>,
    breaches: Vec<Breach>,
    change: impl FnOnce(&mut Run),
) -> (Tone, String, String) {
    let mut plan = tis_like();
    for step in plan.phases.iter_mut().flat_map(|phase| &mut phase.steps) {
        if step.id == id("mid.4") {
            step.undo_loses = vec!["what was written meanwhile".to_owned()];
            step.accept_loss = true;
        }
    }
    let mut run = open(&plan);
    put(&mut run, "mid.5", DONE);
    change(&mut run);
    let live = Live {
        readiness: vec![Readiness {
            plan: RollbackPlan {
                breaches,
                ..going_back(RollbackScope::Step(id("mid.5")), items)
            },
            preconditions: Vec::new(),
            at: t(0),
        }],
        ..Live::default()
    };
    let answer = snapshot(&run, &live, t(10)).way_back.answer;
    (answer.tone, answer.headline, answer.note)
}

#[test]
fn the_way_back_speaks_of_all_that_the_button_offers() {
    let mid5 = || item("mid.5", by_console(), &[]);
    let none = |_: &mut Run| {};
    let (tone, headline, note) = said_of(vec![mid5()], Vec::new(), none);
    assert_eq!((tone, headline.as_str()), (Tone::Passing, "Can go back"));
    assert_eq!(note, "Every condition proven. Newest step: 1 item");

    let mixed = vec![
        item("lift", by_hand(), &[]),
        mid5(),
        item("mid.3", by_console(), &[]),
    ];
    let (_, _, note) = said_of(mixed, Vec::new(), none);
    assert_eq!(
        note,
        "Proven but for what is by hand. Newest step: 3 items, 1 by hand"
    );

    let hand = vec![item("lift", by_hand(), &[])];
    let (_, _, note) = said_of(hand, Vec::new(), none);
    assert_eq!(
        note,
        "Nothing proves it before it is done. Newest step: 1 item, by hand"
    );
}

#[test]
fn nothing_is_called_proven_beside_a_loss() {
    let lossy = || vec![item("mid.5", by_console(), &["sign-ins made meanwhile"])];
    let none = |_: &mut Run| {};
    // A loss that nobody must accept by name is a loss all the same.
    let (tone, headline, note) = said_of(lossy(), Vec::new(), none);
    assert_eq!(
        (tone, headline.as_str()),
        (Tone::Waiting, "Can go back, with 1 loss")
    );
    assert_eq!(note, "Loses: sign-ins made meanwhile. Newest step: 1 item");

    let breach = |id: &str, because: &str| Breach {
        id: id.to_owned(),
        because: because.to_owned(),
        repair: Vec::new(),
        repair_is_default: false,
    };
    let accept = breach("loses-mid.5", "It loses sign-ins");
    let (tone, headline, note) = said_of(lossy(), vec![accept.clone()], none);
    assert_eq!(
        (tone, headline.as_str()),
        (Tone::Waiting, "Can go back: 1 loss to accept")
    );
    assert!(note.ends_with(". Newest step: 1 item"), "{note}");

    // Beside something that is not proven the loss is counted.
    let mixed = breach("mixed", "users would meet both pools");
    let (_, headline, note) = said_of(lossy(), vec![accept, mixed], none);
    assert_eq!(headline, "Can go back: 1 thing not proven");
    assert!(note.ends_with("; 1 loss to accept"), "{note}");

    // A loss that stands further back is named, and nothing is said of all conditions.
    let further = |run: &mut Run| put(run, "mid.4", DONE);
    let plain = vec![item("mid.5", by_console(), &[])];
    let (_, _, note) = said_of(plain, Vec::new(), further);
    assert_eq!(
        note,
        "Its conditions are proven. Newest step: 1 item. Further back 1 loss: “Step mid.4”"
    );
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
    // What passed since is over.
    let over = snapshot(
        &run,
        &read(&run, &[(30, Verdict::Fail), (60, Verdict::Pass)]),
        t(300),
    );
    assert_eq!(
        (over.monitors[0].tone, over.monitors[0].last_failing),
        (Tone::Unknown, None)
    );
}

#[test]
fn a_roll_that_ecs_took_back_is_nobodys_change_and_its_way_back_is_offered_by_name() {
    let mut run = open(&two_rolls());
    put(&mut run, "profiles", DONE);
    put(&mut run, "roll-profiles", StepState::Foreign);
    let given_up = |found: &str| Finding::Partial {
        differences: vec![FieldDifference {
            field: "deployment".to_owned(),
            found: found.to_owned(),
            before: "ecs-svc/1, completed".to_owned(),
            after: "a new one, completed".to_owned(),
        }],
    };
    attempted(
        &mut run,
        "roll-profiles",
        given_up("the new one was given up; ecs-svc/3 stands in its place"),
        Vec::new(),
    );
    let seen = snapshot(&run, &Live::default(), t(0));
    let roll = step(&seen, "roll-profiles");
    assert_eq!(
        (roll.state.as_str(), roll.state_words.as_str()),
        ("foreign", "Taken back by ECS itself")
    );
    assert!(
        roll.note.contains("circuit breaker") && roll.note.contains("ecs-svc/3"),
        "{}",
        roll.note
    );
    let named: Vec<_> = roll
        .ways_back
        .iter()
        .map(|way| (way.rule.as_str(), way.title.as_str()))
        .collect();
    assert_eq!(named, [("R5", "Rule R5")]);
    assert!(step(&seen, "profiles").ways_back.is_empty(), "it came off");

    // Somebody else's deployment is somebody else's.
    attempted(
        &mut run,
        "roll-profiles",
        given_up("ecs-svc/3, failed"),
        Vec::new(),
    );
    let seen = snapshot(&run, &Live::default(), t(0));
    assert_eq!(
        step(&seen, "roll-profiles").state_words,
        "Changed by somebody else"
    );
}

fn taken_back(run: &mut Run, plan: RollbackPlan, state: RollbackState) {
    let done = plan.items.len();
    run.rollback = Some(RollbackRun {
        plan,
        done,
        state,
        by: switchback_model::Operator::new("n.lead").expect("a name"),
        confirmed_at: t(0),
        asked_seq: 1,
        overrides: Vec::new(),
    });
}

fn r3(plan_of: Vec<RollbackItem>) -> RollbackPlan {
    going_back(RollbackScope::Rule("R3".parse().expect("a rule")), plan_of)
}

#[test]
fn after_a_rollback_the_gate_asks_whether_to_start_again() {
    let mut plan = tis_like();
    plan.phases = vec![plans::gated("mid", plan.phases.remove(0).steps)];
    let mut run = open(&plan);
    let gate = |run: &Run| {
        snapshot(run, &Live::default(), t(0)).phases[0]
            .gate
            .clone()
            .expect("a gate")
    };
    let items = || vec![item("mid.3", by_console(), &[])];
    // Nobody has decided there yet: what was taken back was before it.
    taken_back(&mut run, r3(items()), RollbackState::Completed);
    assert_eq!((gate(&run).title.as_str(), gate(&run).again), ("Go?", None));

    let decided = switchback_engine::gate::GateRun {
        decision: Some(switchback_engine::gate::GateDecision {
            go: true,
            people: BTreeMap::new(),
            by: switchback_model::Operator::new("n.lead").expect("a name"),
            reason: "all agree".to_owned(),
            at: t(0),
            void: Some("A rollback was confirmed after it.".to_owned()),
        }),
        ..Default::default()
    };
    run.gates.insert(plan.phases[0].id.clone(), decided);
    let asked = gate(&run);
    assert_eq!(asked.title, "Start again after R3?");
    assert_eq!(
        asked.again.as_deref(),
        Some(
            "R3 (“Rule R3”), confirmed by n.lead, took back “Step mid.3”. What stays done is not done again."
        )
    );
    // Given up, it brought nothing back for sure.
    taken_back(&mut run, r3(items()), RollbackState::Abandoned);
    assert_eq!(gate(&run).title, "Go?");
    let step_alone = going_back(
        RollbackScope::Step(id("mid.4")),
        vec![item("mid.4", by_console(), &[])],
    );
    taken_back(&mut run, step_alone, RollbackState::Completed);
    assert_eq!(gate(&run).title, "Go on after “Step mid.4” was taken back?");
}

#[test]
fn a_complete_rollback_says_what_is_still_closed_and_what_stays() {
    let closed = |id: &str| switchback_model::CheckSpec {
        title: "Every write is refused".to_owned(),
        kind: CheckKind::Routes(RoutesCheck {
            bases: Vec::new(),
            writes: Vec::new(),
            reads: Vec::new(),
            others: Vec::new(),
            closed: Vec::new(),
            open: Vec::new(),
            expected: RoutesExpected::Closed,
        }),
        ..plans::check(id, Some(60))
    };
    let mut plan = tis_like();
    let mut look = monitor("freeze", closed("freeze-holds"));
    look.checks[0].while_done = Some(id("restrict"));
    look.checks[0].until_done = Some(id("lift"));
    plan.monitors = vec![look];
    for step in plan.phases.iter_mut().flat_map(|phase| &mut phase.steps) {
        if step.id == id("restrict") {
            step.verify = vec![closed("restricted")];
        }
    }
    let mut run = open(&plan);
    for done in ["restrict", "ttl", "mid.4"] {
        put(&mut run, done, DONE);
    }
    let items = || vec![item("mid.3", by_console(), &[])];
    let told = |run: &Run| {
        snapshot(run, &Live::default(), t(0))
            .rollback
            .expect("a rollback")
    };
    taken_back(&mut run, r3(items()), RollbackState::Completed);
    let complete = told(&run);
    // By the rule what it keeps; mid.4 is none of its matter.
    assert_eq!(complete.stays, ["Step restrict", "Step ttl"]);
    let restricted = &complete.restricted[0];
    assert_eq!(
        (restricted.monitor.as_str(), restricted.sentence.as_str()),
        ("freeze", "Every write is refused")
    );
    assert_eq!(restricted.by, ["Step restrict"]);
    // Lifted, nothing is said of it.
    put(&mut run, "lift", DONE);
    assert!(told(&run).restricted.is_empty());
    put(&mut run, "lift", StepState::ToDo);
    taken_back(&mut run, r3(items()), RollbackState::Running);
    assert!(told(&run).restricted.is_empty() && told(&run).stays.is_empty());
}
