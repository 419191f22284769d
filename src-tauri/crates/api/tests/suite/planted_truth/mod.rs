//! Planted truth: what the console says of a world of which we know what is true, and when it says so.
//! `cargo test -p switchback-api --test suite planted_truth -- --nocapture` prints the tables.

mod console;
mod deadlines;
mod resolvers;
mod sites;

const RUNBOOK: &str = include_str!("../../../../../runbooks/dns-switch/runbook.toml");

const TARGET: &str = include_str!("../../../../../runbooks/dns-switch/targets/rehearsal.toml");
