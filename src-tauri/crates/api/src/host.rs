//! The host: what a window and a command line share. Queries, the three mutations and the stream;
//! nothing is possible in one host that is not possible in the other.

mod amend;
mod fields;
mod queries;
pub mod runbooks;
mod truth;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use switchback_aws::{Aws, AwsOptions};
use switchback_engine::driver::{Driver, open_images};
use switchback_engine::ports::{Clock, Journal, World};
use switchback_engine::run::Run;
use switchback_journal::{RecoveryCode, Store};
use switchback_model::{EventKind, Holder, Operator, Plan, RunId, Submission, Target, TargetKind};
use switchback_rehearsal as rehearsal;
use tokio::sync::Mutex;

pub(crate) use queries::kind_of;

use crate::actor::Actor;
use crate::clock::{SystemClock, WorldClock};
use crate::home::Home;
use crate::seat::Seat;
use crate::wire::{Accepted, ApiError};
use crate::world::RunWorld;

/// How to start a host.
#[derive(Debug, Clone)]
pub struct HostOptions {
    /// The home folder; absent = `SWITCHBACK_HOME` or the platform's.
    pub home: Option<PathBuf>,
    /// A custom AWS endpoint (`--aws-endpoint`, `AWS_ENDPOINT_URL`).
    pub endpoint: Option<String>,
    /// Who is at the keyboard.
    pub operator: Operator,
    /// World seconds per real second of a new rehearsal world.
    pub rehearsal_scale: u32,
    /// World time from a commit to INSYNC in a new rehearsal world, in seconds.
    pub rehearsal_insync_s: u64,
    /// A folder that gets every event too (`--mirror`, `SWITCHBACK_MIRROR`); absent = the one that this home
    /// was given last, empty = none from now on.
    pub mirror: Option<PathBuf>,
    /// The mirror folder is a new one, although this home mirrored to a folder of this name before: the
    /// copies are made there anew (`--new-mirror`).
    pub new_mirror: bool,
    /// This host writes no event, so that a mirror is nothing to it.
    pub only_looks: bool,
    /// Opens what is sealed where the keychain doesn't.
    pub recovery_code: Option<Arc<RecoveryCode>>,
}

impl HostOptions {
    /// The usual: a rehearsal runs five times as fast as real time, and INSYNC takes 35 s of it.
    #[must_use]
    pub fn new(operator: Operator) -> Self {
        Self {
            home: None,
            endpoint: None,
            operator,
            rehearsal_scale: 5,
            rehearsal_insync_s: 35,
            mirror: None,
            new_mirror: false,
            only_looks: false,
            recovery_code: None,
        }
    }
}

/// What a run acts on: its world and its clock.
#[derive(Clone)]
pub struct Surroundings {
    /// AWS and the outside.
    pub world: Arc<dyn World>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// World seconds per real second.
    pub speed: u32,
}

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

/// The host.
pub struct Host {
    /// The folder of its state.
    pub home: Home,
    pub(crate) store: Store,
    pub(crate) options: HostOptions,
    pub(crate) open: Mutex<HashMap<RunId, Open>>,
    pub(crate) unlocked: Mutex<HashSet<RunId>>,
    /// What windows have open; always locked before `open`.
    pub(crate) seats: Mutex<HashMap<RunId, Seat>>,
    pub(crate) closed_world: Mutex<Option<rehearsal::World>>,
    pub(crate) users: crate::users::Desk,
}

impl Host {
    /// Opens the home and its journal.
    pub fn start(options: HostOptions) -> Result<Arc<Self>, ApiError> {
        let home = Home::open(options.home.as_deref())?;
        let keys = Arc::new(switchback_journal::OsKeyRing);
        let mut store = Store::open(home.path(), keys.clone())?;
        let users = crate::users::Desk::new(&home, keys);
        if let Some(mirror) = crate::mirror::folder(&options, &home).filter(|_| !options.only_looks) {
            store = match options.new_mirror {
                true => store.with_new_mirror(&mirror)?,
                false => store.with_mirror(&mirror)?,
            };
        }
        Ok(Arc::new(Self {
            home,
            store,
            options,
            open: Mutex::default(),
            unlocked: Mutex::default(),
            seats: Mutex::default(),
            closed_world: Mutex::default(),
            users,
        }))
    }

    /// The journal, for the commands that only look at it.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Who is at the keyboard.
    #[must_use]
    pub fn operator(&self) -> &Operator {
        &self.options.operator
    }

    // ---- runs -------------------------------------------------------------------------------

    /// Opens a run of a plan; the run is not driven yet.
    pub fn run_new(&self, plan: Plan) -> Result<RunId, ApiError> {
        self.run_new_with(plan, None)
    }

    /// The same, with a recovery code that opens what the run seals.
    pub fn run_new_with(&self, plan: Plan, code: Option<&RecoveryCode>) -> Result<RunId, ApiError> {
        self.run_new_by(plan, code, &self.options.operator)
    }

