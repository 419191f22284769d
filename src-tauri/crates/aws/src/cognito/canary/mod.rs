//! `cognito.canary`: the canary of a pool is signed in, so that the pool's migrate-user trigger makes it there; and the
//! one user that came of that is deleted on the way back.
//!
//! Who the canary is comes from the host through a port, and is in no image, preview, error or span.

mod answer;
mod change;
mod event;
mod judge;
mod port;
mod proofs;
mod read;
mod send;

#[cfg(test)]
mod tests;

pub use change::CanaryChange;
pub use port::{Canaries, Held, Known, NoCanary};

use crate::op::{On, Op};
use crate::service::Service;

/// Moves the user to the pool. It needs no permission (API reference, InitiateAuth: "doesn't require AWS credentials").
const SIGN_IN: Op = Op::changes(Service::Cognito, "InitiateAuth", On::Nothing);
const DELETE: Op = Op::changes(Service::Cognito, "AdminDeleteUser", On::Object);
/// Runs the function for real, so it is sent once (Lambda API reference, Invoke, `RequestResponse`).
const INVOKE: Op = Op::changes(Service::Lambda, "Invoke", On::Object).granted_as("InvokeFunction");
