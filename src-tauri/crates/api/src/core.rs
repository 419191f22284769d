//! The core: a home, its journal, its settings and its closed world. It answers whatever can be told
//! without driving a run; nothing in it can hold a lease.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use switchback_aws::{Aws, AwsOptions, endpoint_of_mark};
use switchback_engine::driver::open_images;
use switchback_engine::ports::{Clock, Journal as _, World};
use switchback_engine::run::Run;
use switchback_journal::{RecoveryCode, Store};
use switchback_kinds::RunWorld;
use switchback_model::directory::PoolId;
use switchback_model::{EventKind, Operator, Plan, RunId, Target, TargetKind};
use switchback_probes::ProbeWorld;
use switchback_rehearsal as rehearsal;
use tokio::sync::Mutex;

use crate::canaries::{self, Given};
use crate::clock::{SystemClock, WorldClock};
use crate::home::Home;
use crate::users::Desk;
use crate::wire::{ApiError, RunStanding};

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

/// A home with its journal, its settings and its closed world.
pub struct Core {
    /// The folder of its state.
    pub home: Home,
    pub(crate) store: Store,
    pub(crate) options: HostOptions,
    pub(crate) unlocked: Mutex<HashSet<RunId>>,
    pub(crate) closed_world: Mutex<Option<rehearsal::World>>,
    pub(crate) users: Desk,
    /// Where runs stand, by the last event that was looked at of each.
    pub(crate) standings: std::sync::Mutex<HashMap<RunId, (u64, RunStanding)>>,
    /// The tokens of canaries. They last as long as this program: surroundings are made for each question.
    pub(crate) tokens: Arc<Given>,
}

