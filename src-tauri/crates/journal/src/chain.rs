//! The hash chain and the keyed head.

use sha2::{Digest as _, Sha256};

use crate::crypto::{Secret, feed, mac, mac_holds};
use crate::schema::FORMAT;

/// SHA-256 of one link.
pub(crate) type Hash = [u8; 32];

/// What the first event names as its predecessor.
pub(crate) const ROOT: Hash = [0; 32];

const EVENT: &str = "switchback/journal/event";
const HEAD: &str = "switchback/journal/head";

/// One link as it is stored.
#[derive(Clone, Copy)]
pub(crate) struct Link<'a> {
    pub run: &'a str,
    pub seq: u64,
    pub at: &'a str,
    pub fence: u64,
    pub body: &'a [u8],
}

/// The hash covers the bytes as stored, never a re-serialisation: a later program that writes JSON
/// another way still verifies old events.
pub(crate) fn hash(link: Link<'_>, prev: &Hash) -> Hash {
    let mut sha = Sha256::new();
    feed(
        |part| sha.update(part),
        EVENT,
        &[
            &FORMAT.to_be_bytes(),
            link.run.as_bytes(),
            &link.seq.to_be_bytes(),
            link.at.as_bytes(),
            &link.fence.to_be_bytes(),
            prev,
            link.body,
        ],
    );
    sha.finalize().into()
}

/// Where a run's chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub seq: u64,
    pub hash: Hash,
    /// The last event at which the head stood without a MAC of this home's key; 0 = never. An
    /// event cut there would not be noticed, and the MAC covers that this is said.
    pub gap: u64,
}

impl Head {
    /// The MAC of this head.
    pub fn mac(&self, key: &Secret, run: &str) -> Hash {
        mac(
            key,
            HEAD,
            &self.fields(run, &self.seq.to_be_bytes(), &self.gap.to_be_bytes()),
        )
    }

    /// Whether a MAC is this head's.
    pub fn mac_holds(&self, key: &Secret, run: &str, found: &[u8]) -> bool {
        mac_holds(
            key,
            HEAD,
            &self.fields(run, &self.seq.to_be_bytes(), &self.gap.to_be_bytes()),
            found,
        )
    }

    fn fields<'a>(&'a self, run: &'a str, seq: &'a [u8], gap: &'a [u8]) -> [&'a [u8]; 4] {
        [run.as_bytes(), seq, &self.hash, gap]
    }
}
