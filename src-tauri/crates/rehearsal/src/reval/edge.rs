//! An edge of CloudFront: what it keeps, by the path that was asked for.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::build::Content;

/// How many edges there are. Requests come to them in turn.
pub(crate) const EDGES: usize = 2;
/// How long an edge keeps a copy, in world time: the default of CloudFront where the origin says nothing, and what the
/// distribution has for error pages (CloudFront developer guide, "Manage how long content stays in the cache").
pub const COPIES_LIVE: Duration = Duration::from_secs(24 * 3_600);

/// As many copies as an edge keeps: whoever walks through made-up paths must not make the state larger and larger.
/// CloudFront, too, lets go of what is asked for rarely.
const MOST_COPIES: usize = 200;

/// What an edge keeps under a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Copy {
    pub said: Content,
    /// Whether it is the page in the place of a file that there is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fallback: bool,
    pub fetched_ms: i64,
}

/// An edge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Edge {
    copies: BTreeMap<String, Copy>,
}

impl Edge {
    /// The copy under a path that can still be answered.
    pub(super) fn copy(&self, path: &str, now_ms: i64) -> Option<&Copy> {
        let lives_ms = i64::try_from(COPIES_LIVE.as_millis()).unwrap_or(i64::MAX);
        self.copies
            .get(path)
            .filter(|copy| now_ms.saturating_sub(copy.fetched_ms) < lives_ms)
            .filter(|copy| copy.said.content().is_some())
    }

    pub(super) fn keep(&mut self, path: &str, copy: Copy) {
        self.copies.insert(path.to_owned(), copy);
        if self.copies.len() > MOST_COPIES {
            // What stands under made-up paths goes first.
            let oldest = self
                .copies
                .iter()
                .min_by_key(|(_, copy)| (!copy.fallback, copy.fetched_ms));
            if let Some(path) = oldest.map(|(path, _)| path.clone()) {
                self.copies.remove(&path);
            }
        }
    }

    /// Drops what an invalidation covers.
    pub(super) fn forget(&mut self, paths: &[String]) {
        self.copies
            .retain(|key, _| !paths.iter().any(|path| covers(path, key)));
    }
}

/// Whether a path of an invalidation covers a path that was asked for: itself, or all that begin with what stands before
/// its last character `*` (CloudFront developer guide, "What you need to know when invalidating paths").
fn covers(path: &str, key: &str) -> bool {
    match path.strip_suffix('*') {
        Some(beginning) => key.starts_with(beginning),
        None => key == path,
    }
}
