//! What was seen of the world and is known of what was sent: plain values, which the fold and the ports share.

use jiff::Timestamp;
use switchback_model::event::Receipt;
use switchback_model::{Image, Way, Witness};

use crate::ttl::ServedVersion;

/// What a read found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The touched fields, as they are.
    pub image: Image,
    /// What tells our next write from another's, where the API has something that does.
    pub witness: Option<Witness>,
    /// What stood there before now, oldest first and each with its own witness, where the read was asked for
    /// what happened since a witness and the API keeps it: from that one on, or where the object was made anew
    /// since, from its beginning.
    pub between: Vec<(Witness, Image)>,
}

impl From<Image> for Observed {
    fn from(image: Image) -> Self {
        Self {
            image,
            witness: None,
            between: Vec::new(),
        }
    }
}

/// What is known of a request that was sent, for who judges what it did.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Which way it led.
    pub way: Way,
    /// The token that it carried.
    pub token: &'a str,
    /// When it was written ahead, by our clock.
    pub at: Timestamp,
    /// What the object showed of its past right before.
    pub witness: Option<&'a Witness>,
    /// What it brought back.
    pub receipt: Option<&'a Receipt>,
}

/// What a check may need of the run's history.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Every version of records that this run knows to have been served, from the journal.
    pub served: Vec<ServedVersion>,
}
