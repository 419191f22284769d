//! The AWS endpoints: all services on one port, told apart by the scope of the signature.

pub(crate) mod apigateway;
pub(crate) mod cloudfront;
pub(crate) mod cognito;
pub(crate) mod ecs;
mod error;
mod inject;
mod json;
pub(crate) mod keys;
pub(crate) mod lambda;
pub(crate) mod route53;
mod service;
mod signature;
mod spread;
pub(crate) mod ssm;
mod sts;
mod token;
pub(crate) mod waf;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request};
use hyper::body::Incoming;

pub(crate) use error::AwsError;
pub(crate) use inject::inject;
use keys::{AccessKey, Who};
use service::{Service, carry_out};
use signature::Signed;

use crate::core::{After, Core, Stop};
use crate::http::{self as web, Answer, Dropped};
use crate::log::{Caller, LogEntry, Outcome};
use crate::seed;

/// The one port of all services, and whose keys it knows.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub core: Arc<Core>,
    keys: Vec<AccessKey>,
}

impl Endpoint {
    /// Knows these keys before the world's own.
    pub(crate) fn new(core: Arc<Core>, keys: &[AccessKey]) -> Self {
        Self {
            core,
            keys: keys.iter().cloned().chain(keys::usual()).collect(),
        }
    }
}

/// A request, read whole.
#[derive(Debug)]
pub(crate) struct Call {
    pub method: Method,
    /// The header by which a JSON request names its operation.
    pub target: Option<String>,
    /// The header by which an invocation of a function says of which kind it is.
    pub invocation: Option<String>,
    /// Decoded segments of the path, without empty ones.
    pub segments: Vec<String>,
    pub query: Vec<(String, String)>,
    pub body: Bytes,
}

