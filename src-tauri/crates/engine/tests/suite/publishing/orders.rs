//! The orders of the way back, and which plans have none.

use switchback_engine::rollback::{reverse_order, standing};
use switchback_model::plan::{Coherence, StepKind};
use switchback_model::{Edges, Step, StepId};
use switchback_testkit::plans::{id, plan, roll, step, switch, two_rolls};
use switchback_testkit::rig::FakeRig;

use super::{by_hand, ids, planned, scope};

fn after(step: Step, after: &[&str]) -> Step {
    Step {
        after: step.after.iter().cloned().chain(ids(after)).collect(),
        ..step
    }
}

/// The orders that the design names, whatever else the steps are.
#[test]
fn what_is_published_goes_back_before_who_publishes_it_and_as_soon_as_that_permits() {
    // R4: DNS, the authoriser, a deployment of it, the stage's pointer, the flush of cached verdicts, the release of
    // the window by hand, the invalidation.
    let reval = vec![
        switch("dns", "dns"),
        after(switch("authoriser", "authoriser"), &["dns"]),
        after(step("snapshot", StepKind::Check), &["authoriser"]),
        after(switch("stage", "stage"), &["snapshot"]),
        roll("flush", "gateway", &["stage"], &["stage"]),
        after(by_hand("ui"), &["flush"]),
        roll("invalidate", "edge", &["ui"], &[]),
    ];
    let r4: &[&str] = &["ui", "invalidate", "stage", "flush", "authoriser", "dns"];
    // R5: profiles and their roll, the flag and its roll, the firewall.
    let r5: &[&str] = &["waf", "flag", "roll-flag", "profiles", "roll-profiles"];
    let alone = vec![
        switch("parameter", "a"),
        roll("roll", "api", &["parameter"], &["a"]),
    ];
    let shared = vec![
        switch("one", "a"),
        switch("two", "b"),
        roll("roll", "api", &["one", "two"], &["a", "b"]),
    ];
    let chain = vec![
        switch("value", "a"),
        roll("first", "api", &["value"], &["a"]),
        roll("second", "edge", &["first"], &["a"]),
        after(switch("later", "b"), &["second"]),
    ];
    // Nothing binds the last one, and it goes first because the plan's order says so: not what it delays.
    let apart = vec![
        switch("value", "a"),
        roll("roll", "api", &["value"], &["a"]),
        switch("other", "b"),
    ];
    for (steps, expected) in [
        (reval, r4),
        (two_rolls().phases.remove(0).steps, r5),
        (alone, &["parameter", "roll"]),
        (shared, &["two", "one", "roll"]),
        (chain, &["later", "value", "first", "second"]),
        (apart, &["other", "value", "roll"]),
    ] {
        let plan = plan(steps);
        assert_eq!(Edges::of(&plan).knot(), Vec::<&StepId>::new());
        let all = plan
            .steps()
            .filter(|step| step.carries_state() || step.is_publisher())
            .map(|step| step.id.clone())
            .collect();
        let found = reverse_order(&plan, &all);
        let found: Vec<&str> = found.iter().map(StepId::as_str).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn what_lies_between_a_value_and_who_publishes_it_leaves_no_way_back() {
    let plan = plan(vec![
        switch("value", "a"),
        after(switch("between", "b"), &["value"]),
        after(roll("roll", "api", &["value"], &["a"]), &["between"]),
    ]);
    assert_eq!(
        Edges::of(&plan).knot(),
        [&id("value"), &id("between"), &id("roll")]
    );
}

/// A look that is done, or a roll that failed, does not silence the rule.
#[tokio::test]
async fn a_forbidden_combination_is_judged_by_what_carries_state() {
    let mut plan = two_rolls();
    plan.phases[0].steps.push(switch("dns", "dns"));
    plan.phases[0].steps.push(step("look", StepKind::Check));
    plan.coherence = vec![Coherence {
        id: "mixed".to_owned(),
        undone: ids(&["dns", "roll-flag", "look"]),
        done: ids(&["profiles", "roll-profiles", "look"]),
        because: "users would meet both pools".to_owned(),
        repair: ids(&["profiles"]),
    }];
    let mut fake = FakeRig::open(&plan).await;
    fake.desk.apply("dns").await.unwrap();
    fake.desk.apply("look").await.unwrap();
    fake.desk.apply("profiles").await.unwrap();
    assert!(standing(fake.desk.run()).is_empty());
    let planned = planned(&fake, &scope("dns")).await;
    assert_eq!(planned, ["undo dns", "undo profiles", "publish roll-profiles"]);
}
