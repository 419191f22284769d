//! API Gateway's REST APIs (rest-json of 2015-07-09): the API that leads to user management, and the guarded ones, Reval's
//! and the new one of Admins, each with a stage, their resources and deployments, the settings of methods, and the
//! authorisers of the guarded ones. Beside them an HTTP API, of which only that it is one is rehearsed. Requests that are
//! made to the first API are [`crate::gateway`]'s, those to the guarded ones are [`crate::guardedapi`]'s.
//!
//! Not rehearsed, and refused by name: everything else, and the other settings of a stage, an authoriser and a
//! deployment.

mod api;
mod authorizers;
mod canary;
mod deployments;
mod guarded;
mod http_api;
mod meet;
mod opened;
mod page;
mod part;
mod patch;
mod path;
mod refusals;
mod resources;
mod seed;
mod setting;
mod show;
mod somebody;
#[cfg(test)]
mod tests;
mod verdicts;
mod views;

use http::Method;
use serde_json::Value;

pub use guarded::{
    ADMINS_NEW_API, ADMINS_NEW_API_NAME, ADMINS_NEW_AUTHORIZER, ADMINS_NEW_DEPLOYMENT, ADMINS_NEW_STAGE,
    REVAL_API, REVAL_API_NAME, REVAL_AUTHORIZER, REVAL_DEPLOYMENT, REVAL_STAGE, REVAL_USERINFO,
};
pub(crate) use guarded::{Guarded, of_app, of_host};
pub use http_api::HTTP_API;
pub(crate) use meet::{Asked, Met, meet, meet_and_remember};
pub(crate) use part::ApiGateway;
pub(crate) use path::key_below;
pub(crate) use refusals::read_by;
pub(crate) use seed::stage_arn;
pub use seed::{API_ID, API_NAME, API_STAGE, STAGE_SPREAD};
pub(crate) use somebody::{
    somebody_deploys, somebody_edits_the_authorizer, somebody_leaves_work_unfinished,
    somebody_sets_a_throttle,
};

use super::cognito::REGION;
use super::json;
use super::service::{Face, Wire};
use super::{AwsError, Call, Refused, Served};
use crate::core::{Committed, Core};
use crate::http as web;
use crate::log::{Caller, Outcome};
use crate::state::State;

pub(super) const FACE: Face = Face {
    scope: "apigateway",
    wire: Wire::RestJson { root: "/restapis" },
    throttled: "TooManyRequestsException",
    operation: |call| route(call).operation(),
    // IAM knows the service by the methods of HTTP (service authorization reference, "Amazon API Gateway Management").
    action: |_, call| call.method.to_string(),
    resource: |caller, call| Some(resource(caller, call)),
    serve,
};

