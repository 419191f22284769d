//! The engine: a pure core (`decide`, `evolve`, `next`, the rollback planner) and a thin driver.

pub mod amend;
pub mod beyond;
pub mod canaries;
pub mod chosen;
pub mod deadline;
pub mod decide;
pub mod doubt;
pub mod driver;
pub mod evolve;
pub mod expect;
pub mod gate;
pub mod monitor;
pub mod next;
pub mod not_known;
pub mod observed;
pub mod ports;
pub mod proof;
pub mod publish;
pub mod rejection;
pub mod rollback;
pub mod run;
pub mod servers;
pub mod sightings;
pub mod sign_in;
pub mod snapshots;
pub mod times;
pub mod together;
pub mod ttl;

pub use driver::{DriveError, Driver, Turn};
pub use rejection::{Rejection, RejectionCode};
pub use run::Run;
