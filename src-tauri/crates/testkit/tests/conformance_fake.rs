//! The suite on the fake world: every cell green, and every planted bug turns one red.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use async_trait::async_trait;
use switchback_engine::ports::Clock;
use switchback_testkit::conformance::{first_red, run};
use switchback_testkit::plans::{dns_switch, seed};
use switchback_testkit::{
    Bench, FakeWorld, ManualClock, MemoryJournal, Planted, RecordStore, StoreOracle, Subject,
};

struct FakeBench(Option<Planted>);

#[async_trait]
impl Bench for FakeBench {
    async fn subject(&self) -> Subject {
        let clock = ManualClock::new();
        let upsert = self.0 == Some(Planted::Upsert);
        let store = Arc::new(RecordStore::new(clock.clone()).with_upsert(upsert));
        seed(&store, &["apps"]);
        let plan = dns_switch();
        let journal = match self.0 {
            Some(Planted::AppendWithoutSync) => MemoryJournal::open_without_sync(&plan, clock.now()),
            _ => MemoryJournal::open(&plan, clock.now()),
        };
        Subject {
            world: FakeWorld::new(store.clone(), clock.clone()),
            oracle: Arc::new(StoreOracle::new(store)),
            planted: self.0,
            clock,
            journal,
            plan,
        }
    }
}

#[tokio::test]
async fn every_cell_is_green() {
    let matrix = run(&FakeBench(None)).await;
    assert!(matrix.cells.len() > 100, "{matrix}");
    assert!(matrix.red().is_empty(), "{matrix}");
}

#[tokio::test]
async fn every_planted_bug_turns_a_cell_red() {
    // This world has no lists, no rolls and no wire; see the conformance suite of `api`.
    let elsewhere = |bug: &Planted| {
        matches!(
            bug,
            Planted::ReplacesInsteadOfAppending
                | Planted::RollByDefinition
                | Planted::RollByCompleteDefinition
                | Planted::PlainReverseOrder
                | Planted::LockTokenNotSent
                | Planted::TypedEcho
        )
    };
    for bug in Planted::ALL.into_iter().filter(|bug| !elsewhere(bug)) {
        let red = first_red(&FakeBench(Some(bug))).await;
        println!("{bug:?}: {red:?}");
        assert!(red.is_some(), "{bug:?} was not found");
    }
}
