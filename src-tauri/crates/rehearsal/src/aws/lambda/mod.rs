//! Lambda (rest-json of 2015-03-31): the triggers of the user pools. Their policies, their settings, and what they compute
//! when somebody invokes them; a pool invokes them by [`Lambda::invoke_for_pool`].
//!
//! Not rehearsed, and refused by name: everything else. Nobody changes a function here but a fault.

mod broken;
mod invoke;
mod part;
mod policy;
mod provider;
mod run;
mod seed;
mod show;
#[cfg(test)]
mod tests;

use std::time::Duration;

use http::Method;
use serde_json::Value;

pub(crate) use invoke::{Invoked, NotInvoked, NotRun};
pub(crate) use part::{Function, Lambda, Named};
pub use provider::OLD_USER;
pub use seed::MIGRATE_USER_ALIAS;

use super::cognito::REGION;
use super::service::{Face, Wire};
use super::{AwsError, Call, Refused, Served};
use crate::core::Core;
use crate::http::{self as web, Answer};
use crate::log::{Caller, Outcome};
use crate::seed as world;

pub(super) const FACE: Face = Face {
    scope: "lambda",
    wire: Wire::RestJson { root: "/2015-03-31" },
    throttled: "TooManyRequestsException",
    operation,
    action,
    resource,
    serve,
};

/// The largest payload of a RequestResponse (Lambda developer guide, "Lambda quotas").
const MOST_BYTES: usize = 6 * 1024 * 1024;

/// A request's operation, and the function that its path names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Route<'a> {
    GetPolicy(&'a str),
    GetFunctionConfiguration(&'a str),
    GetFunctionConcurrency(&'a str),
    Invoke(&'a str),
    Unknown(String),
}

fn route(call: &Call) -> Route<'_> {
    let path: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (&call.method, path.as_slice()) {
        (&Method::GET, ["2015-03-31", "functions", of, "policy"]) => Route::GetPolicy(of),
        (&Method::GET, ["2015-03-31", "functions", of, "configuration"]) => {
            Route::GetFunctionConfiguration(of)
        }
        (&Method::GET, ["2019-09-30", "functions", of, "concurrency"]) => Route::GetFunctionConcurrency(of),
        (&Method::POST, ["2015-03-31", "functions", of, "invocations"]) => Route::Invoke(of),
        (method, path) => Route::Unknown(format!("{method} /{}", path.join("/"))),
    }
}

/// AWS's name of the operation.
fn operation(call: &Call) -> String {
    match route(call) {
        Route::GetPolicy(_) => "GetPolicy",
        Route::GetFunctionConfiguration(_) => "GetFunctionConfiguration",
        Route::GetFunctionConcurrency(_) => "GetFunctionConcurrency",
        Route::Invoke(_) => "Invoke",
        Route::Unknown(name) => return name,
    }
    .to_owned()
}

/// The action that IAM knows: of an invocation it is another word (service authorization reference, "AWS Lambda").
fn action(caller: &Caller, call: &Call) -> String {
    match route(call) {
        Route::Invoke(_) => "InvokeFunction".to_owned(),
        Route::GetPolicy(_)
        | Route::GetFunctionConfiguration(_)
        | Route::GetFunctionConcurrency(_)
        | Route::Unknown(_) => caller.operation.clone(),
    }
}

/// What a denial names.
fn resource(caller: &Caller, call: &Call) -> Option<String> {
    let of = match route(call) {
        Route::GetPolicy(of)
        | Route::GetFunctionConfiguration(of)
        | Route::GetFunctionConcurrency(of)
        | Route::Invoke(of) => of,
        Route::Unknown(_) => return None,
    };
    named(caller, call, of).ok().map(|named| named.full())
}

/// The function that a request is about: a name, a partial or whole ARN, each with or without a qualifier, which may stand
/// in the query instead (API reference, GetPolicy, "URI Request Parameters").
fn named(caller: &Caller, call: &Call, of: &str) -> Result<Named, AwsError> {
    let mine = format!("arn:aws:lambda:{}:{}:function:", caller.region, caller.account);
    let whole = match of.split(':').collect::<Vec<_>>()[..] {
        ["arn", ..] => of.to_owned(),
        [account, "function", ..] if account.bytes().all(|b| b.is_ascii_digit()) => {
            format!("arn:aws:lambda:{}:{of}", caller.region)
        }
        ["function", ..] => format!("{mine}{}", of.trim_start_matches("function:")),
        _ => format!("{mine}{of}"),
    };
    let found = Named::of_arn(&whole).ok_or_else(|| {
        let rule = "failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:..)";
        let words = format!("1 validation error detected: Value '{of}' at 'functionName' {rule}");
        AwsError::new("ValidationException", &words)
    })?;
    let asked = call.param("Qualifier").unwrap_or_default();
    match (found.qualifier.as_str(), asked) {
        (_, "") => Ok(found),
        ("", _) => Ok(Named {
            qualifier: asked.to_owned(),
            ..found
        }),
        (same, asked) if same == asked => Ok(found),
        _ => Err(AwsError::new(
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier.",
        )),
    }
}

/// The function where it is the caller's: another region has others, and another account's are nobody else's business.
fn known<'a>(lambda: &'a Lambda, caller: &Caller, named: &Named) -> Result<&'a Function, AwsError> {
    let parts: Vec<&str> = named.arn.split(':').collect();
    let (region, account) = (
        parts.get(3).copied().unwrap_or_default(),
        parts.get(4).copied().unwrap_or_default(),
    );
    if region != caller.region {
        let words = format!(
            "Functions from '{region}' are not reachable in this region ('{}')",
            caller.region
        );
        return Err(not_found(&words));
    }
    if account != caller.account {
        let (action, arn) = (&caller.operation, named.full());
        let words = format!(
            "User: {} is not authorized to perform: lambda:{action} on resource: {arn} because no resource-based \
             policy allows the lambda:{action} action",
            caller.arn()
        );
        return Err(AwsError::new("AccessDeniedException", &words));
    }
    let is_here = caller.account == world::ACCOUNT && caller.region == REGION;
    let found = lambda.functions.get(&named.arn).filter(|_| is_here);
    let function = found.ok_or_else(|| not_found(&format!("Function not found: {}", named.full())))?;
    match function.has(&named.qualifier) {
        true => Ok(function),
        false => Err(not_found(&format!("Cannot find alias arn: {}", named.full()))),
    }
}

