//! What a refusal means: nothing, before the object was looked at; and an apply without a change, which is
//! said of a reading of its own moment.

use std::time::Duration;

use switchback_engine::Turn;
use switchback_engine::ports::{Clock as _, ProviderErrorKind as Kind};
use switchback_model::{DoneHow, EventKind, StepState};
use switchback_testkit::plans::dns_switch;
use switchback_testkit::rig::FakeRig;

mod believed;
mod digests;
mod doubted;
mod late;
mod without_change;

const DONE: StepState = StepState::Done {
    how: DoneHow::Verified,
};

/// What goes with an object that is as before.
const ORDINARY: [Kind; 5] = [
    Kind::Throttled,
    Kind::Busy,
    Kind::Credentials,
    Kind::Denied,
    Kind::Refused,
];

/// What contradicts an object that is as before.
const CONTRADICTING: [Kind; 2] = [Kind::Conflict, Kind::NotFound];

async fn ready() -> FakeRig {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake
}

fn events(fake: &FakeRig) -> Vec<EventKind> {
    let events = fake.desk.journal.events();
    events.into_iter().map(|event| event.kind).collect()
}

fn lost(fake: &FakeRig) -> usize {
    let kinds = events(fake);
    kinds
        .iter()
        .filter(|kind| matches!(kind, EventKind::Lost { .. }))
        .count()
}

/// Turns until nothing is to be done at once, without the look past the time in which it may land.
async fn idle_for_now(fake: &mut FakeRig) {
    loop {
        match fake.desk.driver.turn().await.unwrap() {
            Turn::Worked => {}
            Turn::Waiting(at) => {
                let span = at.duration_since(fake.clock.now());
                fake.clock.advance(Duration::try_from(span).unwrap_or_default());
            }
            Turn::Idle => return,
        }
    }
}
