//! CloudFront, rest-xml of 2020-05-31: the distributions before Reval and the new Admins-UI, and their invalidations.
//! What the edges of the first answer is [`crate::reval`]'s; those of the other keep nothing, and answer as
//! [`crate::adminsui`] says.
//!
//! CloudFront is one for all regions, and its own endpoint wants signatures of us-east-1. SDKs know that of the endpoint:
//! where they are given another, as here, they sign in the region that they are set to, and the rehearsal takes
//! that, as it does for Route 53.
//!
//! Not rehearsed, and refused by name: everything else, changes of the distribution among it.

mod batch;
mod behaviours;
mod conflicts;
mod create;
mod list;
mod part;
mod seed;
mod show;
#[cfg(test)]
mod tests;

use http::Method;

pub(crate) use behaviours::is_routed;
pub(crate) use create::somebody_invalidates;
pub(crate) use part::CloudFront;
pub(crate) use seed::row_of;
pub use seed::{
    ADMINS_CERTIFICATE, ADMINS_DISTRIBUTION, ADMINS_DISTRIBUTION_ARN, ADMINS_DISTRIBUTION_DOMAIN,
    ADMINS_PATHS, DISTRIBUTION, DISTRIBUTION_ARN, DISTRIBUTION_DOMAIN, INVALIDATION_TAKES, MOST_WILDCARDS,
    REVAL_CERTIFICATE,
};
use seed::{Row, rows};
pub(crate) use show::{has_certificate, is_enabled};

use super::service::{Face, Wire, operation_itself};
use super::{AwsError, Call, Refused, Served};
use crate::core::Core;
use crate::http::{self as web, Answer};
use crate::log::{Caller, Outcome};
use crate::seed as world;
use crate::state::State;

pub(super) const FACE: Face = Face {
    scope: "cloudfront",
    wire: Wire::Xml { namespace: NAMESPACE },
    throttled: "Throttling",
    operation,
    action: operation_itself,
    resource,
    serve,
};

/// The version of the API, which begins every path.
pub(super) const VERSION: &str = "2020-05-31";
/// The namespace that AWS writes on every root (botocore's model, `xmlNamespace`).
const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
/// The start of every document.
const XML: &str = "<?xml version=\"1.0\"?>\n";
/// A request's operation, and the ids in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Route<'a> {
    GetDistribution(&'a str),
    CreateInvalidation(&'a str),
    ListInvalidations(&'a str),
    GetInvalidation(&'a str, &'a str),
    ListConflictingAliases(&'a str),
    Unknown(String),
}

fn route(call: &Call) -> Route<'_> {
    let path: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    let unknown = |name: &str| Route::Unknown(name.to_owned());
    match (&call.method, path.as_slice()) {
        (&Method::GET, [VERSION, "distribution", id]) => Route::GetDistribution(id),
        (&Method::POST, [VERSION, "distribution", id, "invalidation"]) => Route::CreateInvalidation(id),
        (&Method::GET, [VERSION, "distribution", id, "invalidation"]) => Route::ListInvalidations(id),
        (&Method::GET, [VERSION, "distribution", of, "invalidation", id]) => Route::GetInvalidation(of, id),
        (&Method::GET, [VERSION, "distribution"]) => unknown("ListDistributions"),
        (&Method::POST, [VERSION, "distribution"]) => unknown("CreateDistribution"),
        (&Method::GET, [VERSION, "distribution", _, "config"]) => unknown("GetDistributionConfig"),
        (&Method::PUT, [VERSION, "distribution", _, "config"]) => unknown("UpdateDistribution"),
        (&Method::GET, [VERSION, "conflicting-alias"]) => {
            Route::ListConflictingAliases(call.param("DistributionId").unwrap_or_default())
        }
        (&Method::POST, [VERSION, "domain-conflicts"]) => unknown("ListDomainConflicts"),
        (method, path) => Route::Unknown(format!("{method} /{}", path.join("/"))),
    }
}

/// AWS's name of the operation.
fn operation(call: &Call) -> String {
    match route(call) {
        Route::GetDistribution(_) => "GetDistribution",
        Route::CreateInvalidation(_) => "CreateInvalidation",
        Route::ListInvalidations(_) => "ListInvalidations",
        Route::GetInvalidation(_, _) => "GetInvalidation",
        Route::ListConflictingAliases(_) => "ListConflictingAliases",
        Route::Unknown(name) => return name,
    }
    .to_owned()
}

/// What IAM names in a denial (service authorization reference, "Amazon CloudFront": every one of these operations is on
/// a distribution).
fn resource(caller: &Caller, call: &Call) -> Option<String> {
    let id = match route(call) {
        Route::GetDistribution(id)
        | Route::CreateInvalidation(id)
        | Route::ListInvalidations(id)
        | Route::GetInvalidation(id, _)
        | Route::ListConflictingAliases(id) => id,
        Route::Unknown(_) => return None,
    };
    Some(format!(
        "arn:aws:cloudfront::{}:distribution/{id}",
        caller.account
    ))
}

/// Answers a request that no fault has stopped.
fn serve(core: &Core, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    let refused = |error| Box::new((error, caller.entry(Outcome::Refused)));
    if let Route::CreateInvalidation(id) = route(call) {
        return create::create(core, caller, id, &call.body).map_err(refused);
    }
    match core.read(|state| read(state, caller, call)) {
        Ok(answer) => Ok(Served {
            answer,
            entry: Some(caller.entry(Outcome::Read)),
            lost: false,
        }),
        Err(error) => Err(refused(error)),
    }
}

fn read(state: &State, caller: &Caller, call: &Call) -> Result<Answer, AwsError> {
    let now = state.clock.now_ms();
    let (cloudfront, _) = state.edges_at(now);
    match route(call) {
        Route::GetDistribution(id) => {
            let row = known(caller, id)?;
            let running = cloudfront.in_progress(row);
            let mut answer = document(200, &show::distribution(row, &state.faults, running));
            web::set(&mut answer, "etag", &show::etag(row, &state.faults));
            Ok(answer)
        }
        Route::ListInvalidations(id) => {
            let row = known(caller, id)?;
            Ok(document(200, &list::page(&cloudfront, row, call)?))
        }
        Route::GetInvalidation(of, id) => {
            let row = known(caller, of)?;
            let found = cloudfront.find(row, id)?;
            Ok(document(200, &show::invalidation(found)))
        }
        Route::ListConflictingAliases(id) => {
            let row = known(caller, id)?;
            Ok(document(200, &conflicts::page(row, &state.faults, call)?))
        }
        Route::CreateInvalidation(_) | Route::Unknown(_) => Err(AwsError::not_rehearsed(&caller.operation)),
    }
}

fn document(status: u16, body: &str) -> Answer {
    web::answer(status, "text/xml", format!("{XML}{body}"))
}

/// The distribution of an id; another account has none.
fn known(caller: &Caller, id: &str) -> Result<&'static Row, AwsError> {
    rows()
        .find(|row| caller.account == world::ACCOUNT && id == row.id)
        .ok_or_else(|| AwsError::new("NoSuchDistribution", "The specified distribution does not exist."))
}
