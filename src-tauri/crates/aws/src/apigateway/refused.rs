//! Whose pages may read what an API answers where it refuses, before anything behind it is asked.
//!
//! An API has a response of its own for each type of refusal, or else the one of all (API Gateway developer guide, "Gateway
//! response types for API Gateway": a type that is unspecified defaults to `DEFAULT_4XX`). So each type that an authoriser
//! makes is asked for by itself: one that somebody set takes the place of `DEFAULT_4XX`, its headers too.

use http::Method;
use serde_json::{Map, Value};
use switchback_engine::ports::ProviderError;

use super::REFUSALS;
use super::read::asked;
use crate::connect::{Aws, incomplete};
use crate::grammar::Word;
use crate::observe::CallFacts;
use crate::resource::part;

/// What an authoriser's refusals are: no token or a false one, one that may not, and one that is too old (as above).
const TYPES: [&str; 3] = ["UNAUTHORIZED", "ACCESS_DENIED", "EXPIRED_TOKEN"];
/// The gateway response of every refusal that has none of its own.
const EVERY_4XX: &str = "DEFAULT_4XX";
/// The headers by which a page may read an answer, as a gateway response has them (API Gateway developer guide, "Set up
/// gateway responses").
const ORIGIN: &str = "gatewayresponse.header.access-control-allow-origin";
const CREDENTIALS: &str = "gatewayresponse.header.access-control-allow-credentials";
/// The origin that the request names, given back (API Gateway developer guide, "Set up a gateway response": parameters of
/// the request may be mapped to headers). The name of a header has no case (RFC 9110, section 5.1).
const GIVEN_BACK: &str = "method.request.header.origin";

/// Whose pages may read a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ReadBy {
    /// Nobody's: it has no such header.
    Nobody,
    /// Those of one origin; `*` for every one.
    Origin(String),
    /// Those of every one: what the request names is given back.
    WhoeverAsks,
    /// What is put there when it is asked, which no setting tells.
    Mapped(String),
}

/// One gateway response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Its type: one of an authoriser that was set, or `DEFAULT_4XX`.
    kind: &'static str,
    /// Its HTTP status, where it was set to one; else each type has its own, a 401 or a 403 (as above).
    status: Option<u16>,
    read_by: ReadBy,
    /// Whether it says that a page may send its cookies along.
    credentials: bool,
}

/// What the refusals come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Readable {
    /// What is wrong, each with how it is mended.
    pub wrong: Vec<(String, String)>,
    /// What can't be told, each with where to look.
    pub unclear: Vec<(String, String)>,
    /// What people should know of what is right.
    pub said: Vec<String>,
}

impl Aws {
    /// The gateway responses that an authoriser's refusals have. `DEFAULT_4XX` is among them where one of the types has none
    /// of its own.
    pub(super) async fn refusals(&self, api: &str) -> Result<Vec<Refusal>, ProviderError> {
        let mut all = Vec::new();
        for kind in TYPES {
            let told = self.gateway_response(api, kind).await?;
            match told.get("defaultResponse").and_then(Value::as_bool) {
                Some(true) => {}
                Some(false) => all.push(refusal(kind, &told)?),
                None => {
                    let what = "word on whether anybody set a refusal";
                    return Err(incomplete(REFUSALS.operation, what));
                }
            }
        }
        if all.len() < TYPES.len() {
            all.push(refusal(EVERY_4XX, &self.gateway_response(api, EVERY_4XX).await?)?);
        }
        Ok(all)
    }

    async fn gateway_response(&self, api: &str, kind: &str) -> Result<Value, ProviderError> {
        let path = format!("/restapis/{}/gatewayresponses/{kind}", part(api));
        let told = self
            .ask_raw(REFUSALS, asked(Method::GET, path, None), &CallFacts::default())
            .await?;
        match told.get("responseType").and_then(Value::as_str) == Some(kind) {
            true => Ok(told),
            false => Err(incomplete(REFUSALS.operation, "refusal of that type")),
        }
    }
}

