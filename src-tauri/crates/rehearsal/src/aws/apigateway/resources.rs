//! GetResources: a resource for each path of user management, in pages and in no order that means anything.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::bad;
use crate::aws::token::{Place, Token};
use crate::aws::{AwsError, Call};
use crate::usermanagement::{self, CONTEXT};

/// The length of a page where none is asked for, and the longest (API reference, GetResources).
const PAGE: usize = 25;
const LONGEST_PAGE: usize = 500;

/// The id of a path's resource.
fn id(path: &str) -> String {
    let letters = "0123456789abcdefghijklmnopqrstuvwxyz".as_bytes();
    let hash = Sha256::digest(format!("resource {path}"));
    let letter = |byte: &u8| char::from(letters[usize::from(*byte) % letters.len()]);
    hash.iter().take(10).map(letter).collect()
}

pub(super) fn root_id() -> String {
    id("/")
}

/// The paths and their methods: each route, with `OPTIONS` beside it, and what leads to it.
fn methods() -> BTreeMap<String, Vec<&'static str>> {
    let mut all: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    all.entry("/".to_owned()).or_default();
    for route in usermanagement::ROUTES {
        let path = format!("/{CONTEXT}{}", route.path);
        let slashes = path.match_indices('/').map(|(at, _)| at).skip(1);
        for above in slashes.map(|at| &path[..at]) {
            all.entry(above.to_owned()).or_default();
        }
        let methods = all.entry(path).or_default();
        if methods.is_empty() {
            methods.push("OPTIONS");
        }
        methods.push(route.method);
    }
    all
}

fn resource(path: &str, methods: &[&str], embeds: bool) -> Value {
    let mut shown = json!({"id": id(path), "path": path});
    if path != "/" {
        let (above, part) = path.rsplit_once('/').unwrap_or_default();
        let above = if above.is_empty() { "/" } else { above };
        shown["parentId"] = json!(id(above));
        shown["pathPart"] = json!(part);
    }
    if !methods.is_empty() {
        let all: Map<String, Value> = methods
            .iter()
            .map(|method| ((*method).to_owned(), method_shown(method, embeds)))
            .collect();
        shown["resourceMethods"] = Value::Object(all);
    }
    shown
}

/// A method; empty where methods were not asked for.
fn method_shown(method: &str, embeds: bool) -> Value {
    match embeds {
        // User management asks for credentials itself.
        true => json!({
            "httpMethod": method,
            "authorizationType": "NONE",
            "apiKeyRequired": false,
        }),
        false => json!({}),
    }
}

/// A page.
pub(super) fn page(call: &Call) -> Result<Value, AwsError> {
    let embeds = match call.param("embed") {
        None => false,
        Some("methods") => true,
        Some(other) => return Err(bad(&format!("Invalid embed value specified: {other}"))),
    };
    let size = match call.param("limit") {
        None => PAGE,
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=LONGEST_PAGE).contains(size))
            .ok_or_else(|| bad(&format!("Invalid limit specified: {text}")))?,
    };
    let question = format!("resources {embeds}");
    let from = Token::read(call.param("position"), &question)
        .ok_or_else(|| bad("Invalid position parameter specified"))?;
    let mut all: Vec<(String, Vec<&str>)> = methods().into_iter().collect();
    all.sort_by_key(|(path, _)| id(path));
    let at = from.at.min(all.len());
    let end = (at + size).min(all.len());
    let items = all[at..end].iter();
    let items = items.map(|(path, methods)| resource(path, methods, embeds));
    let mut answer = json!({"item": items.collect::<Vec<_>>()});
    if end < all.len() {
        let next = Place { at: end, ..from };
        answer["position"] = json!(Token::new(&question, next).text());
    }
    Ok(answer)
}
