//! Lambda: whether a user pool may invoke a function, and whether the function can answer it.
//!
//! The permission is no part of the pool: DescribeUserPool looks perfect without it, and every sign-in fails (Cognito
//! developer guide, "Customizing user pool workflows with Lambda triggers": who adds a trigger by the API must add the
//! permission as well).

mod ask;
mod judge;
mod look;
mod narrowed;
mod policy;
mod statement;
mod strict;

#[cfg(test)]
mod tests;

pub use look::TriggerLook;

use switchback_model::FunctionArn;

use crate::op::{On, Op};
use crate::resource::{Granted, Resource, Stands, part, words};
use crate::service::Service;

/// Reads the settings of a function.
pub const CONFIGURATION: Op = Op::reads(Service::Lambda, "GetFunctionConfiguration", On::Object);
/// Reads who may invoke it.
pub const POLICY: Op = Op::reads(Service::Lambda, "GetPolicy", On::Object);
/// Tells how many of it may run at once; it is set for the function, whatever its aliases.
pub const CONCURRENCY: Op = Op::reads(Service::Lambda, "GetFunctionConcurrency", On::Unqualified);
/// Asks whether we may invoke it. It is only ever made as a dry run, which runs nothing (API reference, Invoke,
/// `InvocationType`).
pub const DRY_RUN: Op = Op::reads(Service::Lambda, "Invoke", On::Object).granted_as("InvokeFunction");

/// A function, or an alias or a version of one (Service Authorization Reference, "AWS Lambda", resource types).
#[must_use]
pub fn function(name: &str, qualifier: Option<&str>) -> Resource {
    let (mut of, mut rest) = (name.to_owned(), format!("function:{name}"));
    let mut command = words(["lambda", "get-policy", "--function-name", name]);
    let mut page = format!("lambda/home?region={{region}}#/functions/{}", part(name));
    if let Some(qualifier) = qualifier {
        of.push_str(&format!(":{qualifier}"));
        rest.push_str(&format!(":{qualifier}"));
        command.extend(words(["--qualifier", qualifier]));
        page.push_str(&format!("/versions/{}", part(qualifier)));
    }
    Resource {
        id: format!("function:{of}"),
        title: format!("Function {of}"),
        granted: Granted {
            service: Service::Lambda.id(),
            stands: Stands::InAccount,
            rest,
            name: None,
        },
        command,
        global: false,
        page,
    }
}

/// The function of an ARN that a runbook's reader has read; of what it did not read, a name that nothing has.
#[must_use]
pub fn of_arn(arn: &str) -> Resource {
    match FunctionArn::of(arn) {
        Some(read) => function(read.name, read.qualifier),
        None => function(arn, None),
    }
}
