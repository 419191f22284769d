//! The AWS endpoints: all services on one port, told apart by the scope of the signature.

pub(crate) mod cognito;
mod error;
pub(crate) mod keys;
pub(crate) mod route53;
mod signature;
mod sts;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Request};
use hyper::body::Incoming;

pub(crate) use error::AwsError;
use keys::Who;
use signature::Signed;

use crate::core::Core;
use crate::faults::Fault;
use crate::http::{self as web, Answer, Dropped};
use crate::seed;
use crate::state::{Caller, LogEntry, Outcome};

/// A request, read whole.
#[derive(Debug)]
pub(crate) struct Call {
    pub method: Method,
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
    /// `None` for a mutation, which was logged with its commit.
    pub entry: Option<LogEntry>,
    pub lost: bool,
}

/// A refusal and what the log should know of it.
pub(crate) type Refused = Box<(AwsError, LogEntry)>;

/// The service that an unsigned request is for.
fn service_of(headers: &HeaderMap, path: &str) -> String {
    match headers.get("x-amz-target").and_then(|value| value.to_str().ok()) {
        // `AWSCognitoIdentityProviderService.ListUsers`.
        Some(target) if target.starts_with("AWSCognitoIdentityProvider") => cognito::SERVICE.to_owned(),
        Some(target) => target.split(['.', '_']).next().unwrap_or("?").to_owned(),
        None if path.starts_with("/2013-04-01/") => "route53".to_owned(),
        None => "sts".to_owned(),
    }
}

/// Who calls, by a signature that is checked as AWS checks it.
fn authenticated(
    core: &Core,
    signed: Result<&Signed, &AwsError>,
    parts: &Parts,
    body: &[u8],
) -> Result<Who, AwsError> {
    let signed = signed.map_err(Clone::clone)?;
    let token = parts
        .headers
        .get("x-amz-security-token")
        .and_then(|value| value.to_str().ok());
    let (secret, who) = keys::known(core.keys(), &signed.key, token)?;
    signed.verify(&secret, parts, body)?;
    Ok(who)
}

/// Answers one AWS request.
pub(crate) async fn respond(core: &Arc<Core>, request: Request<Incoming>) -> Result<Answer, Dropped> {
    let (parts, body) = request.into_parts();
    let signed = Signed::of(&parts.headers);
    let service = match &signed {
        Ok(signed) => signed.service.clone(),
        Err(_) => service_of(&parts.headers, parts.uri.path()),
    };
    let request_id = uuid::Uuid::new_v4().to_string();
    // A body that was cut or is too long is no request at all.
    let body = web::read_body(body).await.ok_or(Dropped)?;
    let who = authenticated(core, signed.as_ref(), &parts, &body);
    let call = Call {
        method: parts.method.clone(),
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
    let operation = match service.as_str() {
        "route53" => route53::operation(&call),
        "sts" => sts::operation(&call),
        _ => parts
            .headers
            .get("x-amz-target")
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.rsplit('.').next())
            .map_or_else(|| format!("{} {}", call.method, parts.uri.path()), str::to_owned),
    };
    let caller = Caller {
        service,
        region: signed.map(|signed| signed.region).unwrap_or_default(),
        operation,
        request_id,
        // Of nobody's, the log says the world's own.
        account: who
            .as_ref()
            .map_or_else(|_| seed::ACCOUNT.to_owned(), |who| who.account.clone()),
        role: who.as_ref().map(|who| who.role.clone()).unwrap_or_default(),
        session: who.as_ref().map(|who| who.session.clone()).unwrap_or_default(),
    };
    let refused = who.err();
    let request_id = caller.request_id.clone();
    // A task of its own: what has arrived is carried out, also when the client no longer waits.
    let work = {
        let core = Arc::clone(core);
        async move { serve(&core, &caller, &call, refused).await }
    };
    let mut answer = tokio::spawn(work).await.map_err(|_| Dropped)??;
    web::date(&mut answer, core.now_ms());
    web::set(&mut answer, "x-amzn-requestid", &request_id);
    Ok(answer)
}

async fn serve(
    core: &Arc<Core>,
    caller: &Caller,
    call: &Call,
    refused: Option<AwsError>,
) -> Result<Answer, Dropped> {
    // A fault that can't be saved shows in the next step too.
    if let Ok(Some(ms)) = core.lands_late_ms(&caller.operation) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    let refused = refused
        .or_else(|| core.fault_before(caller).unwrap_or_else(|e| Some(e.into())))
        .map(|error| error.spelled_for(&caller.service));
    let result = match refused {
        Some(error) => Err(Box::new((error, caller.entry(Outcome::Refused)))),
        None => carry_out(core, caller, call),
    };
    // Only what was carried out can be answered as if it had not been.
    let after = match result.is_ok() {
        true => core.fault_after(&caller.operation).unwrap_or_default(),
        false => None,
    };
    let result = match after {
        Some(Fault::Repeated { .. }) => carry_out(core, caller, call),
        Some(Fault::ErrorAfter { code, .. }) => result.map(|served| {
            let message = format!("{code} (a fault of the rehearsal; it was done all the same)");
            let error = AwsError::new(&code, &message).spelled_for(&caller.service);
            Served {
                answer: error.answer(&caller.service, &caller.request_id),
                ..served
            }
        }),
        Some(Fault::AnswerCut { .. }) => result.map(|served| Served {
            answer: web::cut(served.answer),
            ..served
        }),
        _ => result,
    };
    let served = match result {
        Ok(served) => served,
        Err(refused) => {
            let (error, entry) = *refused;
            let entry = LogEntry {
                code: Some(error.code.clone()),
                outcome: Outcome::Refused,
                ..entry
            };
            Served {
                answer: error.answer(&caller.service, &caller.request_id),
                entry: Some(entry),
                lost: false,
            }
        }
    };
    finish(core, caller, served).await
}

/// Carries out a request that no fault has stopped.
fn carry_out(core: &Arc<Core>, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    match caller.service.as_str() {
        "route53" => route53::serve(core, caller, call),
        "sts" => sts::serve(caller, call),
        cognito::SERVICE => cognito::serve(core, caller, call),
        _ => Err(Box::new((
            AwsError::not_rehearsed(&caller.operation),
            caller.entry(Outcome::Refused),
        ))),
    }
}

/// Logs what was served, waits if it must be late, and loses the answer if it must be lost.
async fn finish(core: &Arc<Core>, caller: &Caller, served: Served) -> Result<Answer, Dropped> {
    let mut lost = served.lost;
    if let Some(mut entry) = served.entry {
        if entry.outcome == Outcome::Read && core.loses_answer(&caller.operation).unwrap_or(false) {
            entry.outcome = Outcome::Lost;
            lost = true;
        }
        if let Err(error) = core.note(entry) {
            // An unlogged answer would make the log a liar.
            tracing::error!(%error, "the rehearsal log could not be written");
            return Err(Dropped);
        }
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
    fn the_scope_names_the_service_and_what_is_unsigned_is_told_by_its_form() {
        let mut headers = HeaderMap::new();
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
            Signed::of(&HeaderMap::new()).unwrap_err().code,
            "MissingAuthenticationToken"
        );
        assert_eq!(service_of(&HeaderMap::new(), "/2013-04-01/hostedzone"), "route53");
        assert_eq!(service_of(&HeaderMap::new(), "/"), "sts");
    }
}
