//! What takes time to be everywhere is waited for, and what takes none is not.

use switchback_engine::ports::Clock;
use switchback_model::{DoneHow, RollbackScope, StepState};
use switchback_testkit::desk::FakeDesk;
use switchback_testkit::plans::{dns_switch, id};

/// Seconds that the first step takes from its approval on, and whether anybody was asked of its servers.
async fn lowered(fake: &mut FakeDesk) -> (i64, bool) {
    let begun = fake.clock.now();
    fake.desk.apply("lower-ttl").await.unwrap();
    let done = StepState::Done {
        how: DoneHow::Verified,
    };
    assert_eq!(fake.desk.state("lower-ttl"), done);
    let attempts = &fake.desk.run().steps[&id("lower-ttl")].attempts;
    let in_sync = attempts.last().unwrap().in_sync.is_some();
    (fake.clock.now().duration_since(begun).as_secs(), in_sync)
}

#[tokio::test]
async fn nothing_is_waited_for_where_a_change_is_everywhere_at_once() {
    let mut slow = FakeDesk::open(&dns_switch()).await;
    let (took, asked) = lowered(&mut slow).await;
    assert!(asked && took >= 1, "{took}");

    let mut quick = FakeDesk::open(&dns_switch()).await;
    let start = quick.store.records();
    quick.fake.everywhere_at_once();
    let (took, asked) = lowered(&mut quick).await;
    assert!(!asked && took < 1, "{took}");
    // The way back as well.
    quick.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(quick.desk.rollback_state(), "completed");
    assert_eq!(quick.store.records(), start);
}
