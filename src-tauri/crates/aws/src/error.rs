//! From the SDK's failures to ours. What matters most is whether a request may have been applied:
//! only a failure that is proven to lie before the sending counts as "not sent".

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use switchback_engine::ports::{ProviderError, ProviderErrorKind as Kind};

use self::body::{is_page, is_whole, legacy_batch};
use crate::codes;
use crate::connect_errors::{before_sending, by_connection};
use crate::grammar::Word;
use crate::observe::{CallFacts, request_id};
use crate::service::Service;

mod body;
mod safe;

pub(crate) use self::safe::{safe, safe_up_to, settings_up_to};

/// Stands for what AWS said, where that may repeat a value that is kept nowhere.
const NOT_KEPT: &str = "(AWS's own words are not kept)";

/// Stands for the command that mends the sign-in, which [`crate::Aws`] knows and puts in its place.
pub(crate) const CREDENTIALS_HINT: &str = "Sign in again, for example with `aws sso login`, then repeat.";

const CLOCK_HINT: &str = "Set this computer's clock to the right time, then repeat.";

/// Whether AWS's own words of a failure are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// They are, made safe.
    Said,
    /// They may repeat a value that is kept nowhere.
    Hushed,
}

/// What a failure should say about the way to AWS.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// The service that is asked.
    pub(crate) service: Service,
    /// `AWS`, or the custom endpoint.
    pub(crate) to: String,
    /// Whether the endpoint was given by the person.
    pub(crate) custom: bool,
    /// The variable that names the proxy through which it is dialled.
    pub(crate) proxy: Option<&'static str>,
    /// The variable that names a proxy, where `NO_PROXY` has it dialled directly all the same.
    pub(crate) direct: Option<&'static str>,
    /// The host that is dialled, as far as it is known.
    pub(crate) host: Option<String>,
}

/// A refusal of our own, before anything was sent.
pub(crate) fn guard(operation: &str, message: &str, hint: &str) -> ProviderError {
    own(Kind::Guard, operation, message, hint)
}

/// What was read is not the object that a change is about.
pub(crate) fn another(operation: &str, than: &str) -> ProviderError {
    refused(
        operation,
        &format!("What was read is another object than {than}"),
        "Read it again.",
    )
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
        sent: false,
    }
}

/// The kind, a sentence and a hint.
pub(crate) type Sorted = (Kind, String, Option<&'static str>);

/// Maps any failure of a call.
pub(crate) fn provider_error<E>(
    operation: &str,
    error: &SdkError<E, HttpResponse>,
    seen: &CallFacts,
    context: &Context,
    words: Words,
) -> ProviderError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let (kind, message, hint) = match error {
        SdkError::ServiceError(answer) => {
            let body = answer.raw().body().bytes().unwrap_or_default();
            let status = answer.raw().status().as_u16();
            match is_whole(body) {
                _ if is_page(body) => (
                    Kind::Unclear,
                    format!(
                        "HTTP {status} with a web page, which is no answer of AWS, came from {}",
                        context.to
                    ),
                    Some(match context.custom {
                        true => "Look at the endpoint: what stands there does not know this call.",
                        false => {
                            "Look at what stands between here and AWS: a proxy or a firewall answers in its place."
                        }
                    }),
                ),
                true => by_answer(
                    context.service,
                    status,
                    answer.err().code(),
                    answer.err().message(),
                    body,
                    words,
                ),
                // What it would have gone on to say is not known, so it says nothing.
                false => (
                    Kind::Unclear,
                    format!("AWS answered HTTP {status}, but the answer was cut"),
                    None,
                ),
            }
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
            format!("No answer came in time from {}", context.to),
            None,
        ),
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(inner) => by_connection(inner, failure.is_timeout(), seen.transmitting(), context),
            None => (Kind::NoAnswer, "The connection failed".to_owned(), None),
        },
        other => match other.source() {
            Some(inner) => before_sending(inner, context),
            None => before_sending(other, context),
        },
    };
    let request_id = error.raw_response().and_then(|raw| request_id(raw.headers()));
    ProviderError {
        kind,
        operation: operation.to_owned(),
        message,
        hint: hint.map(str::to_owned),
        request_id,
        sent: seen.transmitting() && !matches!(kind, Kind::Connect | Kind::Tls | Kind::Guard | Kind::Aside),
    }
}