/// A request's operation, and the names in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Route<'a> {
    GetRestApi(&'a str),
    GetResources(&'a str),
    GetStage(&'a str, &'a str),
    UpdateStage(&'a str, &'a str),
    FlushStageAuthorizersCache(&'a str, &'a str),
    CreateDeployment(&'a str),
    GetDeployment(&'a str, &'a str),
    GetDeployments(&'a str),
    GetAuthorizer(&'a str, &'a str),
    GetAuthorizers(&'a str),
    GetGatewayResponse(&'a str, &'a str),
    UpdateAuthorizer(&'a str, &'a str),
    GetApi(&'a str),
    GetApis,
    Unknown(String),
}

impl Route<'_> {
    fn operation(&self) -> String {
        let name = match self {
            Self::GetRestApi(_) => "GetRestApi",
            Self::GetResources(_) => "GetResources",
            Self::GetStage(_, _) => "GetStage",
            Self::UpdateStage(_, _) => "UpdateStage",
            Self::FlushStageAuthorizersCache(_, _) => "FlushStageAuthorizersCache",
            Self::CreateDeployment(_) => "CreateDeployment",
            Self::GetDeployment(_, _) => "GetDeployment",
            Self::GetDeployments(_) => "GetDeployments",
            Self::GetAuthorizer(_, _) => "GetAuthorizer",
            Self::GetAuthorizers(_) => "GetAuthorizers",
            Self::GetGatewayResponse(_, _) => "GetGatewayResponse",
            Self::UpdateAuthorizer(_, _) => "UpdateAuthorizer",
            Self::GetApi(_) => "GetApi",
            Self::GetApis => "GetApis",
            Self::Unknown(name) => name,
        };
        name.to_owned()
    }
}

fn route(call: &Call) -> Route<'_> {
    let path: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (&call.method, path.as_slice()) {
        (&Method::GET, ["restapis", api]) => Route::GetRestApi(api),
        (&Method::GET, ["restapis", api, "resources"]) => Route::GetResources(api),
        (&Method::GET, ["restapis", api, "stages", stage]) => Route::GetStage(api, stage),
        (&Method::PATCH, ["restapis", api, "stages", stage]) => Route::UpdateStage(api, stage),
        (&Method::DELETE, ["restapis", api, "stages", stage, "cache", "authorizers"]) => {
            Route::FlushStageAuthorizersCache(api, stage)
        }
        (&Method::POST, ["restapis", api, "deployments"]) => Route::CreateDeployment(api),
        (&Method::GET, ["restapis", api, "deployments"]) => Route::GetDeployments(api),
        (&Method::GET, ["restapis", api, "deployments", id]) => Route::GetDeployment(api, id),
        (&Method::GET, ["restapis", api, "authorizers"]) => Route::GetAuthorizers(api),
        (&Method::GET, ["restapis", api, "authorizers", id]) => Route::GetAuthorizer(api, id),
        (&Method::GET, ["restapis", api, "gatewayresponses", kind]) => Route::GetGatewayResponse(api, kind),
        (&Method::PATCH, ["restapis", api, "authorizers", id]) => Route::UpdateAuthorizer(api, id),
        (&Method::GET, ["v2", "apis"]) => Route::GetApis,
        (&Method::GET, ["v2", "apis", id]) => Route::GetApi(id),
        (method, path) => Route::Unknown(format!("{method} /{}", path.join("/"))),
    }
}

/// Answers one request.
fn serve(core: &Core, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    let refused = |error| Box::new((error, caller.entry(Outcome::Refused)));
    if let Some((status, committed)) = write(core, caller, call).map_err(refused)? {
        return Ok(Served {
            answer: answer(status, &committed.made),
            entry: None,
            lost: committed.lost,
        });
    }
    match core.read(|state| read(state, caller, call)) {
        Ok(body) => Ok(Served {
            answer: answer(200, &body),
            entry: Some(caller.entry(Outcome::Read)),
            lost: false,
        }),
        Err(error) => Err(refused(error)),
    }
}

/// An answer; what has nothing to say has no body.
fn answer(status: u16, body: &Value) -> web::Answer {
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    web::answer(status, "application/json", text)
}

/// Answers a request that changes something; nothing where it does not. The statuses are those of botocore's model,
/// `responseCode`.
fn write(core: &Core, caller: &Caller, call: &Call) -> Result<Option<(u16, Committed<Value>)>, AwsError> {
    Ok(Some(match route(call) {
        Route::UpdateStage(api, stage) => {
            let asked = json::read(&call.body)?;
            let made = core.commit(|state, now| patch::update(state, caller, (api, stage), &asked, now))?;
            (200, made)
        }
        Route::FlushStageAuthorizersCache(api, stage) => {
            let made = core.commit(|state, _| {
                state.apigateway.stage_mut(caller, api, stage)?.verdicts.flush();
                Ok::<_, AwsError>((Value::Null, caller.entry(Outcome::Committed)))
            })?;
            (202, made)
        }
        Route::CreateDeployment(api) => {
            let asked = deployments::read(&call.body)?;
            let made = core.commit(|state, now| deployments::create(state, caller, api, &asked, now))?;
            (201, made)
        }
        Route::UpdateAuthorizer(api, id) => {
            let asked = json::read(&call.body)?;
            let made = core.commit(|state, _| authorizers::update(state, caller, (api, id), &asked))?;
            (200, made)
        }
        Route::GetRestApi(_)
        | Route::GetResources(_)
        | Route::GetStage(_, _)
        | Route::GetDeployment(_, _)
        | Route::GetDeployments(_)
        | Route::GetAuthorizer(_, _)
        | Route::GetAuthorizers(_)
        | Route::GetGatewayResponse(_, _)
        | Route::GetApi(_)
        | Route::GetApis
        | Route::Unknown(_) => return Ok(None),
    }))
}

/// Answers a request that changes nothing.
fn read(state: &State, caller: &Caller, call: &Call) -> Result<Value, AwsError> {
    match route(call) {
        Route::GetRestApi(api) => {
            let api = state.apigateway.of(caller, api)?;
            Ok(show::api(api))
        }
        Route::GetResources(api) => {
            let api = state.apigateway.of(caller, api)?;
            let config = opened::seen(&api.id, &api.config, &state.faults);
            resources::page(api, &config, call)
        }
        Route::GetStage(api, stage) => {
            let stage = state.apigateway.stage(caller, api, stage)?;
            Ok(show::stage(state, stage))
        }
        Route::GetDeployment(api, id) => deployments::shown(state, caller, call, (api, id)),
        Route::GetDeployments(api) => deployments::listed(state, caller, call, api),
        Route::GetAuthorizer(api, id) => {
            let api = state.apigateway.of(caller, api)?;
            Ok(api.authorizer(id)?.shown())
        }
        Route::GetAuthorizers(api) => authorizers::listed(state, caller, call, api),
        Route::GetGatewayResponse(api, kind) => {
            let api = state.apigateway.of(caller, api)?;
            refusals::shown(&api.id, kind, &state.faults)
        }
        Route::GetApi(id) => http_api::one(state, caller, id),
        Route::GetApis => http_api::all(state, caller, call),
        Route::UpdateStage(_, _)
        | Route::FlushStageAuthorizersCache(_, _)
        | Route::CreateDeployment(_)
        | Route::UpdateAuthorizer(_, _)
        | Route::Unknown(_) => Err(AwsError::not_rehearsed(&caller.operation)),
    }
}

/// Whether a caller is where the API is: another account and another region have none.
pub(super) fn is_here(caller: &Caller) -> bool {
    caller.account == crate::seed::ACCOUNT && caller.region == REGION
}

/// What IAM names in a denial; the version of the second service is no part of it (service authorization reference,
/// "Amazon API Gateway Management V2").
fn resource(caller: &Caller, call: &Call) -> String {
    let path = call.segments.join("/");
    let path = path.strip_prefix("v2/").unwrap_or(&path);
    format!("arn:aws:apigateway:{}::/{path}", caller.region)
}

/// As AWS words it (recorded by localstack).
fn no_api(caller: &Caller, api: &str) -> AwsError {
    not_found(&format!(
        "Invalid API identifier specified {}:{api}",
        caller.account
    ))
}

fn bad(message: &str) -> AwsError {
    AwsError::new("BadRequestException", message)
}

fn not_found(message: &str) -> AwsError {
    AwsError::new("NotFoundException", message)
}
