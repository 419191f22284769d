//! The pure core and the driver, over fakes: one executable, because linking costs more than running.

#![expect(clippy::unwrap_used, reason = "tests")]

mod amend;
mod beside;
mod beyond;
mod choices;
mod clicks;
mod clocks;
mod commands;
mod crash;
mod deadlines;
mod doubted;
mod doubts;
mod edges;
mod everywhere;
mod expect;
mod fields;
mod gates;
mod guard;
mod happy;
mod looked_again;
mod marks;
mod publishing;
mod refusals;
mod rollback;
mod sealed;
mod sign_in;
mod spread;
mod tables;
mod together;
mod unread;

/// How many random cases are tried: few in a usual run, so many in a campaign (`cargo xtask prove`).
fn cases(proving: u32) -> proptest::prelude::ProptestConfig {
    let cases = match std::env::var_os("SWITCHBACK_PROVE") {
        Some(_) => proving,
        None => 64,
    };
    proptest::prelude::ProptestConfig {
        cases,
        failure_persistence: None,
        ..Default::default()
    }
}
