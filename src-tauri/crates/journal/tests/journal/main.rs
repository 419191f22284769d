//! What the journal promises, tried on real files and real processes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod anchors;
mod canaries;
mod copies;
mod crash;
mod faults;
mod fixture;
mod lease;
mod long;
mod mirror;
mod order;
mod previous;
mod sealing;
mod secret_step;
mod secrets;
mod support;
mod tamper;
