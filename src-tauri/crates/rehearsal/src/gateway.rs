//! The gateway before user management: what a request meets on its way to the application. First the web ACL, then the
//! stage's throttle, then whether the API has such a method at all.

use http::request::Parts;
use http::{Method, Request};
use hyper::body::Incoming;
use serde_json::json;

use crate::aws::apigateway::{API_STAGE, stage_arn};
use crate::aws::waf::{self, FREEZE_RULE, WafRequest};
use crate::core::Core;
use crate::faults::{Fault, Leak, Site};
use crate::http::{self as web, Answer, Dropped};
use crate::state::State;
use crate::usermanagement::{self, CONTEXT, OVERRIDE};

/// The route that gets past the restriction while [`Leak::Route`] lasts.
const LEAKING_ROUTE: (&str, &str) = ("POST", "/api/users/{u}/mfa/reset");

/// A request below user management.
#[derive(Debug)]
struct Arrival<'a> {
    site: Site,
    parts: &'a Parts,
    /// Below user management.
    segments: &'a [String],
    /// Its number.
    number: usize,
    now_ms: i64,
}

/// Answers a request below user management; `segments` are those below it.
pub(crate) async fn serve(
    core: &Core,
    site: Site,
    request: Request<Incoming>,
    segments: &[String],
) -> Result<Answer, Dropped> {
    let (parts, body) = request.into_parts();
    // Nobody says what was read of the body, but who sends one expects it to be taken.
    web::read_body(body).await.ok_or(Dropped)?;
    let arrival = Arrival {
        site,
        parts: &parts,
        segments,
        number: core.arrival(),
        now_ms: core.now_ms(),
    };
    match core.read(|state| arrival.stopped(state)) {
        Some(answer) => Ok(answer),
        None => usermanagement::serve(core, &parts, segments),
    }
}

/// What API Gateway says where the API has no such method (API Gateway developer guide, "Gateway response types",
/// `MISSING_AUTHENTICATION_TOKEN`).
pub(crate) fn nothing_there() -> Answer {
    let body = json!({"message": "Missing Authentication Token"});
    let mut answer = web::answer(403, "application/json", body.to_string());
    web::set(
        &mut answer,
        "x-amzn-errortype",
        "MissingAuthenticationTokenException",
    );
    answer
}

/// What it says to a request that is throttled: the response `THROTTLED`, which this API has made its own so that a
/// browser may read it.
fn throttled() -> Answer {
    let body = json!({"message": "Too Many Requests"});
    let mut answer = web::answer(429, "application/json", body.to_string());
    web::set(&mut answer, "x-amzn-errortype", "TooManyRequestsException");
    web::set(&mut answer, "x-tis-restricted", "throttle");
    web::set(&mut answer, "access-control-allow-origin", "*");
    answer
}

impl Arrival<'_> {
    /// The answer of whatever stops it before the application.
    fn stopped(&self, state: &State) -> Option<Answer> {
        let leaks = self.leaks(&state.faults);
        self.firewall(state, leaks)
            .or_else(|| self.throttle(state, leaks))
            .or_else(|| (!self.has_method()).then(nothing_there))
    }

    fn firewall(&self, state: &State, leaks: bool) -> Option<Answer> {
        let settings = state
            .waf
            .met(&stage_arn(), &state.faults, self.number, self.now_ms)?;
        let seen = WafRequest {
            method: self.parts.method.as_str(),
            path: &self.path(),
            headers: &self.parts.headers,
        };
        waf::judge(&settings, seen, leaks.then_some(FREEZE_RULE))
    }

    fn throttle(&self, state: &State, leaks: bool) -> Option<Answer> {
        let resource = match self.resource() {
            Some(path) => format!("/{CONTEXT}{path}"),
            None => String::new(),
        };
        let method = self.parts.method.as_str();
        let closes = state
            .apigateway
            .closes(&resource, method, self.number, self.now_ms);
        (closes && !leaks).then(throttled)
    }

    /// Whether the API has the method that was sent; what the application makes of it is not its concern.
    fn has_method(&self) -> bool {
        let mut routes = usermanagement::at(self.segments).peekable();
        let has_options = routes.peek().is_some() && self.parts.method == Method::OPTIONS;
        has_options || routes.any(|route| route.method == self.parts.method.as_str())
    }

    /// The path of the resource that it leads to, below user management: its routes all have the same.
    fn resource(&self) -> Option<&'static str> {
        usermanagement::at(self.segments).next().map(|route| route.path)
    }

    /// The path as it was sent, without the stage that stands before it under the gateway's own name.
    fn path(&self) -> String {
        let path = self.parts.uri.path();
        match self.site {
            Site::Old | Site::New | Site::Reval => path.to_owned(),
            Site::Gateway => {
                let is_stage = |part: &&str| usermanagement::segments(part) == [API_STAGE];
                let mut parts = path.split('/').skip_while(|part| !is_stage(part));
                parts.next();
                parts.map(|part| format!("/{part}")).collect()
            }
        }
    }

    /// Whether a fault lets it past the restriction.
    fn leaks(&self, faults: &[Fault]) -> bool {
        Leak::ALL.into_iter().any(|leak| {
            let is_one = match leak {
                Leak::Route => self.is_leaking_route(),
                Leak::Method => self.parts.method == Method::PUT,
                Leak::Spelling => self.parts.uri.path().contains('%'),
                Leak::Override => self.parts.headers.contains_key(OVERRIDE),
                Leak::Name => self.site == Site::Gateway,
                // Here the rule itself is weak, and nothing gets past it that it names.
                Leak::Undecoded | Leak::Parameter => false,
                // It lets nobody past who would not get past a while.
                Leak::Late => false,
            };
            is_one && faults.contains(&Fault::Leak { leak })
        })
    }

    fn is_leaking_route(&self) -> bool {
        let (method, path) = LEAKING_ROUTE;
        self.parts.method.as_str() == method && self.resource() == Some(path)
    }
}
