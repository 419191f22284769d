//! The guarded APIs, Reval's and the new one of Admins, as browsers call each under its own name: API Gateway with the authoriser of the deployment that the stage
//! serves, and behind it an application that says whose token it was given.

use http::Request;
use http::request::Parts;
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::aws::apigateway::{self, Asked, Guarded, Met};
use crate::core::Core;
use crate::gateway;
use crate::http::{self as web, Answer, Dropped};

/// The API that a request is for, by the name that it was sent to.
pub(crate) fn of(request: &Request<Incoming>) -> Option<&'static Guarded> {
    let host = request
        .headers()
        .get("host")
        .and_then(|value| value.to_str().ok());
    let host = host.unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    apigateway::of_host(name.trim_end_matches('.'))
}

/// Answers a request.
pub(crate) async fn serve(core: &Core, row: &Guarded, request: Request<Incoming>) -> Result<Answer, Dropped> {
    let (parts, body) = request.into_parts();
    // Nobody says what was read of the body, but who sends one expects it to be taken.
    web::read_body(body).await.ok_or(Dropped)?;
    let mut is_refusal = true;
    let mut application = |answer| {
        is_refusal = false;
        answer
    };
    let mut answer = match met(core, row, &parts)? {
        Met::Nothing => gateway::nothing_there(),
        Met::Throttled => refused(429, "TooManyRequestsException", "Too Many Requests"),
        Met::Open if parts.method == http::Method::OPTIONS => application(preflight(row, parts.uri.path())),
        Met::Open => application(said(&json!({"pool": null, "user": null}))),
        Met::Allowed { pool, user } => application(said(&json!({"pool": pool, "user": user}))),
        Met::Unauthorized => refused(401, "UnauthorizedException", "Unauthorized"),
        Met::Expired => refused(401, "UnauthorizedException", "The incoming token has expired"),
    };
    // What the gateway itself refuses is readable for a browser where the API has made it so.
    let readable = match is_refusal {
        true => core.read(|state| apigateway::read_by(row, &state.faults)),
        false => Some("*".to_owned()),
    };
    if let Some(origin) = readable {
        web::set(&mut answer, "access-control-allow-origin", &origin);
    }
    Ok(answer)
}

/// What it meets. A verdict that is new is remembered with the same look at the state, so that a flush in between does
/// not miss it.
fn met(core: &Core, row: &Guarded, parts: &Parts) -> Result<Met, Dropped> {
    let path = parts.uri.path();
    let (stage, below) = match path.strip_prefix('/').and_then(|path| path.split_once('/')) {
        Some((stage, below)) => (stage, web::percent_decode(below)),
        None => return Ok(Met::Nothing),
    };
    let below = format!("/{below}");
    let header = parts.headers.get("authorization");
    let asked = Asked {
        api: row.id,
        stage,
        path: &below,
        verb: parts.method.as_str(),
        authorization: header.and_then(|value| value.to_str().ok()),
        number: core.at_api(row.app),
        now_ms: core.now_ms(),
    };
    let meeting = core.read(|state| apigateway::meet(state, &asked));
    if !meeting.is_new() {
        return Ok(meeting.met);
    }
    core.change(|state| apigateway::meet_and_remember(state, &asked))
        .map_err(|error| {
            tracing::error!(%error, "what an authoriser thought could not be saved");
            Dropped
        })
}

/// What the application says.
fn said(body: &Value) -> Answer {
    web::answer(200, "application/json", body.to_string())
}

/// What the gateway says of itself (API Gateway developer guide, "Gateway response types": `UNAUTHORIZED`, `THROTTLED`).
/// That a token has expired it says in these words, as public code of its callers knows.
fn refused(status: u16, kind: &'static str, message: &str) -> Answer {
    let mut answer = web::answer(
        status,
        "application/json",
        json!({"message": message}).to_string(),
    );
    web::set(&mut answer, "x-amzn-errortype", kind);
    answer
}

/// The answer to a browser that asks first: the methods of the path in a new world.
fn preflight(row: &Guarded, path: &str) -> Answer {
    let below = path.strip_prefix(&format!("/{}", row.stage)).unwrap_or(path);
    let mut answer = web::answer(200, "application/json", "");
    let allowed = format!("{},OPTIONS", row.verbs(below).join(","));
    web::set(&mut answer, "access-control-allow-methods", &allowed);
    web::set(
        &mut answer,
        "access-control-allow-headers",
        "Authorization,Content-Type",
    );
    answer
}
