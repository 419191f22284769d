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
