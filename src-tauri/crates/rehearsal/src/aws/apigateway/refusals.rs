//! GetGatewayResponse: what an API says where it refuses before anything of it is asked (API Gateway developer guide,
//! "Gateway responses in API Gateway"). Reval's API lets its page read a refusal; the other has what AWS begins with.

use serde_json::{Value, json};

use super::seed::REVAL_API;
use super::{bad, not_found};
use crate::aws::AwsError;
use crate::faults::Site;

/// Every refusal that has no response of its own; of the other types nothing was set.
const EVERY_4XX: &str = "DEFAULT_4XX";
const TYPES: [&str; 6] = [
    EVERY_4XX,
    "DEFAULT_5XX",
    "UNAUTHORIZED",
    "ACCESS_DENIED",
    "EXPIRED_TOKEN",
    "THROTTLED",
];

pub(super) fn shown(api: &str, kind: &str) -> Result<Value, AwsError> {
    if !TYPES.contains(&kind) {
        return Err(
            match kind
                .chars()
                .all(|c| c.is_ascii_uppercase() || "_0123456789".contains(c))
            {
                true => not_found("Unsupported response type"),
                false => bad("Invalid response type"),
            },
        );
    }
    let set = api == REVAL_API && kind == EVERY_4XX;
    let parameters = match set {
        true => json!({
            "gatewayresponse.header.Access-Control-Allow-Origin": format!("'https://{}'", Site::Reval.host()),
        }),
        false => json!({}),
    };
    Ok(json!({
        "responseType": kind,
        "responseParameters": parameters,
        "responseTemplates": {"application/json": "{\"message\":$context.error.messageString}"},
        "defaultResponse": !set,
    }))
}
