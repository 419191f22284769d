//! GetGatewayResponse: what an API says where it refuses before anything of it is asked (API Gateway developer guide,
//! "Gateway responses in API Gateway"). The guarded APIs let their pages read a refusal; the other has what AWS begins
//! with.

use serde_json::{Value, json};

use super::guarded::{self, Guarded};
use super::{bad, not_found};
use crate::aws::AwsError;
use crate::faults::Fault;

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

/// The origin whose page may read the refusals of a guarded API; none while a fault has it so.
pub(crate) fn read_by(row: &Guarded, faults: &[Fault]) -> Option<String> {
    let unreadable = faults.contains(&Fault::RefusalsUnreadable { app: row.app });
    (!unreadable).then(|| row.origin())
}

pub(super) fn shown(api: &str, kind: &str, faults: &[Fault]) -> Result<Value, AwsError> {
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
    let row = guarded::of_id(api).filter(|_| kind == EVERY_4XX);
    let origin = row.and_then(|row| read_by(row, faults));
    let set = origin.is_some();
    let parameters = match origin {
        Some(origin) => json!({
            "gatewayresponse.header.Access-Control-Allow-Origin": format!("'{origin}'"),
        }),
        None => json!({}),
    };
    Ok(json!({
        "responseType": kind,
        "responseParameters": parameters,
        "responseTemplates": {"application/json": "{\"message\":$context.error.messageString}"},
        "defaultResponse": !set,
    }))
}
