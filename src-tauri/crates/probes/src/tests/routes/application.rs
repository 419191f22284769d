//! A user management like the real one: a restriction in front, a router behind it, and who may write behind that.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::server::{Reply, Request};

/// How a router or a restriction takes a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forgives {
    Doubled,
    Semicolon,
    Escaped,
    Case,
    Slash,
    EscapedLater,
}

pub(super) const EVERYTHING: &[Forgives] = &[
    Forgives::Doubled,
    Forgives::Semicolon,
    Forgives::Escaped,
    Forgives::Case,
    Forgives::Slash,
    Forgives::EscapedLater,
];

/// What a restriction closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closes {
    Nothing,
    /// Every route that writes, but for some by method and path, in the spellings that it knows.
    Writes {
        but: &'static [&'static str],
        knows: &'static [Forgives],
        /// Those of the base that it knows.
        knows_base: &'static [Forgives],
        by_meant: bool,
    },
    /// What it should not.
    Everything,
}

/// Closes all of it, in whatever spelling.
pub(super) const TIGHT: Closes = Closes::Writes {
    but: &[],
    knows: EVERYTHING,
    knows_base: EVERYTHING,
    by_meant: true,
};
/// Closes all of it as it is declared, and no spelling of it.
pub(super) const NARROW: Closes = Closes::Writes {
    but: &[],
    knows: &[],
    knows_base: &[],
    by_meant: false,
};

pub(super) const WRITES: &[&str] = &[
    "POST /createUser",
    "POST /api/users",
    "PUT /api/users/{u}",
    "DELETE /api/users/{u}",
    "POST /api/users/{u}/mfa/reset",
];
pub(super) const READS: &[&str] = &["GET /api/users", "HEAD /allUsers", "OPTIONS /api/users"];

#[derive(Debug, Clone)]
pub(super) struct Application {
    pub(super) closes: Closes,
    pub(super) forgives: &'static [Forgives],
    /// What the router forgives of the base.
    pub(super) forgives_base: &'static [Forgives],
    /// Heeds `X-HTTP-Method-Override`.
    pub(super) heeds: bool,
    /// Writes that nobody guards: their handlers run.
    pub(super) unguarded: &'static [&'static str],
    /// How often a handler ran.
    pub(super) handled: Arc<AtomicUsize>,
}

impl Application {
    pub(super) fn new(closes: Closes, forgives: &'static [Forgives]) -> Self {
        Self {
            closes,
            forgives,
            forgives_base: &[],
            heeds: false,
            unguarded: &[],
            handled: Arc::default(),
        }
    }

    pub(super) fn reply(&self, request: &Request) -> Reply {
        let closed = match self.closes {
            Closes::Nothing => false,
            Closes::Everything => true,
            Closes::Writes {
                but,
                knows,
                knows_base,
                by_meant,
            } => {
                let method = if by_meant {
                    request.meant()
                } else {
                    &request.method
                };
                let route = route(method, &request.target, knows, knows_base);
                WRITES.contains(&route.as_str()) && !but.contains(&route.as_str())
            }
        };
        if closed {
            return Reply::Says(503, "X-Restricted: by the rule");
        }
        let method = if self.heeds {
            request.meant()
        } else {
            &request.method
        };
        let route = route(method, &request.target, self.forgives, self.forgives_base);
        if self.unguarded.contains(&route.as_str()) {
            self.handled.fetch_add(1, Ordering::SeqCst);
            return Reply::Says(202, "");
        }
        match WRITES.contains(&route.as_str()) || READS.contains(&route.as_str()) {
            true => Reply::Says(401, "www-authenticate: Bearer"),
            false => Reply::Says(404, ""),
        }
    }
}

/// The route of a request, in which `{u}` stands for who is nowhere, behind a base in which less or more is forgiven.
pub(super) fn route(method: &str, target: &str, forgives: &[Forgives], of_base: &[Forgives]) -> String {
    let mut path = below(target, of_base).unwrap_or(target).to_owned();
    for forgiven in forgives {
        path = match forgiven {
            Forgives::Doubled => path.replace("//", "/"),
            Forgives::Semicolon => path.replace(";x=1", ""),
            Forgives::Escaped => path.replace("%61", "a").replace("%63", "c"),
            Forgives::Case => path
                .replacen("/API", "/api", 1)
                .replacen("/CREATEUSER", "/createUser", 1),
            Forgives::Slash => path.trim_end_matches('/').to_owned(),
            Forgives::EscapedLater => path
                .replace("/%75sers", "/users")
                .replace("/%6Dfa/%72eset", "/mfa/reset"),
        };
    }
    let nobody = |segment: &str| segment.starts_with("switchback-") && segment.ends_with("@invalid.example");
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| if nobody(segment) { "{u}" } else { segment })
        .collect();
    format!("{method} {}", segments.join("/"))
}

/// What stands behind the base, where that is one.
fn below<'a>(target: &'a str, forgives: &[Forgives]) -> Option<&'a str> {
    let spelt = forgives.iter().filter_map(|forgiven| match forgiven {
        Forgives::Doubled => Some("//um"),
        Forgives::Semicolon => Some("/um;x=1"),
        Forgives::Escaped => Some("/%75m"),
        Forgives::Case => Some("/UM"),
        Forgives::Slash | Forgives::EscapedLater => None,
    });
    let mut below = spelt.chain(["/um"]).filter_map(|base| target.strip_prefix(base));
    below.find(|path| path.starts_with('/'))
}
