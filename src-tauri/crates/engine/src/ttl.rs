//! The TTL wait: when every longer-lived answer has left compliant caches.

use jiff::{SignedDuration, Timestamp};
use switchback_model::dns::DnsName;

/// A version of a name's records that was served and since replaced, from the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedVersion {
    /// The name.
    pub name: DnsName,
    /// The longest TTL among its record sets, in seconds.
    pub ttl: u32,
    /// When its replacement was on every server, by the server's Date; `None` = not yet.
    pub replaced_at: Option<Timestamp>,
}

/// What the wait says now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TtlWait {
    /// Nothing longer was ever served by this run's knowledge.
    NeverLonger,
    /// A longer version is not yet known to be replaced everywhere.
    NotReplaced {
        /// Its TTL in seconds.
        ttl: u32,
    },
    /// Over at this moment (past or future).
    Until(Timestamp),
}

/// The latest, over the served versions of `name` with a TTL above `lowered`, of
/// (in sync of the change that replaced it + its TTL).
#[must_use]
pub fn ttl_wait(served: &[ServedVersion], name: &DnsName, lowered: u32) -> TtlWait {
    let mut wait = TtlWait::NeverLonger;
    for version in served.iter().filter(|v| v.name == *name && v.ttl > lowered) {
        let Some(replaced) = version.replaced_at else {
            return TtlWait::NotReplaced { ttl: version.ttl };
        };
        let over = replaced
            .checked_add(SignedDuration::from_secs(i64::from(version.ttl)))
            .unwrap_or(Timestamp::MAX);
        wait = match wait {
            TtlWait::Until(latest) if latest >= over => wait,
            _ => TtlWait::Until(over),
        };
    }
    wait
}
