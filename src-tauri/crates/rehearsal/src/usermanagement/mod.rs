//! User management: the application that the service of ECS runs, as far as its requests show how a task was
//! configured.

mod routes;
#[cfg(test)]
mod tests;

use http::request::Parts;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::core::Core;
use crate::faults::{Fault, Leak};
use crate::http::{self as web, Answer, Dropped};
use crate::log::{Caller, LogEntry, Outcome};
use crate::seed;
use routes::{Does, Route};

pub(crate) use routes::{ROUTES, at, segments};

/// Where it stands on its host.
pub(crate) const CONTEXT: &str = "usermanagement";

/// The header that names another method than the one that was sent.
pub(crate) const OVERRIDE: &str = "x-http-method-override";

/// The profiles that it knows. The real application overlooks others; here one that is not known keeps it from
/// starting, which is what a bad value of the parameter is rehearsed by.
const PROFILES: [&str; 9] = [
    "prod",
    "preprod",
    "stage",
    "dev",
    "local",
    "debug",
    "cognito",
    "keycloak",
    "rehearsal",
];

/// What a task has read of the parameters when it was started.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Read {
    /// `SPRING_PROFILES_ACTIVE`.
    pub profiles: String,
    /// `UNDER_MAINTENANCE`.
    pub under_maintenance: String,
}

impl Read {
    /// The active profiles; Spring takes blanks around them.
    fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.split(',').map(str::trim)
    }

    /// Whether it asks Cognito; it asks Keycloak else.
    fn is_cognito(&self) -> bool {
        self.profiles().any(|profile| profile == "cognito")
    }

    fn is_under_maintenance(&self) -> bool {
        self.under_maintenance.trim().eq_ignore_ascii_case("true")
    }
}

/// Whether the application starts with what it has read.
pub(crate) fn starts(read: &Read) -> bool {
    let flag = read.under_maintenance.trim();
    let is_flag = ["true", "false"]
        .iter()
        .any(|word| flag.eq_ignore_ascii_case(word));
    is_flag && read.profiles().all(|profile| PROFILES.contains(&profile))
}

/// Answers a request as a load balancer does: by the running tasks in turn.
pub(crate) fn serve(core: &Core, parts: &Parts, segments: &[String]) -> Result<Answer, Dropped> {
    let now = core.now_ms();
    let overrides = Fault::Leak { leak: Leak::Override };
    let (ecs, overrides) = core.read(|state| (state.ecs_at(now), state.faults.contains(&overrides)));
    let tasks = ecs.answering();
    let Some(read) = core
        .turn()
        .checked_rem(tasks.len())
        .and_then(|turn| tasks.get(turn))
    else {
        return Ok(web::answer(
            503,
            "text/plain; charset=utf-8",
            "Service Temporarily Unavailable\n",
        ));
    };
    let said = answer(read, &Asked::of(parts, segments, overrides));
    if said.answer.status() == StatusCode::UNAUTHORIZED {
        core.write_was_refused();
    }
    if let Some(handler) = said.wrote {
        core.note(wrote(handler, parts.uri.path())).map_err(|error| {
            tracing::error!(%error, "the rehearsal log could not be written");
            Dropped
        })?;
    }
    Ok(said.answer)
}

/// What the log says of a write that reached its handler.
fn wrote(handler: String, path: &str) -> LogEntry {
    let caller = Caller {
        service: CONTEXT.to_owned(),
        region: String::new(),
        operation: handler,
        request_id: uuid::Uuid::new_v4().to_string(),
        account: seed::ACCOUNT.to_owned(),
        role: String::new(),
        session: String::new(),
    };
    LogEntry {
        comment: Some(path.to_owned()),
        ..caller.entry(Outcome::Committed)
    }
}

/// What is asked of it.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// The method that counts: of the header [`OVERRIDE`], where there is one and it means something.
    method: Method,
    /// Whether the request has credentials; whose, and for what, is not rehearsed.
    has_credentials: bool,
    /// The segments below [`CONTEXT`].
    segments: &'a [String],
}