    pub(crate) fn run_new_by(
        &self,
        plan: Plan,
        code: Option<&RecoveryCode>,
        by: &Operator,
    ) -> Result<RunId, ApiError> {
        let endpoint = self.endpoint_for(&plan.target)?;
        let kind = plan.target.kind;
        let run = RunId::new(uuid::Uuid::now_v7().to_string())?;
        let opened = EventKind::RunOpened {
            run: run.clone(),
            plan_digest: plan.digest(),
            plan: plan.into(),
            endpoint,
            by: by.clone(),
        };
        self.store
            .create_run(&run, self.clock_of(kind).now(), opened, code)?;
        Ok(run)
    }

    /// A custom endpoint and a production target exclude each other; a rehearsal has its own.
    pub(crate) fn endpoint_for(&self, target: &Target) -> Result<Option<String>, ApiError> {
        let given = self.options.endpoint.clone();
        if let Some(endpoint) = &given {
            switchback_aws::check_endpoint(endpoint).map_err(|error| ApiError {
                code: "usage".to_owned(),
                place: "--aws-endpoint".to_owned(),
                ..error.into()
            })?;
        }
        match (target.kind, given) {
            (TargetKind::Production, Some(_)) => Err(ApiError::new(
                "guard",
                "A custom AWS endpoint is set, and the target is production.",
                "Unset --aws-endpoint and AWS_ENDPOINT_URL, or choose a target of kind test.",
                target.name.to_string(),
            )),
            (TargetKind::Rehearsal, _) => Ok(None),
            (TargetKind::Test, None) => Err(ApiError::new(
                "guard",
                "A target of kind test needs an endpoint.",
                "Give it with --aws-endpoint URL.",
                target.name.to_string(),
            )),
            (_, given) => Ok(given),
        }
    }

    /// Opens a run of a runbook (a folder, a file or a bundled name) on one of its targets.
    pub fn new_from_runbook(&self, runbook: &str, target: &str) -> Result<RunId, ApiError> {
        self.run_new(crate::plan::resolve(runbook, target)?)
    }

    /// The fold of a run's journal, with its images opened.
    pub async fn load(&self, id: &RunId) -> Result<Run, ApiError> {
        self.unlock(id).await?;
        let mut run = self.fold(id).await?;
        let journal = self.store.journal(id)?;
        if let Some(problem) = open_images(&mut run, journal.vault()).await {
            tracing::warn!(run = %id, %problem, "some images stay sealed");
        }
        Ok(run)
    }

    /// The fold of a run's journal; what it sealed stays sealed.
    pub(crate) async fn fold(&self, id: &RunId) -> Result<Run, ApiError> {
        self.store.journal(id)?.fold().await?.map_err(|error| {
            ApiError::new(
                "journal",
                error.to_string(),
                "Verify the journal, and take over from the mirror or an export.",
                format!("run {id}"),
            )
        })
    }

    /// What the run acts on. A rehearsal's world is started here if nobody serves it.
    pub async fn surroundings(&self, run: &Run) -> Result<Surroundings, ApiError> {
        let target = run.plan.target.clone();
        if target.kind == TargetKind::Rehearsal {
            let handle = self.closed_world().await?;
            return crate::closed_world::surroundings(target, &handle);
        }
        if run.endpoint != self.options.endpoint {
            return Err(ApiError::new(
                "guard",
                "The AWS endpoint is not the one that this run was opened with.",
                match &run.endpoint {
                    Some(url) => format!("Give --aws-endpoint {url}."),
                    None => "Unset --aws-endpoint and AWS_ENDPOINT_URL.".to_owned(),
                },
                format!("run {}", run.id),
            ));
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let aws = Aws::connect(&AwsOptions {
            endpoint: run.endpoint.clone(),
            profile: target.profile.clone(),
            region: target.region.clone(),
            rehearsal_credentials: None,
            clock: Some(clock.clone()),
        })?;
        let probes = truth::outside(&target);
        Ok(Surroundings {
            world: Arc::new(RunWorld::new(aws, probes, target, clock.clone())),
            clock,
            speed: 1,
        })
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
        let run = self.load(id).await?;
        let around = self.surroundings(&run).await?;
        tracing::info!(run = %id, "connected");
        let holder = Holder {
            by,
            host: host_name(),
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

    // ---- for a window: runs that are driven in the background -----------------------------------

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

    /// The run's clock now, without setting anything up.
    pub(crate) fn now_of(&self, run: &Run) -> jiff::Timestamp {
        self.clock_of(run.plan.target.kind).now()
    }

    fn clock_of(&self, kind: TargetKind) -> Arc<dyn Clock> {
        // Served or not, the world's time goes on; a new world begins at the machine's time.
        if kind == TargetKind::Rehearsal
            && let Some(clock) = rehearsal::ScaledClock::kept(&self.home.rehearsal())
        {
            return Arc::new(WorldClock::new(clock));
        }
        Arc::new(SystemClock::default())
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
        Ok(Accepted {
            seq: actor.submit(submission).await?,
        })
    }
}

/// The name of this machine, for the lease; "unknown" where the system does not tell.
pub(crate) fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .map(|name| name.trim().chars().take(80).collect())
        .filter(|name: &String| !name.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}
