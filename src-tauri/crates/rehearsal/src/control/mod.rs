//! The control plane under `/_world/`: look at the world, make things go wrong, start anew.

mod client;

use std::sync::Arc;

use http::{HeaderMap, Method, Request};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use client::{Client, ControlError};

use crate::aws;
use crate::core::Core;
use crate::faults::Fault;
use crate::http::{self as web, Answer};

/// The header that every mutation must carry with the handle's token, so that a page in a browser
/// can't drive the world.
pub const TOKEN_HEADER: &str = "x-switchback-world";
pub(crate) const PREFIX: &str = "/_world/";

/// The answer to a ping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// Names the world's state; equal to the handle's if the handle is of this world.
    pub epoch: String,
    /// The process that serves the world.
    pub pid: u32,
    /// World time.
    pub world_time: jiff::Timestamp,
}

/// Answers one request of the control plane.
pub(crate) async fn respond(core: &Arc<Core>, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let result = match web::read_body(body).await {
        None => Err((400, "The body is too long or was cut.".to_owned())),
        Some(body) => {
            let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or_default();
            let query = web::pairs(parts.uri.query().unwrap_or_default());
            guard(core, &parts.method, &parts.headers)
                .and_then(|()| serve(core, &parts.method, path, &query, &body))
        }
    };
    let (status, body) = match result {
        Ok(value) => (200, value),
        Err((status, error)) => (status, json!({ "error": error })),
    };
    let mut answer = web::answer(status, "application/json", body.to_string());
    web::date(&mut answer, core.now_ms());
    web::set(&mut answer, "cache-control", "no-store");
    answer
}

/// Asks for made-up users.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoreUsers {
    pool: String,
    add: u32,
}

/// What somebody does with the canary of a pool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Canary {
    pool: String,
    is: String,
}

type Refusal = (u16, String);

fn guard(core: &Core, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    // A name that a web page has bound to loopback must not reach the world.
    let host = text("host").unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(h, _)| h);
    if !matches!(host, "127.0.0.1" | "localhost") {
        return Err((403, "Use the address 127.0.0.1.".to_owned()));
    }
    if *method == Method::GET {
        return Ok(());
    }
    if core.read(|state| text(TOKEN_HEADER) == Some(&state.token)) {
        Ok(())
    } else {
        Err((
            403,
            format!("The header {TOKEN_HEADER} must carry the token of the handle."),
        ))
    }
}

fn serve(
    core: &Core,
    method: &Method,
    path: &str,
    query: &[(String, String)],
    body: &[u8],
) -> Result<Value, Refusal> {
    let failed = |e: &dyn std::fmt::Display| (500, e.to_string());
    match (method.as_str(), path) {
        ("GET", "ping") => to_json(&Pong {
            epoch: core.read(|state| state.epoch.clone()),
            pid: std::process::id(),
            world_time: core.clock().now(),
        }),
        ("GET", "state") => to_json(&core.snapshot()),
        ("GET", "log") => {
            let after = query.iter().find(|(key, _)| key == "after");
            let after = after.map_or(Ok(0), |(_, v)| v.parse());
            let after = after.map_err(|_| (400, "“after” must be a number.".to_owned()))?;
            to_json(&core.log(after))
        }
        ("GET", "counts") => to_json(&core.counts()),
        ("POST", "users") => {
            let wanted: MoreUsers = serde_json::from_slice(body).map_err(|e| (400, e.to_string()))?;
            let users = aws::cognito::generate_users(core, &wanted.pool, wanted.add)
                .map_err(|e| failed(&e))?
                .ok_or_else(|| (404, format!("There is no pool “{}”.", wanted.pool)))?;
            Ok(json!({ "generated": users }))
        }
        ("POST", "canary") => {
            let wanted: Canary = serde_json::from_slice(body).map_err(|e| (400, e.to_string()))?;
            let Canary { pool, is } = &wanted;
            match aws::cognito::canary_is(core, pool, is).map_err(|e| failed(&e))? {
                true => Ok(json!({})),
                false => Err((
                    404,
                    format!("There is no canary of “{pool}” that could be “{is}”."),
                )),
            }
        }
        ("POST", "fault") => {
            let fault = read_fault(body).map_err(|why| (400, why))?;
            aws::inject(core, fault).map_err(|e| failed(&e))?;
            Ok(json!({ "faults": core.read(|state| state.faults.clone()) }))
        }
        ("DELETE", path) if path.starts_with("fault/") => {
            let name = web::percent_decode(path.trim_start_matches("fault/"));
            match core.lift(&name).map_err(|e| failed(&e))? {
                0 => Err((404, format!("No fault “{name}” is in force."))),
                lifted => Ok(json!({ "lifted": lifted })),
            }
        }
        ("POST", "reset") => {
            core.reset().map_err(|e| failed(&e))?;
            Ok(json!({}))
        }
        _ => Err((404, "The control plane has no such request.".to_owned())),
    }
}

/// A fault as JSON, or `{"spec": "site-down:old"}` as on the command line.
fn read_fault(body: &[u8]) -> Result<Fault, String> {
    let value: Value = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    match value.get("spec").and_then(Value::as_str) {
        Some(spec) => spec.parse().map_err(|e| format!("{e}")),
        None => serde_json::from_value(value).map_err(|e| e.to_string()),
    }
}

fn to_json(value: &impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(|e| (500, e.to_string()))
}