impl Call {
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

/// What an operation gives back: the answer and what the log should know.
#[derive(Debug)]
pub(crate) struct Served {
    pub answer: Answer,
    /// `None` for a mutation that was logged with its commit.
    pub entry: Option<LogEntry>,
    pub lost: bool,
}

/// A refusal and what the log should know of it.
pub(crate) type Refused = Box<(AwsError, LogEntry)>;

/// Who calls, by a signature that is checked as AWS checks it.
fn authenticated(
    keys: &[AccessKey],
    signed: Result<&Signed, &AwsError>,
    parts: &Parts,
    body: &[u8],
) -> Result<Who, AwsError> {
    let signed = signed.map_err(Clone::clone)?;
    let token = parts
        .headers
        .get("x-amz-security-token")
        .and_then(|value| value.to_str().ok());
    let (secret, who) = keys::known(keys, &signed.key, token)?;
    signed.verify(&secret, parts, body)?;
    Ok(who)
}

/// Answers one AWS request.
pub(crate) async fn respond(endpoint: &Endpoint, request: Request<Incoming>) -> Result<Answer, Dropped> {
    let core = &endpoint.core;
    if request.method() == Method::GET
        && let Some(keys) = key_set(core, request.uri().path())?
    {
        return Ok(keys);
    }
    let (parts, body) = request.into_parts();
    let signed = Signed::of(&parts.headers);
    let scope = match &signed {
        Ok(signed) => signed.service.clone(),
        Err(_) => Service::scope_of_unsigned(&parts.headers, parts.uri.path()),
    };
    let service = Service::of_scope(&scope);
    let request_id = uuid::Uuid::new_v4().to_string();
    // A body that was cut or is too long is no request at all.
    let body = web::read_body(body).await.ok_or(Dropped)?;
    let who = authenticated(&endpoint.keys, signed.as_ref(), &parts, &body);
    let call = Call {
        method: parts.method.clone(),
        target: service::target(&parts.headers).map(str::to_owned),
        invocation: parts
            .headers
            .get("x-amz-invocation-type")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        segments: parts
            .uri
            .path()
            .split('/')
            .filter(|s| !s.is_empty())
            .map(web::percent_decode)
            .collect(),
        query: web::pairs(parts.uri.query().unwrap_or_default()),
        body,
    };
    let operation = service.map_or(json::operation as fn(&Call) -> String, |service| {
        service.face().operation
    });
    let caller = Caller {
        service: scope,
        region: signed.map(|signed| signed.region).unwrap_or_default(),
        operation: operation(&call),
        request_id,
        // Of nobody's, the log says the world's own.
        account: who
            .as_ref()
            .map_or_else(|_| seed::ACCOUNT.to_owned(), |who| who.account.clone()),
        role: who.as_ref().map(|who| who.role.clone()).unwrap_or_default(),
        session: who.as_ref().map(|who| who.session.clone()).unwrap_or_default(),
    };
    let refused = who.err().filter(|_| !cognito::is_unsigned(&caller.operation));
    let request_id = caller.request_id.clone();
    // A task of its own: what has arrived is carried out, also when the client no longer waits.
    let work = {
        let core = Arc::clone(core);
        async move { serve(&core, service, &caller, &call, refused).await }
    };
    let mut answer = tokio::spawn(work).await.map_err(|_| Dropped)??;
    web::date(&mut answer, core.now_ms());
    web::set(&mut answer, "x-amzn-requestid", &request_id);
    Ok(answer)
}

/// The public keys of a pool, which anybody may ask for without a signature, where a path is theirs.
fn key_set(core: &Core, path: &str) -> Result<Option<Answer>, Dropped> {
    let found = cognito::key_set(core, path).map_err(|error| {
        tracing::error!(%error, "a signing key of the rehearsal could not be made");
        Dropped
    })?;
    Ok(found.map(|mut answer| {
        web::date(&mut answer, core.now_ms());
        answer
    }))
}

/// The refusal of a request that a fault stops.
fn stopped(core: &Core, service: Option<Service>, caller: &Caller, call: &Call) -> Option<AwsError> {
    // A fault that can't be saved shows as one too.
    let signed = !cognito::is_unsigned(&caller.operation);
    let stop = match core.stops(&caller.account, &caller.operation, signed) {
        Ok(stop) => stop?,
        Err(error) => return Some(error.into()),
    };
    Some(match stop {
        Stop::Expired => AwsError::expired(),
        Stop::Throttled => AwsError::new("Throttling", "Rate exceeded"),
        Stop::Denied => {
            let face = service.map(Service::face);
            let action = face.map_or_else(|| caller.operation.clone(), |face| (face.action)(caller, call));
            let resource = face.and_then(|face| (face.resource)(caller, call));
            AwsError::denied(caller, &action, resource.as_deref())
        }
        Stop::Failing(code) => {
            let message = format!("{code} (a fault of the rehearsal; nothing was done)");
            AwsError::new(&code, &message)
        }
    })
}

async fn serve(
    core: &Core,
    service: Option<Service>,
    caller: &Caller,
    call: &Call,
    refused: Option<AwsError>,
) -> Result<Answer, Dropped> {
    // A fault that can't be saved shows in the next step too.
    if let Ok(Some(ms)) = core.lands_late_ms(&caller.operation) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let refused = refused
        .or_else(|| stopped(core, service, caller, call))
        .map(|error| error.spelled_for(service));
    let result = match refused {
        Some(error) => Err(Box::new((error, caller.entry(Outcome::Refused)))),
        None => {
            // A function takes its time, and whoever asks for it waits: in world time, as everything that happens.
            let takes = lambda::takes(core, caller, call) + cognito::takes(core, caller, call);
            // A sleep of no time is not free: the timer counts whole milliseconds.
            if !takes.is_zero() {
                tokio::time::sleep(core.clock().sleep_for(takes)).await;
            }
            carry_out(core, service, caller, call)
        }
    };
    // Only what was carried out can be answered as if it had not been.
    let after = match result.is_ok() {
        true => core.fault_after(&caller.operation).unwrap_or_default(),
        false => None,
    };
    let result = match (result, after) {
        (Ok(first), Some(After::Repeated)) => {
            // The log has both: a mutation was logged with its commit, a read is here.
            if let Some(entry) = first.entry {
                note(core, entry)?;
            }
            carry_out(core, service, caller, call)
        }
        (Ok(served), Some(After::Failing(code))) => {
            let message = format!("{code} (a fault of the rehearsal; it was done all the same)");
            let error = AwsError::new(&code, &message).spelled_for(service);
            Ok(Served {
                answer: error.answer(service, &caller.request_id),
                ..served
            })
        }
        (Ok(served), Some(After::Cut)) => Ok(Served {
            answer: web::cut(served.answer),
            ..served
        }),
        (Ok(served), Some(After::Endless)) => Ok(Served {
            answer: web::endless(served.answer),
            ..served
        }),
        (result @ Ok(_), None) | (result @ Err(_), _) => result,
    };
    let served = match result {
        Ok(served) => served,
        Err(refused) => {
            let (error, entry) = *refused;
            let error = error.spelled_for(service);
            let entry = LogEntry {
                code: Some(error.code.clone()),
                outcome: Outcome::Refused,
                ..entry
            };
            Served {
                answer: error.answer(service, &caller.request_id),
                entry: Some(entry),
                lost: false,
            }
        }
    };
    finish(core, caller, served).await
}

/// Logs a request; without its entry an answer would make the log a liar.
fn note(core: &Core, entry: LogEntry) -> Result<(), Dropped> {
    core.note(entry).map_err(|error| {
        tracing::error!(%error, "the rehearsal log could not be written");
        Dropped
    })
}

/// Logs what was served, waits if it must be late, and loses the answer if it must be lost.
async fn finish(core: &Core, caller: &Caller, served: Served) -> Result<Answer, Dropped> {
    let mut lost = served.lost;
    if let Some(mut entry) = served.entry {
        let is_answer = matches!(entry.outcome, Outcome::Read | Outcome::Committed);
        if is_answer && core.loses_answer(&caller.operation).unwrap_or(false) {
            entry.outcome = Outcome::Lost;
            lost = true;
        }
        note(core, entry)?;
    }
    if let Some(ms) = core.delay_ms(&caller.operation) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    if lost { Err(Dropped) } else { Ok(served.answer) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_signature_says_whose_it_is_and_for_what() {
        let mut headers = http::HeaderMap::new();
        headers.insert(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAREHEARSALOTHER/20260101/us-east-1/route53/aws4_request, SignedHeaders=host, Signature=0"
                .parse()
                .unwrap(),
        );
        let found = Signed::of(&headers).unwrap();
        assert_eq!(
            (found.service.as_str(), found.key.as_str(), found.region.as_str()),
            ("route53", "AKIAREHEARSALOTHER", "us-east-1")
        );
        assert_eq!(
            Signed::of(&http::HeaderMap::new()).unwrap_err().code,
            "MissingAuthenticationToken"
        );
    }
}
