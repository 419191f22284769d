//! Whether a statement of a rule matches a request (API reference, Statement).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::judge::WafRequest;
use super::transform::transformed;

/// Whether it matches. Statements that are not rehearsed match nothing: rule groups, sets of addresses, rates, labels.
/// Of sizes only that of a header is rehearsed, which is how a rule asks whether there is one.
pub(super) fn matches(statement: &Value, seen: &WafRequest<'_>) -> bool {
    let Some((kind, of)) = statement.as_object().and_then(single) else {
        return false;
    };
    let several = || of["Statements"].as_array().filter(|all| !all.is_empty());
    match kind {
        "AndStatement" => several().is_some_and(|all| all.iter().all(|one| matches(one, seen))),
        "OrStatement" => several().is_some_and(|all| all.iter().any(|one| matches(one, seen))),
        "NotStatement" => !matches(&of["Statement"], seen),
        "ByteMatchStatement" => has_bytes(of, seen),
        "SizeConstraintStatement" => has_size(of, seen),
        _ => false,
    }
}

fn single(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut all = map.iter();
    match (all.next(), all.next()) {
        (Some((name, value)), None) => Some((name, value)),
        (_, _) => None,
    }
}

/// What of the request is looked at, after its transformations: a header may be there more than once or not at all.
fn looked_at(of: &Value, seen: &WafRequest<'_>) -> Vec<Vec<u8>> {
    let field = of["FieldToMatch"].as_object().and_then(single);
    let parts: Vec<&[u8]> = match field {
        Some(("Method", _)) => vec![seen.method.as_bytes()],
        Some(("UriPath", _)) => vec![seen.path.as_bytes()],
        Some(("SingleHeader", header)) => {
            let values = seen.headers.get_all(header["Name"].as_str().unwrap_or_default());
            values.iter().map(http::HeaderValue::as_bytes).collect()
        }
        Some((_, _)) | None => Vec::new(),
    };
    let made = parts.into_iter();
    made.filter_map(|part| transformed(part, &of["TextTransformations"]))
        .collect()
}

fn has_bytes(of: &Value, seen: &WafRequest<'_>) -> bool {
    let Some(wanted) = of["SearchString"]
        .as_str()
        .and_then(|text| STANDARD.decode(text).ok())
    else {
        return false;
    };
    let position = of["PositionalConstraint"].as_str().unwrap_or_default();
    looked_at(of, seen).iter().any(|text| match position {
        "EXACTLY" => *text == wanted,
        "STARTS_WITH" => text.starts_with(&wanted),
        "ENDS_WITH" => text.ends_with(&wanted),
        "CONTAINS" => wanted.is_empty() || text.windows(wanted.len()).any(|part| part == wanted),
        _ => false,
    })
}

fn has_size(of: &Value, seen: &WafRequest<'_>) -> bool {
    let is_header = of["FieldToMatch"].get("SingleHeader").is_some();
    let Some(size) = of["Size"].as_u64().filter(|_| is_header) else {
        return false;
    };
    looked_at(of, seen).iter().any(|text| {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        match of["ComparisonOperator"].as_str().unwrap_or_default() {
            "EQ" => length == size,
            "NE" => length != size,
            "LE" => length <= size,
            "LT" => length < size,
            "GE" => length >= size,
            "GT" => length > size,
            _ => false,
        }
    })
}
