//! Fakes, failure injector and conformance suite. A dev-dependency only.

#![allow(clippy::unwrap_used, reason = "test code: a panic is the report")]

pub mod bundled;
pub mod clock;
pub mod cognito;
pub mod conformance;
pub mod deployed;
pub mod faulty;
pub mod journal;
pub mod oracle;
mod plain;
pub mod plans;
pub mod planted;
pub mod published;
pub mod restricted;
pub mod rig;
mod roll;
mod seen;
pub mod store;
pub mod vault;
pub mod walk;
pub mod world;

pub use clock::ManualClock;
pub use conformance::{Bench, Cell, Matrix, Mutation, Oracle, Reader, Subject};
pub use faulty::{CallPoint, Fault, FaultyWorld, Op};
pub use journal::MemoryJournal;
pub use planted::Planted;
pub use rig::{Rig, Settled};
pub use store::{Accepted, RecordStore, StoreOracle};
pub use vault::MemoryVault;
pub use world::FakeWorld;
