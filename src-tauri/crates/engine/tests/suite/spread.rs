//! What takes time to be everywhere is waited for, and what takes none is not.

use std::sync::Arc;
use std::time::Duration;

use switchback_engine::ports::Clock;
use switchback_model::{DoneHow, RollbackScope, StepState};
use switchback_testkit::plans::{dns_switch, id, seed};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::{ManualClock, MemoryJournal, RecordStore};

/// Seconds that the first step takes from its approval on, and whether anybody was asked of its servers.
async fn lowered(fake: &mut FakeRig) -> (i64, bool) {
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
    let mut slow = FakeRig::open(&dns_switch()).await;
    let (took, asked) = lowered(&mut slow).await;
    assert!(asked && took >= 1, "{took}");

    let mut quick = FakeRig::open(&dns_switch()).await;
    let start = quick.store.records();
    quick.fake.everywhere_at_once();
    let (took, asked) = lowered(&mut quick).await;
    assert!(!asked && took < 1, "{took}");
    // The way back as well.
    quick.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(quick.desk.rollback_state(), "completed");
    assert_eq!(quick.store.records(), start);
}

/// That a change took too long is said of a question after the limit, never of the last answer before it.
#[tokio::test]
async fn what_is_everywhere_just_before_the_limit_is_not_called_late() {
    for early in 0..20 {
        let (plan, clock) = (dns_switch(), ManualClock::new());
        let journal = MemoryJournal::open(&plan, clock.now());
        let delay = Duration::from_secs(600) - Duration::from_millis(early * 13);
        let store = Arc::new(RecordStore::new(clock.clone()).with_sync_delay(delay));
        seed(&store, &["apps"]);
        let mut slow = FakeRig::over(clock, journal, store).await;
        slow.desk.check("lower-ttl").await.unwrap();
        slow.desk.approve("lower-ttl").await.unwrap();
        // On a real machine no two questions keep step.
        for turn in 0..12 {
            slow.desk.driver.turn().await.unwrap();
            slow.clock.advance(Duration::from_millis(early * 70 + turn * 37));
        }
        // Ten minutes are more turns than one settling takes.
        slow.desk.settle().await;
        slow.desk.idle().await;
        let done = StepState::Done {
            how: DoneHow::Verified,
        };
        assert_eq!(slow.desk.state("lower-ttl"), done, "{delay:?}");
    }
}
