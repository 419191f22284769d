//! The host: what a window and a command line share. Queries, the three mutations and the stream;
//! nothing is possible in one host that is not possible in the other.

mod amend;
mod fields;
mod opening;
mod queries;
pub mod runbooks;

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use switchback_engine::driver::Driver;
use switchback_engine::ports::Journal;
use switchback_model::{Holder, Operator, RunId, Submission};
use tokio::sync::Mutex;

pub use crate::core::{Core, HostOptions, Surroundings};
pub use opening::Opening;
pub(crate) use queries::kind_of;

use crate::actor::Actor;
use crate::hands::Hand;
use crate::run_session::RunSession;
use crate::wire::{Accepted, ApiError};

/// Under which claim a lease is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Only where nobody drives the run.
    Free,
    /// From whoever holds it.
    Force,
    /// From whoever holds it, by a person who says why; journalled.
    Person {
        /// By whom.
        by: Operator,
        /// Why.
        reason: Option<String>,
    },
}

impl From<bool> for Claim {
    fn from(force: bool) -> Self {
        if force { Self::Force } else { Self::Free }
    }
}

/// A run that this program drives.
pub(crate) struct Open {
    actor: Actor,
    pub(crate) lease: switchback_engine::ports::Lease,
}

/// The host: a [`Core`] that drives runs.
pub struct Host {
    core: Core,
    pub(crate) open: Mutex<HashMap<RunId, Open>>,
    /// What windows have open; always locked before `open`.
    pub(crate) seats: Mutex<HashMap<RunId, RunSession>>,
}

/// Whatever a core can be asked, a host can be asked too; only what drives a run needs more.
impl Deref for Host {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}

impl Host {
    /// Opens the home and its journal.
    pub fn start(options: HostOptions) -> Result<Arc<Self>, ApiError> {
        Ok(Arc::new(Self {
            core: Core::open(options)?,
            open: Mutex::default(),
            seats: Mutex::default(),
        }))
    }

    /// Takes the lease of a run and starts to drive it, once.
    pub async fn driver(
        &self,
        id: &RunId,
        force: impl Into<Claim>,
    ) -> Result<(Driver, Surroundings), ApiError> {
        let claim = force.into();
        let force = claim != Claim::Free;
        let (by, reason) = match claim {
            Claim::Person { by, reason } => {
                crate::screen::operator(&by, "the operator's name")?;
                if let Some(reason) = &reason {
                    crate::screen::kept(reason, "the reason")?;
                }
                (by, reason)
            }
            _ => (self.options.operator.clone(), None),
        };
        // Whoever drives asks AWS soon.
        switchback_aws::read_authorities();
        let run = self.load(id).await?;
        let around = self.surroundings(&run).await?;
        tracing::info!(run = %id, "connected");
        let holder = Holder {
            by,
            host: crate::core::host_name(),
            pid: std::process::id(),
        };
        let (lease, taken) = self.store.take_lease(id, holder, force)?;
        tracing::info!(run = %id, fence = lease.fence, "lease taken");
        let journal: Arc<dyn Journal> = Arc::new(self.store.journal(id)?);
        let started = Driver::start_because(
            journal,
            around.clock.clone(),
            around.world.clone(),
            lease.clone(),
            taken,
            reason,
        )
        .await;
        match started {
            Ok(driver) => Ok((driver, around)),
            Err(error) => {
                self.store.release(id, &lease)?;
                Err(error.into())
            }
        }
    }

    /// Gives the lease of a run back.
    pub fn release(&self, id: &RunId, lease: &switchback_engine::ports::Lease) -> Result<(), ApiError> {
        Ok(self.store.release(id, lease)?)
    }

    /// The actor of a run, started if this program does not drive it yet.
    pub async fn drive(&self, id: &RunId, force: impl Into<Claim>) -> Result<Actor, ApiError> {
        let mut open = self.open.lock().await;
        match open.get(id) {
            Some(found) if found.actor.is_alive() => return Ok(found.actor.clone()),
            Some(_) => {
                // It stopped for good: its lease may be lost, or still ours and free to take again.
                if let Some(dead) = open.remove(id)
                    && let Err(error) = self.release(id, &dead.lease)
                {
                    tracing::warn!(run = %id, %error, "the lease of a stopped driver was not given back");
                }
            }
            None => {}
        }
        let (driver, around) = self.driver(id, force).await?;
        let lease = driver.lease().clone();
        let mirror = self.mirror(id);
        let actor = Actor::start(driver, around.world, around.clock, around.speed, mirror);
        self.keep_mirrored(id, &actor);
        open.insert(
            id.clone(),
            Open {
                actor: actor.clone(),
                lease,
            },
        );
        Ok(actor)
    }

    /// Lets go of a run whose lease is lost: there is nothing to give back.
    pub(crate) async fn forget(&self, id: &RunId) {
        if let Some(lost) = self.open.lock().await.remove(id)
            && let Err(error) = self.release(id, &lost.lease)
        {
            tracing::info!(run = %id, %error, "a lost lease is forgotten");
        }
    }

    /// Ends every actor and gives every lease back: at exit, and when the window stays blank.
    pub async fn release_all(&self) {
        self.seats.lock().await.clear();
        for (id, open) in self.open.lock().await.drain() {
            open.actor.close().await;
            if let Err(error) = self.release(&id, &open.lease) {
                tracing::warn!(run = %id, %error, "the lease was not given back");
            }
        }
    }

    /// Submits a command to a run that this program drives.
    pub async fn submit_run(&self, id: &RunId, submission: Submission) -> Result<Accepted, ApiError> {
        if matches!(submission.command, switchback_model::Command::Amend { .. }) {
            return Err(ApiError::new(
                "guard",
                "A plan is amended from a runbook, which is read and checked first.",
                "switchback run amend RUN --runbook FILE --reason TEXT",
                format!("run {id}"),
            ));
        }
        if let Some(why) = self.watching_reason(id).await {
            return Err(why);
        }
        let actor = self.drive(id, false).await?;
        let hand = Hand::of(&actor.run(), &submission.command);
        let seq = actor.submit(submission).await?;
        if let Some(hand) = hand {
            hand.act(self).await?;
        }
        Ok(Accepted { seq })
    }
}
