//! Reval's API, as browsers call it under its own name: API Gateway with the authoriser of the deployment that the stage
//! serves, and behind it an application that says whose token it was given.

use http::Request;
use http::request::Parts;
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::aws::apigateway::{self, Asked, Met, REVAL_API};
use crate::core::Core;
use crate::gateway;
use crate::http::{self as web, Answer, Dropped};
use crate::seed::REVAL_API_HOST;

/// Whether a request is one of this API, by the name that it was sent to.
pub(crate) fn is_it(request: &Request<Incoming>) -> bool {
    let host = request
        .headers()
        .get("host")
        .and_then(|value| value.to_str().ok());
    let host = host.unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.trim_end_matches('.').eq_ignore_ascii_case(REVAL_API_HOST)
}

/// Answers a request.
pub(crate) async fn serve(core: &Core, request: Request<Incoming>) -> Result<Answer, Dropped> {
    let (parts, body) = request.into_parts();
    // Nobody says what was read of the body, but who sends one expects it to be taken.
    web::read_body(body).await.ok_or(Dropped)?;
    let mut answer = match met(core, &parts)? {
        Met::Nothing => gateway::nothing_there(),
        Met::Throttled => refused(429, "TooManyRequestsException", "Too Many Requests"),
        Met::Open if parts.method == http::Method::OPTIONS => preflight(),
        Met::Open => said(&json!({"pool": null, "user": null})),
        Met::Allowed { pool, user } => said(&json!({"pool": pool, "user": user})),
        Met::Unauthorized => refused(401, "UnauthorizedException", "Unauthorized"),
        Met::Expired => refused(401, "UnauthorizedException", "The incoming token has expired"),
    };
    // The API has made the gateway's own refusals readable for a browser.
    web::set(&mut answer, "access-control-allow-origin", "*");
    Ok(answer)
}

/// What it meets. A verdict that is new is remembered with the same look at the state, so that a flush in between does
/// not miss it.
fn met(core: &Core, parts: &Parts) -> Result<Met, Dropped> {
    let path = parts.uri.path();
    let (stage, below) = match path.strip_prefix('/').and_then(|path| path.split_once('/')) {
        Some((stage, below)) => (stage, web::percent_decode(below)),
        None => return Ok(Met::Nothing),
    };
    let below = format!("/{below}");
    let header = parts.headers.get("authorization");
    let asked = Asked {
        api: REVAL_API,
        stage,
        path: &below,
        verb: parts.method.as_str(),
        authorization: header.and_then(|value| value.to_str().ok()),
        number: core.at_reval(),
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

/// The answer to a browser that asks first.
fn preflight() -> Answer {
    let mut answer = web::answer(200, "application/json", "");
    web::set(&mut answer, "access-control-allow-methods", "GET,OPTIONS");
    web::set(
        &mut answer,
        "access-control-allow-headers",
        "Authorization,Content-Type",
    );
    answer
}
