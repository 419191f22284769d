//! The host over the rehearsal: one executable, because linking costs more than running.

#![expect(clippy::unwrap_used, reason = "tests")]

mod canaries;
mod freeze;
mod layers;
mod life;
mod opening;
mod planted_truth;
mod rehearse;
mod seats;
mod way_back;
