//! Who vouches for a copy. Its links prove only that it is whole: whoever can write a file can make them. So each
//! line also carries a MAC under a key that is made of the run's, and the run's recovery code opens that.
//! An export and a mirror are written with it wherever the run's key is at hand.

use switchback_model::event::Vouched;
use switchback_model::{EventKind, RunId};

use crate::chain::{Hash, Link};
use crate::copy::Scan;
use crate::crypto::{Secret, derive, encoded, mac, mac_holds};
use crate::recovery::RecoveryCode;
use crate::seal::unwrap_key;

const COPY: &str = "switchback/journal/copy";

/// The key of a copy's MACs: the run's own is for sealing.
pub(crate) fn copy_key(run_key: &Secret) -> Secret {
    derive(run_key.expose(), &[], &encoded(COPY, &[]))
}

/// The MAC of one event's link, which binds every event before it.
pub(crate) fn mac_of(key: &Secret, run: &RunId, seq: u64, hash: &Hash) -> Hash {
    mac(key, COPY, &[run.as_str().as_bytes(), &seq.to_be_bytes(), hash])
}

impl Scan {
    /// Who vouches for the copy: its recovery code, where that opens the run's key and the last MAC is of it.
    pub fn vouched_by(&self, code: Option<&RecoveryCode>) -> Vouched {
        let run = &self.header.run;
        let key = code.and_then(|code| unwrap_key(run, &self.header.by_code()?, code.bytes()));
        let seq = self.seq.to_be_bytes();
        let fields: [&[u8]; 3] = [run.as_str().as_bytes(), &seq, &self.hash];
        match (key, &self.mac) {
            (Some(key), Some(found)) if mac_holds(&copy_key(&key), COPY, &fields, found) => Vouched::Code,
            _ => Vouched::None,
        }
    }

    /// Why somebody vouches for it, or nobody.
    pub fn why(&self, vouched: Vouched, asked: bool) -> &'static str {
        match (
            vouched,
            asked,
            self.mac.is_some(),
            self.header.by_code().is_some(),
        ) {
            (Vouched::Code | Vouched::Keychain, ..) => {
                "the run's recovery code opens the run's key, and that vouches for the last event"
            }
            (Vouched::None, _, _, false) => {
                "the run has no recovery code, so nobody can vouch for a copy of it"
            }
            (Vouched::None, _, false, true) => {
                "the copy was made without the run's key, by an earlier release, or was rewritten"
            }
            (Vouched::None, false, true, true) => {
                "nobody was asked: give the run's recovery code with --recovery-code-file"
            }
            (Vouched::None, true, true, true) => {
                "the recovery code does not vouch for it: it is another run's code, or the copy was rewritten"
            }
        }
    }
}

/// Where an event doubts the journal: whether something contradicted it, and why.
pub(crate) fn doubt_in(link: &Link<'_>) -> Option<(bool, String)> {
    let body = std::str::from_utf8(link.body).ok()?;
    if !body.starts_with(r#"{"event":"journal_doubted""#) {
        return None;
    }
    match serde_json::from_str(body).ok()? {
        EventKind::JournalDoubted {
            contradicted, why, ..
        } => Some((contradicted, why)),
        _ => None,
    }
}

/// Where an event took a copy over: its last event, and who vouched for it.
pub(crate) fn copy_taken(link: &Link<'_>) -> Option<(u64, Vouched)> {
    let body = std::str::from_utf8(link.body).ok()?;
    // Written first, always: nothing else is parsed here.
    if !body.starts_with(r#"{"event":"taken_over""#) {
        return None;
    }
    match serde_json::from_str(body).ok()? {
        EventKind::TakenOver {
            from_seq, vouched, ..
        } => Some((from_seq, vouched.unwrap_or(Vouched::None))),
        _ => None,
    }
}
