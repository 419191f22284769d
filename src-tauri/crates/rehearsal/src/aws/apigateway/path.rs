//! What the path of a patch names: `/{key}/{setting}`, where the key is a resource's path and a method, and the path's
//! own slashes are `~1` (API Gateway developer guide, "Patch operations").

use super::setting::Name;
use crate::usermanagement::CONTEXT;

/// The key of all methods that have no settings of their own.
pub(super) const ALL_METHODS: &str = "*/*";

/// The methods that may have settings; `ANY` may not, although a resource may have it.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// Other settings of a stage that AWS has and this world has not.
const NOT_REHEARSED: [&str; 8] = [
    "description",
    "cacheClusterEnabled",
    "cacheClusterSize",
    "clientCertificateId",
    "accessLogSettings",
    "canarySettings",
    "variables",
    "tracingEnabled",
];

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// All that is set under a key.
    Key(String),
    /// One setting of a key.
    Setting(String, Name),
    /// The deployment that the stage serves.
    Deployment,
    /// Something that AWS knows and the world doesn't.
    NotRehearsed,
    /// Nothing.
    None,
}

/// Reads a path. AWS takes some keys without the leading `~1` as well; here they are refused, because what they reach
/// is not proven.
pub(super) fn target(path: &str) -> Target {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["", "deploymentId"] => Target::Deployment,
        ["", first, ..] if NOT_REHEARSED.contains(&first) => Target::NotRehearsed,
        ["", resource, method] if is_key(resource, method) => Target::Key(format!("{resource}/{method}")),
        ["", resource, method, group, name] if is_key(resource, method) => {
            match Name::of(&format!("{group}/{name}")) {
                Some(name) => Target::Setting(format!("{resource}/{method}"), name),
                None => Target::None,
            }
        }
        _ => Target::None,
    }
}

/// Whether these are the two halves of a key. AWS does not ask whether there is such a method, and neither is it asked
/// here: settings of one that is not there do nothing.
fn is_key(resource: &str, method: &str) -> bool {
    let is_escaped = |text: &str| {
        let mut parts = text.split('~').skip(1);
        parts.all(|part| part.starts_with(['0', '1']))
    };
    match (resource, method) {
        ("*", "*") => true,
        _ => resource.starts_with("~1") && is_escaped(resource) && METHODS.contains(&method),
    }
}

/// The key of what is below user management, of `POST /createUser`; none where that is no method and path.
pub(crate) fn key_below(line: &str) -> Option<String> {
    let (method, path) = line.split_once(' ')?;
    let is_path = path.starts_with('/') && !path.contains(char::is_whitespace);
    (is_path && METHODS.contains(&method)).then(|| key(&format!("/{CONTEXT}{path}"), method))
}

/// The key of a method of a resource.
pub(super) fn key(resource: &str, method: &str) -> String {
    let resource = resource.replace('~', "~0").replace('/', "~1");
    format!("{resource}/{method}")
}