fn not_found(message: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", message)
}

/// Answers a request that no fault has stopped.
fn serve(core: &Core, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    match answer(core, caller, call) {
        Ok(answer) => Ok(Served {
            answer,
            entry: Some(caller.entry(Outcome::Read)),
            lost: false,
        }),
        Err(error) => Err(Box::new((error, caller.entry(Outcome::Refused)))),
    }
}

fn answer(core: &Core, caller: &Caller, call: &Call) -> Result<Answer, AwsError> {
    let look = |of: &str, show: &dyn Fn(&Function, &Named) -> Result<Value, AwsError>| {
        let named = named(caller, call, of)?;
        core.read(|state| {
            let lambda = state.lambda_now();
            show(known(&lambda, caller, &named)?, &named)
        })
    };
    let body = match route(call) {
        Route::GetPolicy(of) => look(of, &show::policy)?,
        Route::GetFunctionConfiguration(of) => look(of, &show::configuration)?,
        Route::GetFunctionConcurrency(of) => look(of, &show::concurrency)?,
        Route::Invoke(of) => return invoke(core, caller, call, of),
        Route::Unknown(_) => return Err(AwsError::not_rehearsed(&caller.operation)),
    };
    Ok(web::answer(200, "application/json", body.to_string()))
}

/// Invokes a function, or says that the caller may. A dry run looks at the caller and at the parameters, not at the
/// function's health (API reference, Invoke, `InvocationType`).
fn invoke(core: &Core, caller: &Caller, call: &Call, of: &str) -> Result<Answer, AwsError> {
    let named = named(caller, call, of)?;
    let version = core.read(|state| {
        let function = known(&state.lambda, caller, &named)?;
        Ok::<_, AwsError>(function.version(&named.qualifier))
    })?;
    let mut answer = match call.invocation.as_deref() {
        Some("DryRun") => web::answer(204, "application/json", ""),
        None | Some("RequestResponse") => {
            if call.body.len() > MOST_BYTES {
                return Err(AwsError::new("RequestTooLargeException", "Request is too large."));
            }
            let event: Value = serde_json::from_slice(&call.body).map_err(|error| {
                let words = format!("Could not parse request body into json: {error}");
                AwsError::new("InvalidRequestContentException", &words)
            })?;
            let ran = core.change(|state| state.with_lambda(|lambda| lambda.invoke(&named, &event)))?;
            let invoked = ran.map_err(|why| not_run(why, &named))?;
            let mut answer = web::answer(200, "application/json", invoked.payload().to_string());
            if matches!(invoked, Invoked::Failed(_)) {
                web::set(&mut answer, "x-amz-function-error", "Unhandled");
            }
            answer
        }
        Some("Event") => return Err(AwsError::not_rehearsed("Invoke with Event")),
        Some(other) => {
            let words = format!("Value '{other}' at 'invocationType' failed to satisfy constraint");
            return Err(AwsError::new("ValidationException", &words));
        }
    };
    web::set(&mut answer, "x-amz-executed-version", version);
    Ok(answer)
}

/// As the API refuses (API reference, Invoke, "Errors").
fn not_run(why: NotRun, named: &Named) -> AwsError {
    match why {
        NotRun::Missing => not_found(&format!("Function not found: {}", named.full())),
        NotRun::Inactive => AwsError::new(
            "ResourceNotReadyException",
            "The function is inactive and its VPC connection is no longer available. Lambda makes it anew; try again.",
        ),
        NotRun::Throttled => AwsError::new("TooManyRequestsException", "Rate Exceeded."),
    }
}

/// World time until an invocation by the API is answered; none of any other request.
pub(super) fn takes(core: &Core, caller: &Caller, call: &Call) -> Duration {
    let Route::Invoke(of) = route(call) else {
        return Duration::ZERO;
    };
    let is_run = caller.service == FACE.scope && call.invocation.as_deref() != Some("DryRun");
    let Some(named) = named(caller, call, of).ok().filter(|_| is_run) else {
        return Duration::ZERO;
    };
    core.read(|state| {
        let lambda = state.lambda_now();
        let takes = known(&lambda, caller, &named).map(Function::takes);
        takes.unwrap_or_default()
    })
}
