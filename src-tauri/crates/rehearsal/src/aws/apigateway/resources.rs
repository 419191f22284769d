//! GetResources: a resource for each path of an API, in pages and in no order that means anything.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::api::{Config, Method, RestApi};
use super::{bad, page};
use crate::aws::{AwsError, Call};

/// The id of a path's resource.
fn id(api: &str, path: &str) -> String {
    let letters = "0123456789abcdefghijklmnopqrstuvwxyz".as_bytes();
    let hash = Sha256::digest(format!("resource {api} {path}"));
    let letter = |byte: &u8| char::from(letters[usize::from(*byte) % letters.len()]);
    hash.iter().take(10).map(letter).collect()
}

pub(super) fn root_id(api: &str) -> String {
    id(api, "/")
}

fn resource(api: &str, path: &str, methods: &[Method], embeds: bool) -> Value {
    let mut shown = json!({"id": id(api, path), "path": path});
    if path != "/" {
        let (above, part) = path.rsplit_once('/').unwrap_or_default();
        let above = if above.is_empty() { "/" } else { above };
        shown["parentId"] = json!(id(api, above));
        shown["pathPart"] = json!(part);
    }
    if !methods.is_empty() {
        let all: Map<String, Value> = methods
            .iter()
            .map(|method| (method.verb.clone(), method_shown(method, embeds)))
            .collect();
        shown["resourceMethods"] = Value::Object(all);
    }
    shown
}

/// A method; empty where methods were not asked for.
fn method_shown(method: &Method, embeds: bool) -> Value {
    if !embeds {
        return json!({});
    }
    let mut shown = json!({
        "httpMethod": method.verb,
        "authorizationType": method.authorization(),
        "apiKeyRequired": false,
    });
    if let Some(authorizer) = &method.authorizer {
        shown["authorizerId"] = json!(authorizer);
    }
    shown
}

/// A page.
pub(super) fn page(api: &RestApi, config: &Config, call: &Call) -> Result<Value, AwsError> {
    let embeds = match call.param("embed") {
        None => false,
        Some("methods") => true,
        Some(other) => return Err(bad(&format!("Invalid embed value specified: {other}"))),
    };
    let mut all: Vec<(&String, &Vec<Method>)> = config.methods.iter().collect();
    all.sort_by_key(|(path, _)| id(&api.id, path));
    let question = format!("resources {} {embeds}", api.id);
    page::of(call, &question, &all, |(path, methods)| {
        resource(&api.id, path, methods, embeds)
    })
}
