//! What is said once something was taken back: by ECS, or by a rollback.

use std::collections::BTreeMap;

use switchback_engine::run::{RollbackRun, RollbackState, Run};
use switchback_model::plan::StepKind;
use switchback_model::rollback::ItemKind;
use switchback_model::{
    DoneHow, FieldDifference, Finding, Reversibility, RollbackItem, RollbackPlan, RollbackScope, Step,
    StepState,
};
use switchback_testkit::plans::{self, closed_routes, id, tis_like, two_rolls};

use super::{DONE, attempted, by_console, going_back, item, monitor, open, put, step, t};
use crate::view::{Live, snapshot};

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
    // Alone it can't be taken back: the window leads to what can.
    assert_eq!(roll.undone_with, Some(vec!["profiles".to_owned()]));
    assert_eq!(step(&seen, "profiles").undone_with, None);

    // On the way back it is told alike.
    put(&mut run, "roll-profiles", StepState::UndoForeign);
    attempted(
        &mut run,
        "roll-profiles",
        given_up("the new one was given up; ecs-svc/4 stands in its place"),
        Vec::new(),
    );
    let back = snapshot(&run, &Live::default(), t(0));
    let roll = step(&back, "roll-profiles");
    assert_eq!(roll.state_words, "Taken back by ECS itself");
    assert!(roll.note.contains("ecs-svc/4"), "{}", roll.note);
    put(&mut run, "roll-profiles", StepState::Foreign);

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
        confirmed_seq: 1,
        clicked_seq: 1,
        overrides: Vec::new(),
    });
}

fn r3(plan_of: Vec<RollbackItem>) -> RollbackPlan {
    going_back(RollbackScope::Rule("R3".parse().expect("a rule")), plan_of)
}

/// A gate at which people said go, and why that is void.
fn went(void: Option<&str>) -> switchback_engine::gate::GateRun {
    switchback_engine::gate::GateRun {
        decision: Some(switchback_engine::gate::GateDecision {
            go: true,
            people: BTreeMap::new(),
            by: switchback_model::Operator::new("n.lead").expect("a name"),
            reason: "all agree".to_owned(),
            at: t(0),
            void: void.map(str::to_owned),
        }),
        ..Default::default()
    }
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

    let decided = went(Some("A rollback was confirmed after it."));
    run.gates.insert(plan.phases[0].id.clone(), decided);
    let asked = gate(&run);
    assert_eq!(asked.title, "Start again after R3?");
    assert_eq!(
        asked.again.as_deref(),
        Some(
            "R3 (“Rule R3”), confirmed by n.lead, took back “Step mid.3”. What stays done is not done again."
        )
    );
    // What was taken back was done again: nothing is started once more.
    let was = run.steps[&id("mid.3")].state;
    put(&mut run, "mid.3", DONE);
    assert_eq!((gate(&run).title.as_str(), gate(&run).again), ("Go?", None));
    run.steps.get_mut(&id("mid.3")).expect("a step").state = was;
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

/// A step that could begin and must not is not called ready: what comes first is said.
#[test]
fn what_is_ready_behind_a_gate_or_another_step_waits() {
    let mut plan = tis_like();
    let steps = plan.phases.remove(0).steps;
    plan.phases = vec![plans::gated("mid", steps)];
    let mut run = open(&plan);
    put(&mut run, "mid.3", StepState::Ready);
    let said = |run: &Run| {
        let seen = snapshot(run, &Live::default(), t(0));
        let mid = step(&seen, "mid.3");
        (mid.state.clone(), mid.state_words.clone(), mid.waits)
    };
    assert_eq!(said(&run), ("ready".to_owned(), "Waits for go".to_owned(), true));
    run.gates.insert(plan.phases[0].id.clone(), went(None));
    assert_eq!(
        said(&run),
        ("ready".to_owned(), "Waits for another step".to_owned(), true)
    );
    let mid3 = plan.step(&id("mid.3")).expect("a step");
    for before in mid3.needs.iter().chain(&mid3.after) {
        put(&mut run, before.as_str(), DONE);
    }
    assert_eq!(said(&run), ("ready".to_owned(), "Ready".to_owned(), false));
}

/// R4's notice told everybody that we went back: that the migration starts is not what they heard last.
#[test]
fn a_notice_that_a_rollback_overtook_says_so_and_may_be_given_anew() {
    let mut plan = tis_like();
    let mut steps = plan.phases.remove(0).steps;
    steps.insert(
        0,
        Step {
            reversibility: Reversibility::Correct {
                notice: "We went back.".to_owned(),
            },
            ..plans::step("tell", StepKind::Notice)
        },
    );
    plan.phases = vec![plans::gated("mid", steps)];
    let mut run = open(&plan);
    let attested = StepState::Done {
        how: DoneHow::Attested,
    };
    put(&mut run, "tell", attested);
    let tell = run.steps.get_mut(&id("tell")).expect("a step");
    tell.said = Some("1240 by mail".to_owned());
    tell.moved = Some(5);
    let said = |run: &Run| {
        let seen = snapshot(run, &Live::default(), t(0));
        let tell = step(&seen, "tell");
        let again = tell.offers.iter().any(|offer| offer.command == "reopen");
        // The rail and the main way know of it, too.
        assert_eq!(
            (tell.tell_again, tell.state_words == "To tell again"),
            (again, again)
        );
        assert_eq!(tell.state, "done");
        (tell.note.clone(), again)
    };
    assert_eq!(said(&run), ("1240 by mail".to_owned(), false));
    let notice = RollbackItem {
        step: None,
        ..item(
            "notice-1",
            ItemKind::Notice {
                words: "We went back.".to_owned(),
            },
            &[],
        )
    };
    let items = vec![item("mid.3", by_console(), &[]), notice];
    taken_back(&mut run, r3(items), RollbackState::Completed);
    // It was told after that rollback.
    assert_eq!(said(&run), ("1240 by mail".to_owned(), false));
    run.rollback.as_mut().expect("a rollback").asked_seq = 9;
    assert_eq!(
        said(&run),
        (
            "Since then people were told that we went back (R3, confirmed at 12:00am). Do this step again before you go \
             on: they have not heard that it begins anew. 1240 by mail"
                .to_owned(),
            true
        )
    );
}

#[test]
fn a_complete_rollback_says_what_is_still_closed_and_what_stays() {
    let closed = |id: &str| switchback_model::CheckSpec {
        title: "Every write is refused".to_owned(),
        kind: closed_routes(),
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