impl<'a> Asked<'a> {
    /// Reads a request; `overrides` says whether the method may stand in the header.
    fn of(parts: &Parts, segments: &'a [String], overrides: bool) -> Self {
        let header = |name: &str| {
            let value = parts.headers.get(name)?.to_str().ok()?.trim();
            Some(value).filter(|value| !value.is_empty())
        };
        let instead = header(OVERRIDE)
            .filter(|_| overrides)
            .map(str::to_ascii_uppercase);
        let method = instead.and_then(|word| word.parse().ok());
        Self {
            method: method.unwrap_or_else(|| parts.method.clone()),
            has_credentials: header("authorization").is_some(),
            segments,
        }
    }
}

/// What it says to a request.
#[derive(Debug)]
pub(crate) struct Reply {
    pub answer: Answer,
    /// The handler that the request reached, where that one writes: `POST /api/users`.
    pub wrote: Option<String>,
}

/// Answers a request by a task that has read `read`: the maintenance flag, then the credentials that every write needs,
/// then the handler. Reads answer anybody.
///
/// The maintenance flag is the one that was shipped: it stands before the four old write routes and nothing else, so
/// the writes below `/api/users` stay open.
pub(crate) fn answer(read: &Read, asked: &Asked<'_>) -> Reply {
    let segments = asked.segments;
    let said = |status: u16, body: &Value| Reply {
        answer: web::answer(status, "application/json", body.to_string()),
        wrote: None,
    };
    let path = format!("/{}", segments.join("/"));
    let found: Vec<&Route> = routes::at(segments).collect();
    if read.is_under_maintenance() && found.iter().any(|route| route.is_intercepted) {
        return Reply {
            answer: web::answer(
                503,
                "text/html; charset=utf-8",
                "<!doctype html><html lang=\"en\"><title>Maintenance</title><h1>User management is under \
                 maintenance</h1></html>\n",
            ),
            wrote: None,
        };
    }
    if found.is_empty() {
        return said(404, &problem(404, "Not Found", &path));
    }
    let allowed = || {
        let methods: Vec<&str> = found.iter().map(|route| route.method).collect();
        methods.join(",")
    };
    let method = match asked.method.as_str() {
        "HEAD" => "GET",
        other => other,
    };
    let Some(route) = found.iter().find(|route| route.method == method) else {
        let mut refused = match method {
            "OPTIONS" => said(200, &json!({})),
            _ => said(405, &problem(405, "Method Not Allowed", &path)),
        };
        web::set(&mut refused.answer, "allow", &allowed());
        return refused;
    };
    match route.does {
        Does::Write if !asked.has_credentials => {
            let mut refused = said(401, &problem(401, "Unauthorized", &path));
            web::set(
                &mut refused.answer,
                "www-authenticate",
                "Bearer realm=\"usermanagement\"",
            );
            refused
        }
        // An asynchronous write: the answer proves nothing.
        Does::Write => Reply {
            wrote: Some(route.name()),
            ..said(202, &json!({}))
        },
        Does::List => said(200, &json!([{"name": SOMEBODY, "active": true}])),
        Does::One => said(200, &json!({"name": SOMEBODY, "active": true})),
        // Only Cognito has them; Keycloak's half of the code throws.
        Does::Events if read.is_cognito() => said(200, &json!([{"eventType": "SignIn", "result": "PASS"}])),
        Does::Events => said(500, &problem(500, "Internal Server Error", &path)),
    }
}

/// Whom it knows.
const SOMEBODY: &str = "anna.baker@example.nhs.test";

/// A refusal as Spring writes it.
fn problem(status: u16, error: &str, path: &str) -> Value {
    json!({"status": status, "error": error, "path": format!("/{CONTEXT}{path}")})
}
