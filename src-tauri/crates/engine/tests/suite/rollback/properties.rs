//! Random graphs: no order is broken, and everything comes back.

use std::collections::BTreeSet;

use proptest::prelude::*;
use switchback_engine::rollback::reverse_order;
use switchback_model::{Plan, RollbackScope, StepId, StepState};
use switchback_testkit::plans::{dag, id};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::{back, complete, invariants};

proptest! {
    #![proptest_config(crate::cases(1024))]

    #[test]
    fn never_out_of_order(
        (needs, after) in (1_usize..9).prop_flat_map(|n| {
            (proptest::collection::vec(any::<u32>(), n), proptest::collection::vec(any::<u32>(), n))
        }),
        picked in any::<u32>(),
    ) {
        let plan = dag(&needs, &after);
        let set: BTreeSet<StepId> = (0..needs.len())
            .filter(|node| picked >> node & 1 == 1)
            .map(|node| id(&format!("s{node}")))
            .collect();
        let order = reverse_order(&plan, &set);
        prop_assert_eq!(order.iter().cloned().collect::<BTreeSet<_>>(), set.clone());
        prop_assert_eq!(order.len(), set.len());
        in_order(&plan, &order)?;
    }

    #[test]
    fn every_set_is_closed_under_needs_and_comes_back(
        (needs, after) in (1_usize..6).prop_flat_map(|n| {
            (proptest::collection::vec(any::<u32>(), n), proptest::collection::vec(any::<u32>(), n))
        }),
        named in any::<prop::sample::Index>(),
    ) {
        let plan = dag(&needs, &after);
        let named = id(&format!("s{}", named.index(needs.len())));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut fake = FakeRig::open(&plan).await;
            let start = fake.store.records();
            complete(&mut fake.desk).await.map_err(TestCaseError::fail)?;
            let rollback = fake.desk.roll_back(RollbackScope::Step(named.clone())).await.unwrap();
            let order: Vec<StepId> = rollback.items.iter().filter_map(|item| item.step.clone()).collect();
            prop_assert!(order.contains(&named));
            in_order(&plan, &order)?;
            for step in plan.steps() {
                let left = matches!(fake.desk.state(step.id.as_str()), StepState::Done { .. });
                prop_assert_eq!(left, !order.contains(&step.id));
                prop_assert!(!left || step.needs.iter().all(|need| !order.contains(need)), "{} is left", step.id);
            }
            back(&mut fake.desk).await.map_err(TestCaseError::fail)?;
            prop_assert_eq!(fake.store.records(), start);
            invariants(&fake).map_err(TestCaseError::fail)
        })?;
    }
}

/// No step is undone while one of the set that came after it, through any number of steps, is not.
fn in_order(plan: &Plan, order: &[StepId]) -> Result<(), TestCaseError> {
    fn above(plan: &Plan, step: &StepId, found: &mut BTreeSet<StepId>) {
        let step = plan.step(step).unwrap();
        for edge in step.needs.iter().chain(&step.after) {
            if found.insert(edge.clone()) {
                above(plan, edge, found);
            }
        }
    }
    for (at, step) in order.iter().enumerate() {
        let mut earlier = BTreeSet::new();
        above(plan, step, &mut earlier);
        for undone in &order[..at] {
            prop_assert!(!earlier.contains(undone), "{undone} before {step}");
        }
    }
    Ok(())
}
