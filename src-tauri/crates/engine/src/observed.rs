//! What was seen of the world and is known of what was sent: plain values, which the fold and the ports share.

use std::collections::BTreeMap;

use jiff::Timestamp;
use switchback_model::event::{Mark, Receipt};
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
    /// How the tasks of a service stand; none of anything else.
    pub rollout: Option<Rollout>,
    /// What the request that is asked about made, where AWS shows it by the token that the request carried.
    pub made: Option<Made>,
}

/// Something that a request made and that nothing else is like: a deployment of an API, an invalidation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its id.
    pub id: String,
    /// Whether all of it is carried out.
    pub is_complete: bool,
}

impl From<Image> for Observed {
    fn from(image: Image) -> Self {
        Self {
            image,
            witness: None,
            between: Vec::new(),
            rollout: None,
            made: None,
        }
    }
}

/// How far a service's tasks are replaced, as ECS tells it. No field of an image: nothing of it is approved or put
/// back. Every moment in it is AWS's own, so that two of them may be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// The deployment that the service shall have.
    pub primary: Deployment,
    /// Those that are being replaced, or that failed and were given up; none that is replaced altogether.
    pub others: Vec<Deployment>,
    /// How many tasks it shall have.
    pub desired: u32,
    /// How many of them run, by the service's own count.
    pub running: u32,
    /// The tasks that run, one by one.
    pub tasks: Vec<RunningTask>,
    /// When each parameter was written last that the tasks read when they start, by its name.
    pub written: BTreeMap<String, Timestamp>,
    /// When it was told, by the Date of AWS's answer.
    pub at: Timestamp,
}

/// One deployment of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ARN of the task definition that its tasks are of.
    pub definition: String,
    /// How far it is.
    pub state: RolloutState,
    /// How many of its tasks run.
    pub running: u32,
}

/// How far a deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RolloutState {
    /// Its tasks stand, and those of others are gone.
    Completed,
    /// Its tasks are being started.
    InProgress,
    /// It was given up.
    Failed,
    /// It was not told.
    Unsaid,
}

/// One task that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningTask {
    /// The deployment that started it, by its id.
    pub started_by: Option<String>,
    /// When it was made, before it read anything.
    pub created_at: Option<Timestamp>,
    /// When it ran.
    pub started_at: Option<Timestamp>,
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
    /// What was proven and seen right before it left, of a kind that writes that down; one of those without it never left.
    pub mark: Option<&'a Mark>,
    /// What it brought back.
    pub receipt: Option<&'a Receipt>,
}

/// What a check may need of the run's history.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Every version of records that this run knows to have been served, from the journal.
    pub served: Vec<ServedVersion>,
    /// The `sub` of the user that a step of this run made last as a pool's canary, by the pool's id; none where it made
    /// nobody, or where nothing named whom.
    pub made: BTreeMap<String, String>,
}
