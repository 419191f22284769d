//! The world from outside: over its sockets, as the engine and an onlooker see it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod admins;
mod aws;
mod cognito;
mod dns;
mod ecs;
mod keys;
mod lambda;
mod life;
mod restriction;
mod reval;
mod sites;
mod ssm;
mod support;
mod zones;
