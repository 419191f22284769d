//! API Gateway's REST APIs (rest-json of 2015-07-09): one API with the stage that leads to user management, its
//! resources and the settings of its methods. Requests that are made to the API are [`crate::gateway`]'s.
//!
//! Not rehearsed, and refused by name: everything else, deployments, authorisers and caches among it, and the other
//! settings of a stage.

mod part;
mod patch;
mod path;
mod resources;
mod seed;
mod setting;
mod show;
mod somebody;
#[cfg(test)]
mod tests;

use http::Method;
use serde_json::Value;

pub(crate) use part::ApiGateway;
pub(crate) use path::key_below;
pub(crate) use seed::stage_arn;
pub use seed::{API_ID, API_NAME, API_STAGE, STAGE_SPREAD};
pub(crate) use somebody::somebody_sets_a_throttle;

use super::cognito::REGION;
use super::json;
use super::service::{Face, Wire};
use super::{AwsError, Call, Refused, Served};
use crate::core::Core;
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
    Unknown(String),
}

impl Route<'_> {
    fn operation(&self) -> String {
        match self {
            Self::GetRestApi(_) => "GetRestApi".to_owned(),
            Self::GetResources(_) => "GetResources".to_owned(),
            Self::GetStage(_, _) => "GetStage".to_owned(),
            Self::UpdateStage(_, _) => "UpdateStage".to_owned(),
            Self::Unknown(name) => name.clone(),
        }
    }
}

fn route(call: &Call) -> Route<'_> {
    let path: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (&call.method, path.as_slice()) {
        (&Method::GET, ["restapis", api]) => Route::GetRestApi(api),
        (&Method::GET, ["restapis", api, "resources"]) => Route::GetResources(api),
        (&Method::GET, ["restapis", api, "stages", stage]) => Route::GetStage(api, stage),
        (&Method::PATCH, ["restapis", api, "stages", stage]) => Route::UpdateStage(api, stage),
        (method, path) => Route::Unknown(format!("{method} /{}", path.join("/"))),
    }
}

/// Answers one request.
fn serve(core: &Core, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    let refused = |error| Box::new((error, caller.entry(Outcome::Refused)));
    if let Route::UpdateStage(api, stage) = route(call) {
        let asked = json::read(&call.body).map_err(refused)?;
        let committed = core
            .commit(|state, now| patch::update(state, caller, (api, stage), &asked, now))
            .map_err(refused)?;
        return Ok(Served {
            answer: answer(&committed.made),
            entry: None,
            lost: committed.lost,
        });
    }
    match core.read(|state| read(state, caller, call)) {
        Ok(body) => Ok(Served {
            answer: answer(&body),
            entry: Some(caller.entry(Outcome::Read)),
            lost: false,
        }),
        Err(error) => Err(refused(error)),
    }
}

fn answer(body: &Value) -> web::Answer {
    web::answer(200, "application/json", body.to_string())
}

/// Answers a request that changes nothing.
fn read(state: &State, caller: &Caller, call: &Call) -> Result<Value, AwsError> {
    match route(call) {
        Route::GetRestApi(api) => {
            let stage = state.apigateway.of(caller, api)?;
            Ok(show::api(stage))
        }
        Route::GetResources(api) => {
            state.apigateway.of(caller, api)?;
            resources::page(call)
        }
        Route::GetStage(api, stage) => {
            let stage = state.apigateway.stage(caller, api, stage)?;
            Ok(show::stage(state, stage))
        }
        Route::UpdateStage(_, _) | Route::Unknown(_) => Err(AwsError::not_rehearsed(&caller.operation)),
    }
}

/// Whether a caller is where the API is: another account and another region have none.
pub(super) fn is_here(caller: &Caller) -> bool {
    caller.account == crate::seed::ACCOUNT && caller.region == REGION
}

/// What IAM names in a denial.
fn resource(caller: &Caller, call: &Call) -> String {
    format!(
        "arn:aws:apigateway:{}::/{}",
        caller.region,
        call.segments.join("/")
    )
}

fn bad(message: &str) -> AwsError {
    AwsError::new("BadRequestException", message)
}

fn not_found(message: &str) -> AwsError {
    AwsError::new("NotFoundException", message)
}