fn refusal(kind: &'static str, told: &Value) -> Result<Refusal, ProviderError> {
    let none = Map::new();
    let parameters = match told.get("responseParameters") {
        None | Some(Value::Null) => &none,
        Some(Value::Object(parameters)) => parameters,
        Some(_) => return Err(incomplete(REFUSALS.operation, "headers of a refusal")),
    };
    let read_by = match header(parameters, ORIGIN)? {
        None => ReadBy::Nobody,
        Some(value) => match literal(value) {
            Some(origin) => ReadBy::Origin(origin.to_owned()),
            None if value.eq_ignore_ascii_case(GIVEN_BACK) => ReadBy::WhoeverAsks,
            None => ReadBy::Mapped(value.to_owned()),
        },
    };
    let status = match told.get("statusCode") {
        None | Some(Value::Null) => None,
        Some(told) => {
            Some(status(told).ok_or_else(|| incomplete(REFUSALS.operation, "status of a refusal"))?)
        }
    };
    let credentials = header(parameters, CREDENTIALS)?.and_then(literal) == Some("true");
    Ok(Refusal {
        kind,
        status,
        read_by,
        credentials,
    })
}

/// A status, which API Gateway writes as text of three digits (API reference, `GatewayResponse`: `statusCode`).
fn status(told: &Value) -> Option<u16> {
    let status = match told {
        Value::String(text) if text.len() == 3 => text.parse().ok()?,
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (100..=599).contains(&status).then_some(status)
}

/// What stands for a header there.
fn header<'a>(parameters: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, ProviderError> {
    let found = parameters.iter().find(|(is, _)| is.eq_ignore_ascii_case(name));
    let Some((_, value)) = found else {
        return Ok(None);
    };
    let value = value.as_str().map(str::trim);
    value
        .map(Some)
        .ok_or_else(|| incomplete(REFUSALS.operation, "header of a refusal that is text"))
}

/// A value as it stands in the answer: it is in single quotes, and all else is a mapping (as above).
fn literal(value: &str) -> Option<&str> {
    value.strip_prefix('\'')?.strip_suffix('\'')
}

/// Whether a page of this origin may read every refusal.
pub(super) fn readable(refusals: &[Refusal], wanted: &str) -> Readable {
    let mut readable = Readable::default();
    for Refusal {
        kind,
        status,
        read_by,
        credentials,
    } in refusals
    {
        // An application tells a refusal by its status (API Gateway developer guide, "Set up gateway responses": the status
        // is whatever was set there).
        if let Some(status) = status.filter(|status| !(400..500).contains(status)) {
            readable.wrong.push((
                format!(
                    "{kind} answers with HTTP {status}, so that a refused request is not told from others"
                ),
                format!("Set the status of the gateway response {kind} to 401 or 403, and deploy."),
            ));
        }
        let of = match *kind {
            EVERY_4XX => "refusals".to_owned(),
            kind => format!("refusals of type {kind}"),
        };
        let mend = || {
            format!(
                "Set Access-Control-Allow-Origin of the gateway response {kind} to the origin, and deploy.{}",
                match *kind {
                    EVERY_4XX => "",
                    _ => " It was set by itself, so that DEFAULT_4XX does not count for it.",
                }
            )
        };
        match read_by {
            ReadBy::Nobody => readable.wrong.push((
                format!("no page may read a refusal: {kind} has no Access-Control-Allow-Origin"),
                mend(),
            )),
            // A browser takes no `*` for a request that carries cookies, and this says that they do (Fetch standard, "CORS
            // protocol and credentials").
            ReadBy::Origin(origin) if origin == "*" && *credentials => readable.wrong.push((
                format!(
                    "{of} are read by *, and {kind} allows credentials too: a browser hides such an answer from a page that \
                     sends them"
                ),
                mend(),
            )),
            ReadBy::Origin(origin) if origin == "*" || origin == wanted => {}
            ReadBy::Origin(origin) => readable
                .wrong
                .push((format!("{of} are read by {}", Word::origin(origin)), mend())),
            ReadBy::WhoeverAsks => readable.said.push(format!(
                "{of} are read by every page, as {kind} gives back the origin of the request"
            )),
            ReadBy::Mapped(value) => readable.unclear.push((
                format!("{of} are read by whatever {} is then", Word::origin(value)),
                format!("Look at the gateway response {kind} by hand, or set the origin there and deploy."),
            )),
        }
    }
    readable
}
