//! What a web ACL does with a request (developer guide, "Using web ACLs with rules and rule groups").

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::statement::matches;
use crate::http::{self as web, Answer};

/// A request as WAF sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WafRequest<'a> {
    pub method: &'a str,
    /// As it was sent: WAF decodes nothing by itself.
    pub path: &'a str,
    pub headers: &'a HeaderMap,
}

/// The answer where a web ACL blocks; nothing where it lets the request through. The rule `spared` is overlooked.
///
/// Rules are asked by their priority, and the first that blocks or allows decides. Whoever counts goes on, and so do
/// CAPTCHA and Challenge, which are not rehearsed.
pub(crate) fn judge(
    settings: &Map<String, Value>,
    seen: WafRequest<'_>,
    spared: Option<&str>,
) -> Option<Answer> {
    let none = Vec::new();
    let rules = settings.get("Rules").and_then(Value::as_array).unwrap_or(&none);
    let mut rules: Vec<&Value> = rules.iter().collect();
    rules.sort_by_key(|rule| rule["Priority"].as_u64());
    let asked = rules.into_iter().filter(|rule| rule["Name"].as_str() != spared);
    let decides = |action: &Value| action.get("Block").or_else(|| action.get("Allow")).is_some();
    let action = asked
        .filter(|rule| decides(&rule["Action"]))
        .find(|rule| matches(&rule["Statement"], &seen))
        .map(|rule| &rule["Action"])
        .or_else(|| settings.get("DefaultAction"))?;
    let block = action.get("Block")?;
    Some(blocked(
        block.get("CustomResponse"),
        settings.get("CustomResponseBodies"),
    ))
}

/// The content type of a body.
pub(super) fn content_type(word: &str) -> Option<&'static str> {
    match word {
        "TEXT_PLAIN" => Some("text/plain"),
        "TEXT_HTML" => Some("text/html"),
        "APPLICATION_JSON" => Some("application/json"),
        _ => None,
    }
}

fn blocked(response: Option<&Value>, bodies: Option<&Value>) -> Answer {
    let Some(response) = response.filter(|response| !response.is_null()) else {
        // The stage's own response, `WAF_FILTERED` (API Gateway developer guide, "Gateway response types").
        let mut answer = web::answer(
            403,
            "application/json",
            json!({"message": "Forbidden"}).to_string(),
        );
        web::set(&mut answer, "x-amzn-errortype", "ForbiddenException");
        return answer;
    };
    let status = response["ResponseCode"]
        .as_u64()
        .and_then(|code| code.try_into().ok());
    let key = response["CustomResponseBodyKey"].as_str();
    let body = key.and_then(|key| bodies?.get(key));
    let kind = body.and_then(|body| content_type(body["ContentType"].as_str()?));
    let text = body.and_then(|body| body["Content"].as_str()).unwrap_or_default();
    let mut answer = web::answer(
        status.unwrap_or(403),
        kind.unwrap_or("text/plain"),
        text.to_owned(),
    );
    for header in response["ResponseHeaders"].as_array().into_iter().flatten() {
        let text = |name: &str| header[name].as_str().unwrap_or_default();
        let name = HeaderName::from_bytes(text("Name").as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(text("Value"))) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}
