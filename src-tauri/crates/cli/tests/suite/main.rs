//! The real command line as a process: one executable, because linking costs more than running.

#![expect(clippy::unwrap_used, reason = "tests")]

mod admins;
mod bad_input;
mod beside;
mod cli;
mod cognito;
mod ended;
mod life;
mod parameter;
mod pool_canary;
mod previous;
mod record;
mod refusals;
mod restrict;
mod reval;
mod rolls;
#[path = "../shared/mod.rs"]
mod shared;
mod station;
mod triggers;
mod users;
mod way_back;
mod weighted;
mod zones;