impl Core {
    /// Opens the home and its journal.
    pub fn open(options: HostOptions) -> Result<Self, ApiError> {
        let home = Home::open(options.home.as_deref())?;
        let keys = Arc::new(switchback_journal::OsKeyRing);
        let mut store = Store::open(home.path(), keys.clone())?;
        let users = Desk::new(home.path(), keys, Arc::new(SystemClock::default()));
        if let Some(mirror) = crate::mirror::folder(&options, &home).filter(|_| !options.only_looks) {
            store = match options.new_mirror {
                true => store.with_new_mirror(&mirror)?,
                false => store.with_mirror(&mirror)?,
            };
        }
        Ok(Self {
            home,
            store,
            options,
            unlocked: Mutex::default(),
            closed_world: Mutex::default(),
            users,
            standings: std::sync::Mutex::default(),
            tokens: Arc::default(),
        })
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

    /// What leads a target's requests elsewhere than to AWS, as a run is marked with it: the custom
    /// endpoint, or what environment and profile say. That and a production target exclude each other; a
    /// rehearsal has its own. Whatever asks AWS for a target asks here first.
    pub(crate) fn endpoint_for(&self, target: &Target) -> Result<Option<String>, ApiError> {
        let given = self.options.endpoint.clone();
        if let Some(endpoint) = &given {
            switchback_aws::check_endpoint(endpoint).map_err(|error| ApiError {
                code: "usage".to_owned(),
                place: "--aws-endpoint".to_owned(),
                ..error.into()
            })?;
        }
        let elsewhere = || switchback_aws::Elsewhere::of(target.profile.as_deref());
        match (target.kind, given) {
            (TargetKind::Production, Some(_)) => Err(ApiError::new(
                "guard",
                "A custom AWS endpoint is set, and the target is production.",
                "Unset --aws-endpoint and AWS_ENDPOINT_URL, or choose a target of kind test.",
                target.name.to_string(),
            )),
            (TargetKind::Production, None) => {
                elsewhere()
                    .refuse(&format!("The target {}", target.name))
                    .map_err(|error| ApiError {
                        place: target.name.to_string(),
                        ..error.into()
                    })?;
                Ok(None)
            }
            (TargetKind::Rehearsal, _) => Ok(None),
            (TargetKind::Test, None) => {
                let elsewhere = elsewhere();
                elsewhere
                    .mark()
                    .filter(|_| elsewhere.leads_all())
                    .map(Some)
                    .ok_or_else(|| {
                        ApiError::new(
                            "guard",
                            "A target of kind test needs an endpoint.",
                            "Give it with --aws-endpoint URL.",
                            target.name.to_string(),
                        )
                    })
            }
            (TargetKind::Preproduction, None) => Ok(elsewhere().mark()),
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
            return crate::closed_world::surroundings(target, &handle, &self.tokens);
        }
        if self.endpoint_for(&target)? != run.endpoint {
            return Err(ApiError::new(
                "guard",
                "The AWS endpoint is not the one that this run was opened with.",
                match run.endpoint.as_deref().map(|mark| (mark, endpoint_of_mark(mark))) {
                    Some((_, Some(url))) => format!("Give --aws-endpoint {url}."),
                    Some((mark, None)) => format!("It was opened with these endpoints: {mark}. Set them again."),
                    None => "Unset --aws-endpoint and AWS_ENDPOINT_URL, and take the endpoint out of the profile: \
                             `switchback profiles list` shows what leads elsewhere."
                        .to_owned(),
                },
                format!("run {}", run.id),
            ));
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let aws = aws(&target, run.endpoint.as_deref(), &clock)?;
        let tokens = self.tokens_of(&target, run.endpoint.as_deref(), &aws, &clock);
        let probes = outside(&target);
        let tokens = Arc::new(tokens);
        let aws = aws.with_canaries(tokens.clone());
        let world = RunWorld::new(aws, probes, target, clock.clone()).with_tokens(tokens);
        Ok(Surroundings {
            world: Arc::new(world),
            clock,
            speed: 1,
        })
    }

    /// Who gives tokens of a target's pools: its canaries are in the keychain. `endpoint`: the mark of what leads
    /// elsewhere; what was given there is given nowhere else.
    fn tokens_of(
        &self,
        target: &Target,
        endpoint: Option<&str>,
        aws: &Aws,
        clock: &Arc<dyn Clock>,
    ) -> canaries::Giver {
        let source = canaries::Kept {
            store: self.store.clone(),
            target: target.name.clone(),
        };
        let at = endpoint.unwrap_or("AWS");
        canaries::giver(&self.tokens, at, source, aws.clone(), clock.clone())
    }

    /// Signs the canary of a pool in, once, unless it is signed in already or was refused a short while ago: when its
    /// token ends.
    ///
    /// # Errors
    /// Why there is no token.
    pub async fn try_canary(
        &self,
        target: &Target,
        pool: &PoolId,
    ) -> Result<Option<jiff::Timestamp>, ApiError> {
        if target.kind == TargetKind::Rehearsal {
            let handle = self.closed_world().await?;
            let tokens = crate::closed_world::tokens(target, &handle, &self.tokens)?;
            return tokens.tried(pool).await;
        }
        let endpoint = self.endpoint_for(target)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let aws = aws(target, endpoint.as_deref(), &clock)?;
        let tokens = self.tokens_of(target, endpoint.as_deref(), &aws, &clock);
        tokens.tried(pool).await
    }

    /// The run's clock now, without setting anything up.
    pub(crate) fn now_of(&self, run: &Run) -> jiff::Timestamp {
        self.clock_of(run.plan.target.kind).now()
    }

    pub(crate) fn clock_of(&self, kind: TargetKind) -> Arc<dyn Clock> {
        // Served or not, the world's time goes on; a new world begins at the machine's time.
        if kind == TargetKind::Rehearsal
            && let Some(clock) = rehearsal::ScaledClock::kept(&self.home.rehearsal())
        {
            return Arc::new(WorldClock::new(clock));
        }
        Arc::new(SystemClock::default())
    }
}

/// Where a target's probes look outside a rehearsal.
pub(crate) fn outside(target: &Target) -> ProbeWorld {
    ProbeWorld {
        resolvers: target.resolvers.iter().map(|(n, a)| (n.clone(), *a)).collect(),
        ..ProbeWorld::default()
    }
}

/// AWS as a target sees it that is no rehearsal's.
fn aws(target: &Target, endpoint: Option<&str>, clock: &Arc<dyn Clock>) -> Result<Aws, ApiError> {
    Ok(Aws::connect(&AwsOptions {
        endpoint: endpoint.and_then(endpoint_of_mark).map(str::to_owned),
        only_aws: target.kind == TargetKind::Production,
        profile: target.profile.clone(),
        region: target.region.clone(),
        rehearsal_credentials: None,
        clock: Some(clock.clone()),
    })?)
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
