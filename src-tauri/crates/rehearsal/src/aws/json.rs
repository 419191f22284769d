//! JSON 1.1, as most services speak it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{AwsError, Call};
use crate::http::{self as web, Answer};

/// The content type.
pub(super) const JSON: &str = "application/x-amz-json-1.1";

/// The operation of a request.
pub(super) fn operation(call: &Call) -> String {
    match call.target.as_deref().and_then(|target| target.split_once('.')) {
        Some((_, operation)) => operation.to_owned(),
        None => format!("{} /{}", call.method, call.segments.join("/")),
    }
}

/// A request; a key that the API does not have is refused, where AWS would overlook it: it is a
/// mistake of whoever sends it.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, AwsError> {
    serde_json::from_slice(body).map_err(|error| AwsError::new("SerializationException", &error.to_string()))
}

/// An answer that is no error; what has nothing to say has no body.
pub(super) fn answer(body: &Value) -> Answer {
    let text = match body {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            body.to_string()
        }
    };
    web::answer(200, JSON, text)
}

/// The same of what is written as it is made, without a tree first.
///
/// # Errors
/// Never for what has text for keys and finite numbers, which is all there is here.
pub(super) fn written(body: &impl Serialize) -> Result<Answer, AwsError> {
    let text = serde_json::to_vec(body)
        .map_err(|error| AwsError::new("InternalErrorException", &error.to_string()))?;
    Ok(web::answer(200, JSON, text))
}

/// A moment: seconds since 1970.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this millennium fit")]
pub(super) fn seconds(ms: i64) -> Value {
    json!(ms as f64 / 1_000.0)
}
