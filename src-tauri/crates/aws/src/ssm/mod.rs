//! Parameter Store (Systems Manager): a text that programs read when they start.
//!
//! It has no compare-and-swap (API reference, PutParameter): a write replaces whatever is there, and is given
//! the next version. So an object is read right before it is written, and a version that is not the next one
//! shows afterwards that somebody else wrote.

mod parameter;
mod read;

#[cfg(test)]
mod tests;

pub use parameter::{ParameterChange, ParameterLook};

use crate::op::{On, Op};
use crate::resource::{Granted, Resource, Stands, part, words};
use crate::service::Service;

/// Reads one, also in an earlier version.
pub const GET: Op = Op::reads(Service::Ssm, "GetParameter", On::Object);
/// Tells what a write must say again: the tier, the pattern, the description.
pub const DESCRIBE: Op = Op::reads(Service::Ssm, "DescribeParameters", On::Everything);
/// Gives one another value.
pub const PUT: Op = Op::changes(Service::Ssm, "PutParameter", On::Object);

/// A parameter.
#[must_use]
pub fn parameter(name: &str) -> Resource {
    Resource {
        id: format!("parameter:{name}"),
        title: format!("Parameter {name}"),
        granted: Granted {
            service: Service::Ssm.id(),
            stands: Stands::InAccount,
            // A name that begins with a slash has none of its own in its ARN (Systems Manager user guide,
            // "Restricting access to parameters").
            rest: format!("parameter/{}", name.trim_start_matches('/')),
            name: None,
        },
        command: words(["ssm", "get-parameter", "--name", name]),
        global: false,
        page: format!(
            "systems-manager/parameters/{}/description?region={{region}}&tab=Table",
            part(name)
        ),
    }
}
