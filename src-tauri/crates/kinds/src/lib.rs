//! Every kind of action and of check that there is: what each one is made of, where it stands at AWS,
//! and how it is read there. The exhaustive matches are here, so that a new kind that has no place does
//! not compile.

pub mod changes;
pub mod looks;
pub mod policy;
pub mod resource;
mod servers;
pub mod uses;
mod world;

use switchback_wire as wire;

pub use world::RunWorld;
