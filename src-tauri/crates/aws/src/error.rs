//! From the SDK's failures to ours. What matters most is whether a request may have been applied:
//! only a failure that is proven to lie before the sending counts as "not sent".

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use switchback_engine::ports::{ProviderError, ProviderErrorKind as Kind};

use crate::observe::{Seen, request_id};

const TLS_HINT: &str = "A proxy that inspects traffic may stand in between: set AWS_CA_BUNDLE to its certificate, or \
                        use a network without it.";
const CREDENTIALS_HINT: &str = "Sign in again, for example with `aws sso login`, then repeat.";

/// A refusal of our own, before anything was sent.
pub(crate) fn guard(operation: &str, message: &str, hint: &str) -> ProviderError {
    own(Kind::Guard, operation, message, hint)
}

/// An action that we do not carry out because it is wrong or not safe to automate.
pub(crate) fn refused(operation: &str, message: &str, hint: &str) -> ProviderError {
    own(Kind::Refused, operation, message, hint)
}

fn own(kind: Kind, operation: &str, message: &str, hint: &str) -> ProviderError {
    ProviderError {
        kind,
        operation: operation.to_owned(),
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
        request_id: None,
    }
}

/// The kind, a sentence and a hint.
type Sorted = (Kind, String, Option<&'static str>);

/// Maps any failure of a call.
pub(crate) fn provider_error<E>(
    operation: &str,
    error: &SdkError<E, HttpResponse>,
    seen: &Seen,
) -> ProviderError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let (kind, message, hint) = match error {
        SdkError::ServiceError(answer) => {
            let body = answer.raw().body().bytes().unwrap_or_default();
            by_answer(
                answer.raw().status().as_u16(),
                answer.err().code(),
                answer.err().message(),
                body,
            )
        }
        SdkError::ResponseError(answer) => {
            let status = answer.raw().status().as_u16();
            (
                Kind::Unclear,
                format!("AWS answered HTTP {status}, but the answer could not be read"),
                None,
            )
        }
        SdkError::TimeoutError(_) if seen.transmitting() => (
            Kind::NoAnswer,
            "No answer came within 15 seconds".to_owned(),
            None,
        ),
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(inner) => by_connection(inner, seen.transmitting()),
            None => (Kind::NoAnswer, "The connection failed".to_owned(), None),
        },
        other => match other.source() {
            Some(inner) => before_sending(inner),
            None => before_sending(other),
        },
    };
    let request_id = error.raw_response().and_then(|raw| request_id(raw.headers()));
    ProviderError {
        kind,
        operation: operation.to_owned(),
        message,
        hint: hint.map(str::to_owned),
        request_id,
    }
}

/// Sorts an answer that is an error.
pub(crate) fn by_answer(status: u16, code: Option<&str>, message: Option<&str>, body: &[u8]) -> Sorted {
    // Route 53 writes a refused batch under a root of its own, which the SDK cannot parse.
    let batch = legacy_batch(body);
    let code = code
        .or(batch.as_ref().map(|_| "InvalidChangeBatch"))
        .unwrap_or_default();
    let said = message
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
        .or(batch)
        .unwrap_or_default();
    let said = safe(&said);
    match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "SlowDown"
        | "BandwidthLimitExceeded" => (
            Kind::Throttled,
            "AWS received too many requests for this account".to_owned(),
            Some("Wait, then repeat."),
        ),
        "PriorRequestNotComplete" => (
            Kind::Busy,
            "Route 53 is still carrying out an earlier change".to_owned(),
            Some("Wait for the earlier change to end, then repeat."),
        ),
        "InvalidChangeBatch" => by_batch(&said),
        "NoSuchHostedZone" | "HostedZoneNotFound" | "NoSuchChange" | "NoSuchHealthCheck" => (
            Kind::NotFound,
            sentence("AWS does not know the object", code, &said),
            Some("Look at the id in the target."),
        ),
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => (
            Kind::Credentials,
            "The AWS credentials have expired".to_owned(),
            Some(CREDENTIALS_HINT),
        ),
        "RequestTimeTooSkewed" => (
            Kind::Credentials,
            "This computer's clock differs too much from AWS's".to_owned(),
            Some("Set the clock, then repeat."),
        ),
        // The texts of these may quote the signature or the key: only the code is kept.
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "AuthFailure" => (
            Kind::Credentials,
            format!("AWS does not accept the credentials ({code})"),
            Some(CREDENTIALS_HINT),
        ),
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "OptInRequired" => (
            Kind::Denied,
            sentence("The role is not allowed to do this", code, &said),
            Some("Ask for the permission, or use the role that the target names."),
        ),
        "NotRehearsed" => (
            Kind::Refused,
            sentence("The rehearsal does not have this operation", code, &said),
            None,
        ),
        "" => (
            Kind::Unclear,
            format!("AWS answered HTTP {status} in a form that could not be read"),
            None,
        ),
        _ if (400..500).contains(&status) => (
            Kind::Refused,
            sentence("AWS refused the request", code, &said),
            None,
        ),
        _ => (
            Kind::Unclear,
            sentence(&format!("AWS failed with HTTP {status}"), code, &said),
            None,
        ),
    }
}

