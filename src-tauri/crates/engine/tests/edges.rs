//! What a review tried in order to lose the way back, or to make the run say what is not so.

#![allow(clippy::unwrap_used, reason = "tests")]

use jiff::SignedDuration;
use switchback_engine::Turn;
use switchback_engine::ports::{Clock, ProviderErrorKind};
use switchback_model::plan::StepKind;
use switchback_model::{
    Command, DoneHow, Plan, RollbackPlan, RollbackScope, RunState, Step, StepState, Verdict,
};
use switchback_testkit::desk::FakeDesk;
use switchback_testkit::plans::{
    LONG_TTL, LOW_TTL, ZONE, address, check, dns_switch, id, name, plan, set_ttl, step, switch,
};
use switchback_testkit::{Fault, Op, Place};

const DONE: StepState = StepState::Done {
    how: DoneHow::Verified,
};
const UNDONE: StepState = StepState::Undone { accepted: false };

fn order(plan: &RollbackPlan) -> Vec<&str> {
    plan.items.iter().map(|item| item.id.as_str()).collect()
}

/// Every call of this kind on this object fails from now on.
fn always(fake: &FakeDesk, op: Op, label: &str, kind: ProviderErrorKind) {
    fake.faulty.phase("broken");
    for nth in 1..1200 {
        let place = Place {
            label: format!("broken {}", name(label).host()),
            op,
            nth,
        };
        fake.faulty.inject_at(place, Fault::FailsBefore(kind));
    }
}

#[tokio::test]
async fn what_comes_to_stand_beside_the_records_does_not_halt_the_way_back() {
    let mut fake = FakeDesk::open(&dns_switch()).await;
    let start = fake.store.records();
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    fake.store.stand_beside(&["TXT"]);
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.store.records(), start);
}
