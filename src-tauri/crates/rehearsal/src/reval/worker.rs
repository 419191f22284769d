//! A browser that was here before: Angular's service worker runs what it holds, and takes another version only whole
//! (Angular guide, "Service worker in production").

use serde::{Deserialize, Serialize};

use super::build::{Content, MANIFEST, RevalBuild, sha1};
use super::part::Reval;

/// The service worker of a browser that was last here just before the last release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ServiceWorker {
    /// The version that it holds.
    pub holds: RevalBuild,
}

impl ServiceWorker {
    /// What it runs once it has read the manifest through an edge. Another manifest is another version, which it fetches
    /// file by file; where one has not the hash that the manifest says, it gives the version up and keeps its own. Asking
    /// again with a query of its own does not help it: the edges keep one copy, whatever the query.
    pub(super) fn runs(self, reval: &Reval, edge: usize, now_ms: i64) -> RevalBuild {
        let Content::Manifest(build) = reval.answers(edge, MANIFEST, now_ms).said else {
            return self.holds;
        };
        let comes = |path: &str| {
            let said = reval.answers(edge, path, now_ms).said;
            said.content().map(|(_, body)| sha1(body))
        };
        let mut table = build.bundle().table();
        match build == self.holds || table.all(|(path, body)| comes(path) == Some(sha1(body))) {
            true => build,
            false => self.holds,
        }
    }
}