/// A refused batch: stale values are a conflict, anything else is a wrong request. The wording is
/// Route 53's; the API has no finer code (API reference, ChangeResourceRecordSets).
fn by_batch(said: &str) -> Sorted {
    let lower = said.to_ascii_lowercase();
    let stale = ["not found", "do not match", "already exists"]
        .iter()
        .any(|words| lower.contains(words));
    if stale {
        let message = sentence(
            "The records are no longer as they were read",
            "InvalidChangeBatch",
            said,
        );
        (
            Kind::Conflict,
            message,
            Some("Somebody else changed them: read again and look at the new plan."),
        )
    } else {
        (
            Kind::Refused,
            sentence("Route 53 refused the change", "InvalidChangeBatch", said),
            None,
        )
    }
}

/// The messages of a body whose root is `InvalidChangeBatch`; none for any other body.
fn legacy_batch(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim_start();
    let root = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>")?.1.trim_start(),
        None => text,
    };
    let after = root.strip_prefix("<InvalidChangeBatch")?;
    if !after.starts_with(['>', ' ', '\t', '\r', '\n', '/']) {
        return None;
    }
    let messages: Vec<&str> = after
        .split("<Message>")
        .skip(1)
        .filter_map(|part| part.split_once("</Message>").map(|(message, _)| message))
        .collect();
    let plain = messages
        .join(" ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    Some(
        plain
            .replace("&apos;", "'")
            .replace("&#39;", "'")
            .replace("&amp;", "&"),
    )
}

fn by_connection(error: &(dyn Error + 'static), transmitting: bool) -> Sorted {
    if !transmitting {
        return before_sending(error);
    }
    let connecting = chain(error).any(|link| {
        link.downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(|e| e.is_connect())
    });
    if !connecting {
        // A reset, an early end, a stalled answer: the request may have arrived.
        return (
            Kind::NoAnswer,
            "The connection broke before the answer came".to_owned(),
            None,
        );
    }
    match chain(error).find_map(tls_error) {
        Some(reason) => (
            Kind::Tls,
            format!("The TLS connection to AWS was refused: {reason}"),
            Some(TLS_HINT),
        ),
        None => (
            Kind::Connect,
            "No connection to AWS could be made".to_owned(),
            Some("Look at the network, the VPN and the endpoint, then repeat."),
        ),
    }
}

fn before_sending(error: &(dyn Error + 'static)) -> Sorted {
    let missing = chain(error).find_map(|link| link.downcast_ref::<CredentialsError>());
    match missing {
        Some(CredentialsError::CredentialsNotLoaded(_)) => (
            Kind::Credentials,
            "There are no AWS credentials".to_owned(),
            Some(CREDENTIALS_HINT),
        ),
        Some(CredentialsError::ProviderTimedOut(_)) => (
            Kind::Credentials,
            "The AWS credentials could not be read in time".to_owned(),
            Some(CREDENTIALS_HINT),
        ),
        Some(CredentialsError::InvalidConfiguration(_)) => (
            Kind::Credentials,
            "The AWS profile is not usable".to_owned(),
            Some("Look at the profile in ~/.aws/config: its name, sso-session or role."),
        ),
        Some(_) => (
            Kind::Credentials,
            "The AWS credentials could not be loaded".to_owned(),
            Some(CREDENTIALS_HINT),
        ),
        None => (
            Kind::Refused,
            "The request could not be prepared; nothing was sent".to_owned(),
            None,
        ),
    }
}

/// The causes of an error; an `io::Error` shows what it wraps as well, which `source` skips.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |link| {
        let link: &'a (dyn Error + 'static) = *link;
        match link.downcast_ref::<std::io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => link.source(),
        }
    })
}

fn tls_error(link: &(dyn Error + 'static)) -> Option<String> {
    link.downcast_ref::<rustls::Error>()
        .map(|error| safe(&error.to_string()))
}

fn sentence(ours: &str, code: &str, said: &str) -> String {
    match (code, said) {
        ("", "") => ours.to_owned(),
        (code, "") => format!("{ours} ({code})"),
        (code, said) => format!("{ours} ({code}): {said}"),
    }
}

/// One printable line of at most 300 characters without access key ids.
pub(crate) fn safe(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        let key = ["AKIA", "ASIA", "aws_secret", "Signature="]
            .iter()
            .any(|mark| word.contains(mark));
        if key { "(removed)" } else { word }
    });
    let line: String = words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    line.chars().take(300).collect()
}
