use std::collections::BTreeMap;

use switchback_engine::run::Run;
use switchback_model::rollback::ItemKind;
use switchback_model::{Plan, RollbackItem, RollbackPlan, RollbackScope};
use switchback_testkit::journal::opened;
use switchback_testkit::plans::{id, tis_like};

use super::{takes, title};
use crate::run_facts::RunFacts;
use crate::view::extent::Extent;
use crate::view::price::price;
use crate::wire::UndoTimeView;

/// A rule of two steps, of which people take one back in the ten minutes that the plan gives them for doing it.
fn plan() -> Plan {
    let mut plan = tis_like();
    for step in plan.phases.iter_mut().flat_map(|phase| &mut phase.steps) {
        if step.id == id("lift") {
            step.expected_s = Some(600);
        }
    }
    plan
}

fn item(step: &str, kind: ItemKind) -> RollbackItem {
    RollbackItem {
        id: step.to_owned(),
        step: Some(id(step)),
        title: format!("Undo: {step}"),
        kind,
        loses: Vec::new(),
        because: "named".to_owned(),
    }
}

fn by_console(step: &str) -> RollbackItem {
    let (preview, restores) = (None, None);
    item(step, ItemKind::Undo { preview, restores })
}

fn by_hand(step: &str) -> RollbackItem {
    let words = "Take it back.".to_owned();
    item(step, ItemKind::Manual { words })
}

fn back(items: Vec<RollbackItem>) -> RollbackPlan {
    RollbackPlan {
        scope: RollbackScope::Rule("R4".parse().expect("a rule")),
        items,
        breaches: Vec::new(),
        in_flight: Vec::new(),
        in_doubt: Vec::new(),
    }
}

fn measured(step: &str) -> RunFacts {
    let time = UndoTimeView {
        slowest_s: Some(48),
        tries: 2,
        rehearsals: 2,
        ..UndoTimeView::default()
    };
    RunFacts {
        undo_times: BTreeMap::from([(id(step), time)]),
        sheet: None,
    }
}

fn run() -> Run {
    Run::open(&opened(&plan(), "2026-11-29T00:00:00Z".parse().expect("a time"))).expect("a run")
}

#[test]
fn what_people_take_back_has_its_own_time_and_hides_no_measurement() {
    let run = run();
    let mixed = back(vec![by_hand("lift"), by_console("mid.3")]);
    let time = takes(&run, &mixed, &measured("mid.3"));
    assert_eq!(
        (time.slowest_s, time.tries, time.by_hand_s),
        (Some(48), 2, Some(600))
    );
    // By the console alone: no time of people.
    let alone = back(vec![by_console("mid.3")]);
    assert_eq!(takes(&run, &alone, &measured("mid.3")).by_hand_s, None);
    // By people alone: nothing was measured, and nothing is made up.
    let hands = back(vec![by_hand("lift"), by_hand("restrict")]);
    let time = takes(&run, &hands, &measured("mid.3"));
    assert_eq!((time.slowest_s, time.tries, time.by_hand_s), (None, 0, Some(600)));
    assert_eq!(
        price(&hands, time),
        "2 items, all by hand, about 10 min by the plan"
    );
    // One undo of the console that was never measured, and the whole was not: its planned time is said as that.
    let unmeasured = back(vec![by_console("mid.4"), by_console("mid.3")]);
    let time = takes(&run, &unmeasured, &measured("mid.3"));
    assert_eq!(
        (time.slowest_s, time.planned_s),
        (None, None),
        "mid.4 has no planned time"
    );
    assert_eq!(price(&unmeasured, time), "2 items, never timed here");
    let mut planned = plan();
    for step in planned.phases.iter_mut().flat_map(|phase| &mut phase.steps) {
        if step.id == id("mid.4") {
            step.expected_s = Some(600);
        }
    }
    let run = Run::open(&opened(&planned, "2026-11-29T00:00:00Z".parse().expect("a time"))).expect("a run");
    let time = takes(&run, &unmeasured, &measured("mid.3"));
    assert_eq!((time.slowest_s, time.planned_s), (None, Some(648)));
    assert_eq!(
        price(&unmeasured, time),
        "2 items, about 11 min by the plan, never timed here"
    );
}

#[test]
fn what_is_by_hand_and_what_is_told_are_counted_as_the_page_counts_them() {
    let words = "We went back.".to_owned();
    let notice = RollbackItem {
        step: None,
        ..item("notice-1", ItemKind::Notice { words })
    };
    for (items, said) in [
        (
            vec![
                by_hand("lift"),
                by_hand("restrict"),
                by_console("mid.3"),
                notice.clone(),
            ],
            "4 items, 2 by hand, 1 to tell",
        ),
        (vec![by_console("mid.3"), notice.clone()], "2 items, 1 to tell"),
        (vec![by_console("mid.3"), by_console("mid.4")], "2 items"),
        (
            vec![by_hand("lift"), by_hand("restrict"), notice.clone()],
            "3 items, 2 by hand, 1 to tell",
        ),
        (vec![by_hand("lift"), by_hand("restrict")], "2 items, all by hand"),
        (vec![by_hand("lift")], "1 item, by hand"),
        (vec![notice], "only people to tell"),
    ] {
        assert_eq!(Extent::of(&back(items)).items(), said);
    }
}

#[test]
fn a_rollback_is_called_what_the_plan_calls_it() {
    let run = run();
    assert_eq!(
        title(&run, &RollbackScope::Rule("R4".parse().expect("a rule"))),
        "Rule R4"
    );
    assert_eq!(
        title(&run, &RollbackScope::Step(id("mid.3"))),
        run.plan.step(&id("mid.3")).expect("a step").title
    );
    assert_eq!(title(&run, &RollbackScope::All), "everything");
}