/// Sorts an answer that is an error.
pub(crate) fn by_answer(
    service: Service,
    status: u16,
    code: Option<&str>,
    message: Option<&str>,
    body: &[u8],
    words: Words,
) -> Sorted {
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
    // By what it says it is sorted all the same.
    let said = safe(&said);
    let shown = match words {
        Words::Hushed if !said.is_empty() => NOT_KEPT,
        Words::Said | Words::Hushed => &said,
    };
    if let Some((_, kind, ours, hint)) = codes::of(service.codes(), code) {
        return (*kind, sentence(ours, code, shown), *hint);
    }
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
        "InvalidChangeBatch" if service == Service::Route53 => by_batch(&said, shown),
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => (
            Kind::Credentials,
            "The AWS credentials have expired".to_owned(),
            Some(CREDENTIALS_HINT),
        ),
        // STS has no code of its own for it (IAM user guide, "Signature expired").
        "RequestTimeTooSkewed" => clock(),
        "SignatureDoesNotMatch" | "InvalidSignatureException" | "IncompleteSignature"
            if ["Signature expired", "Signature not yet current"]
                .iter()
                .any(|words| said.starts_with(words)) =>
        {
            clock()
        }
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
        | "NotAuthorizedException"
        | "OptInRequired" => (
            Kind::Denied,
            sentence("The role is not allowed to do this", code, shown),
            Some("Ask for the permission, or use the role that the target names."),
        ),
        "NotRehearsed" => (
            Kind::Refused,
            sentence("The rehearsal does not have this operation", code, shown),
            None,
        ),
        "" => (
            Kind::Unclear,
            format!("AWS answered HTTP {status} in a form that could not be read"),
            None,
        ),
        _ if (400..500).contains(&status) => (
            Kind::Refused,
            sentence("AWS refused the request", code, shown),
            None,
        ),
        _ => (
            Kind::Unclear,
            sentence(&format!("AWS failed with HTTP {status}"), code, shown),
            None,
        ),
    }
}

fn clock() -> Sorted {
    (
        Kind::Credentials,
        "This computer's clock differs too much from AWS's".to_owned(),
        Some(CLOCK_HINT),
    )
}

/// A refused batch: the values may be stale, or it may be wrong in itself. The wording is Route 53's; the
/// API has no finer code (API reference, ChangeResourceRecordSets).
fn by_batch(said: &str, shown: &str) -> Sorted {
    let lower = said.to_ascii_lowercase();
    let stale = ["not found", "do not match", "already exists"]
        .iter()
        .any(|words| lower.contains(words));
    if stale {
        let message = sentence(
            "The records are no longer as they were read",
            "InvalidChangeBatch",
            shown,
        );
        (
            Kind::Conflict,
            message,
            Some("Somebody else changed them: read again and look at the new plan."),
        )
    } else {
        // Its words are no part of the API: as far as can be told it found other values, too.
        (
            Kind::Conflict,
            sentence("Route 53 refused the change", "InvalidChangeBatch", shown),
            None,
        )
    }
}

/// Where the code is none of AWS's, what stands beside it is not AWS's either, and is not said.
fn sentence(ours: &str, code: &str, said: &str) -> String {
    match (Word::code(code), said) {
        (Word::NotRepeated(_), _) if code.is_empty() => ours.to_owned(),
        (word @ Word::NotRepeated(_), _) | (word @ Word::Fits(_), "") => {
            format!("{ours} {}", word.in_brackets())
        }
        (word @ Word::Fits(_), said) => format!("{ours} {}: {said}", word.in_brackets()),
    }
}
