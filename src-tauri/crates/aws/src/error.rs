//! From the SDK's failures to ours. What matters most is whether a request may have been applied:
//! only a failure that is proven to lie before the sending counts as "not sent".

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use switchback_engine::ports::{ProviderError, ProviderErrorKind as Kind};

use crate::codes;
use crate::connect_errors::{before_sending, by_connection};
use crate::grammar::{Word, without_persons, without_tokens};
use crate::observe::{CallFacts, request_id};
use crate::service::Service;

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

/// Whether an error's body is a web page: AWS's services answer errors in JSON, XML or CBOR, and emulators and proxies in HTML
/// where they don't know a call or let it not through.
fn is_page(body: &[u8]) -> bool {
    // What is no text any more further on may begin as a page all the same.
    let start: Vec<u8> = body.iter().copied().take(1_000).collect();
    let text = String::from_utf8_lossy(&start).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<!doctype html") || text.starts_with("<html")
}

/// Whether an error's body is there to its end: XML to the end of its root, JSON as a whole. An empty one
/// is; the code may stand in a header.
fn is_whole(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return false;
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        return serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    }
    let root = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, root)| root.trim_start()),
        None => text,
    };
    let Some(tag) = root.strip_prefix('<') else {
        return !text.starts_with('<');
    };
    let name: &str = tag
        .split(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
        .next()
        .unwrap_or_default();
    let closed = root.strip_suffix('>').map(str::trim_end);
    closed.is_some_and(|rest| {
        let ended = rest.strip_suffix(name).is_some_and(|rest| rest.ends_with("</"));
        let single = rest.ends_with('/') && !rest.contains('>');
        ended || single
    })
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

/// One printable line of at most 300 characters without access key ids, whole account ids, e-mail addresses and tokens.
pub(crate) fn safe(text: &str) -> String {
    safe_up_to(text, 300)
}

/// As [`safe`], with another limit.
pub(crate) fn safe_up_to(text: &str, most: usize) -> String {
    made_safe(text, most, without_persons)
}

/// The same of the settings of a pool, of which an address is what is judged: the sender of its mails. Tokens are left out.
pub(crate) fn settings_up_to(text: &str, most: usize) -> String {
    made_safe(text, most, without_tokens)
}

fn made_safe(text: &str, most: usize, without: fn(&str) -> String) -> String {
    // What no terminal shows must not keep a shape from being seen.
    let plain: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !switchback_model::text::is_obeyed(*c))
        .collect();
    let plain = without(&plain);
    let words = plain.split_whitespace().map(|word| {
        let key = ["AKIA", "ASIA", "aws_secret", "Signature="]
            .iter()
            .any(|mark| word.contains(mark));
        if key {
            "(removed)".to_owned()
        } else {
            without_accounts(word)
        }
    });
    let line: String = words.collect::<Vec<_>>().join(" ");
    let shown = line.chars().filter(|c| !switchback_model::text::is_obeyed(*c));
    shown.take(most).collect()
}

/// Twelve digits that stand alone, as in an ARN, are an account: only its last four stay.
fn without_accounts(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut digits = String::new();
    for c in word.chars().map(Some).chain([None]) {
        match c {
            Some(c) if c.is_ascii_digit() => digits.push(c),
            other => {
                match digits.len() {
                    12 => out.push_str(&crate::guard::masked(&digits)),
                    _ => out.push_str(&digits),
                }
                digits.clear();
                out.extend(other);
            }
        }
    }
    out
}
