//! The engine: a pure core (`decide`, `evolve`, `next`, the rollback planner) and a thin driver.

pub mod ports;
pub mod proof;
pub mod ttl;
