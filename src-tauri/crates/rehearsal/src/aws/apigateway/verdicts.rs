//! What the authoriser of a stage remembers of tokens. For as long as it does, a token is let in or kept out whatever has
//! become of the deployment meanwhile; a flush ends it (API reference, FlushStageAuthorizersCache).
//!
//! That denials are remembered is the worse case, and no document says of authorisers of user pools that they are not:
//! whoever tries a token too early has to flush, or to wait.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What an authoriser thinks of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verdict {
    /// It is one of a pool that is accepted.
    Allowed { pool: String, user: String },
    /// It is not.
    Refused,
    /// It would be, but its time is over.
    Expired,
}

/// A verdict that is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub verdict: Verdict,
    /// World time until which it counts.
    pub until_ms: i64,
    /// The pool of a genuine token in its time, for which only the list of pools decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
}

/// The verdicts by what they are about; tokens themselves are not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Verdicts(BTreeMap<String, Remembered>);

/// By what a verdict is remembered. A canary has its own: with `useStageCache` off it shares nothing with the stage.
pub(super) fn key(authorizer: &str, is_canary: bool, token: &str) -> String {
    let whose = if is_canary { "canary" } else { "stage" };
    hex::encode(Sha256::digest(format!("{whose} {authorizer} {token}")))
}

impl Verdicts {
    /// The verdict that counts at a moment.
    pub(super) fn known(&self, key: &str, now_ms: i64) -> Option<&Verdict> {
        let found = self.0.get(key).filter(|one| now_ms < one.until_ms)?;
        Some(&found.verdict)
    }

    /// Remembers one, and forgets those whose time is over.
    pub(super) fn remember(&mut self, key: String, one: Remembered, now_ms: i64) {
        self.0.retain(|_, old| now_ms < old.until_ms);
        self.0.insert(key, one);
    }

    /// Forgets all.
    pub(super) fn flush(&mut self) {
        self.0.clear();
    }

    /// The verdicts on tokens of a pool that count at a moment: whether each lets them in.
    pub(super) fn of_pool(&self, pool: &str, now_ms: i64) -> impl Iterator<Item = bool> {
        let of_it = move |one: &&Remembered| one.pool.as_deref() == Some(pool) && now_ms < one.until_ms;
        let all = self.0.values().filter(of_it);
        all.map(|one| matches!(one.verdict, Verdict::Allowed { .. }))
    }
}
