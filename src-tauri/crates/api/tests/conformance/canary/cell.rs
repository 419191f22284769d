//! One cell: the canary is made and taken away, twice, while one request fails or somebody else acts; judged by the
//! world's own state and log, and never by what the adapter says of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use switchback_api::clock::WorldClock;
use switchback_api::world::{RunWorld, servers};
use switchback_aws::cognito::{Canaries, Held, Known, NoCanary};
use switchback_aws::{Aws, AwsOptions};
use switchback_engine::ports::Clock;
use switchback_engine::rollback::is_anything_left;
use switchback_model::plan::StepKind;
use switchback_model::{
    ActionSpec, Command, EventKind, Plan, Reversibility, RollbackScope, SignInCanary, Step, StepState, Way,
};
use switchback_probes::ProbeWorld;
use switchback_rehearsal as rehearsal;
use switchback_testkit::published::only;
use switchback_testkit::{MemoryJournal, Rig, plans};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::wire::{Act, Bug, CallPoint, Fault, Wire};

const STEP: &str = "canary";
/// How the user stands that the step makes, in the words of the world.
const STANDS: &str = "CONFIRMED, enabled";
/// What the plan of a way back says of somebody else's user.
const LEFT_ALONE: &str = "is not the user that this step made: it is not deleted";
/// World seconds in a real one: what the proofs may take is a second and a half of a busy machine.
const SPEED: u32 = 20;

/// What goes wrong; nothing in the clean cell.
pub type Fate = Option<(CallPoint, Fault)>;

/// The keychain of the rehearsal.
struct Keychain;

struct Hold;

#[async_trait]
impl Held for Hold {
    async fn refused(&mut self, _why: &str, _mend: &str) {}
}

#[async_trait]
impl Canaries for Keychain {
    async fn canary(&self, _pool: &str) -> Result<Known, NoCanary> {
        Ok(Known {
            client: rehearsal::REVAL_CLIENT.to_owned(),
            user: rehearsal::CANARY_USER.to_owned().into(),
            password: rehearsal::CANARY_PASSWORD.to_owned().into(),
        })
    }

    async fn hold(&self, _pool: &str) -> Box<dyn Held> {
        Box::new(Hold)
    }

    async fn hold_to_sign_in(&self, _pool: &str) -> Result<Box<dyn Held>, NoCanary> {
        Ok(Box::new(Hold))
    }
}

/// The step alone. Nothing but the judging of it says that it is done.
fn plan() -> Plan {
    let plan = switchback_api::plan::resolve("dns-switch", "rehearsal").unwrap();
    let step = Step {
        action: Some(ActionSpec::SignInCanary(SignInCanary {
            pool_id: rehearsal::ADMINS_POOL.to_owned(),
            client_id: rehearsal::REVAL_CLIENT.to_owned(),
            migrate_trigger: rehearsal::MIGRATE_USER_ARN.to_owned(),
            token_trigger: rehearsal::PRE_TOKEN_ARN.to_owned(),
            claims: vec!["sub".to_owned()],
            made: None,
        })),
        reversibility: Reversibility::Undo,
        ..plans::step(STEP, StepKind::Action)
    };
    only(plan, "R2", vec![step])
}

struct Subject {
    desk: Rig,
    journal: Arc<MemoryJournal>,
    closed: rehearsal::World,
    wire: Arc<Wire>,
    start: Vec<String>,
    /// What somebody else does at some moment.
    foreign: Option<Act>,
    _proxy: JoinSet<()>,
    _dir: tempfile::TempDir,
}

/// Runs a cell; gives the requests that were made, and what was wrong.
pub async fn cell(fate: Fate, bug: Option<Bug>) -> (Vec<CallPoint>, Result<(), String>) {
    let mut subject = Subject::open(fate.clone(), bug).await;
    let outcome = subject.there_and_back(fate.is_some()).await;
    (subject.wire.trace(), outcome)
}

impl Subject {
    async fn open(fate: Fate, bug: Option<Bug>) -> Self {
        let foreign = match fate {
            Some((_, Fault::SomebodyElse(act))) => Some(act),
            Some((_, Fault::KilledAndMade)) => Some(Act::Makes),
            Some((
                _,
                Fault::Before
                | Fault::After
                | Fault::Lost
                | Fault::Repeated
                | Fault::KilledBefore
                | Fault::KilledAfter,
            ))
            | None => None,
        };
        let dir = tempfile::tempdir().unwrap();
        let mut options = rehearsal::WorldOptions::new(dir.path());
        options.scale = SPEED;
        options.insync_delay = Duration::ZERO;
        let closed = rehearsal::World::start(options).await.unwrap();
        let handle = closed.handle().clone();
        let killed = Arc::new(Notify::new());
        let (wire, endpoint, proxy) = Wire::start(&handle, fate, bug, killed.clone()).await;
        let clock: Arc<dyn Clock> = Arc::new(WorldClock::new(handle.clock));
        let aws = Aws::connect(&AwsOptions {
            endpoint: Some(endpoint),
            region: "eu-west-2".to_owned(),
            rehearsal_credentials: Some((rehearsal::ACCESS_KEY.to_owned(), "rehearsal".to_owned())),
            clock: Some(clock.clone()),
            ..AwsOptions::default()
        })
        .unwrap()
        .with_canaries(Arc::new(Keychain));
        let probes = ProbeWorld {
            dial: handle.dial.clone(),
            ca_pem: Some(handle.ca_pem.clone()),
            name_servers: Some(servers(&handle.name_servers)),
            resolvers: servers(&handle.resolvers),
        };
        let plan = plan();
        let journal = MemoryJournal::open(&plan, clock.now());
        let world = Arc::new(RunWorld::new(aws, probes, plan.target.clone(), clock.clone()));
        let desk = Rig::start(clock, journal.clone(), world, killed).await.unwrap();
        Self {
            desk,
            journal,
            start: closed.snapshot().objects(),
            closed,
            wire,
            foreign,
            _proxy: proxy,
            _dir: dir,
        }
    }

    async fn there_and_back(&mut self, fails: bool) -> Result<(), String> {
        for again in ["", "again "] {
            self.wire.phase(&format!("{again}apply"));
            self.forward().await?;
            if self.foreign.is_none() && self.desk.approve(STEP).await.is_ok() {
                return Err("it was applied twice".to_owned());
            }
            self.wire.phase(&format!("{again}undo"));
            self.back().await?;
            // Whoever else had a hand in it leaves a world of their own: once is enough to see that it is left alone.
            if self.foreign.is_some() {
                break;
            }
            if self.desk.roll_back(RollbackScope::All).await.is_ok() {
                return Err("it was taken back twice".to_owned());
            }
            if again.is_empty() {
                let step = plans::id(STEP);
                let opened = self.desk.ask(Command::Reopen { step }).await;
                opened.map_err(|rejection| rejection.to_string())?;
            }
        }
        if fails && self.wire.fired() == 0 {
            return Err("the fault never fired".to_owned());
        }
        self.over()
    }

    /// The step, tried again where it failed.
    async fn forward(&mut self) -> Result<(), String> {
        for _ in 0..4 {
            if !matches!(
                self.desk.state(STEP),
                StepState::ToDo | StepState::Blocked | StepState::Ready | StepState::Failed
            ) {
                break;
            }
            if self.desk.check(STEP).await.is_ok() && self.desk.approve(STEP).await.is_ok() {
                self.desk.settle_through().await?;
            }
            self.honest()?;
        }
        match self.desk.state(STEP) {
            StepState::Done { .. } => Ok(()),
            _ if self.foreign.is_some() => Ok(()),
            state => Err(format!("it did not get done: {state:?}")),
        }
    }

    /// Takes it back, trying again, giving up and planning anew as a person would. Where somebody else's user stands there
    /// the plan must say so in the end: only a person can say what is to become of that one.
    async fn back(&mut self) -> Result<(), String> {
        let mut said = Vec::new();
        for _ in 0..8 {
            if self.desk.run().rollback_active() {
                said.push(self.desk.rollback_state());
                let _ = self.desk.ask(Command::RollbackRetry).await;
                self.desk.settle_through().await?;
                self.honest()?;
                if self.desk.run().rollback_active() {
                    let _ = self.desk.ask(Command::RollbackAbandon).await;
                }
                continue;
            }
            let is_theirs = matches!(self.foreign, Some(Act::Makes | Act::Replaces));
            let state = self.desk.state(STEP);
            if !state.may_have_effect() && !is_anything_left(self.desk.run()) {
                return match self.foreign {
                    Some(Act::Replaces) => {
                        Err(format!("it is {state:?}, and nobody says whose user is there"))
                    }
                    Some(Act::Makes | Act::Deletes | Act::Disables) | None => Ok(()),
                };
            }
            if let Err(rejection) = self.desk.confirm(RollbackScope::All, &[], &[]).await {
                let why = rejection.to_string();
                if is_theirs && why.contains(LEFT_ALONE) {
                    return Ok(());
                }
                said.push(why);
            }
            self.desk.settle_through().await?;
            self.honest()?;
        }
        Err(format!(
            "the rollback does not end: {:?}, {}",
            self.desk.state(STEP),
            said.join("; ")
        ))
    }

    /// Users by their names in the log: whom a sign-in made, and who was deleted, in their order. What somebody else does
    /// stands in neither.
    fn logged(&self, what: &str) -> Vec<String> {
        let entries = self.closed.log().into_iter();
        let users = entries.filter_map(|entry| {
            let user = entry.left?.get(what)?.clone();
            (user["pool"] == rehearsal::ADMINS_POOL).then(|| user["username"].as_str().unwrap().to_owned())
        });
        users.collect()
    }

    /// Nobody but whom the step made was deleted; each effect was written down before, once; and what the run says is so.
    fn honest(&self) -> Result<(), String> {
        let (made, deleted) = (self.logged("migrated"), self.logged("deleted"));
        let known: BTreeSet<&String> = made.iter().collect();
        if let Some(other) = deleted.iter().find(|user| !known.contains(user)) {
            return Err(format!("deleted {other}, whom somebody else made"));
        }
        let events = self.journal.events();
        let intents = |wanted: Way| {
            let is = |kind: &EventKind| matches!(kind, EventKind::Intended { attempt, .. } if attempt.way == wanted);
            events.iter().filter(|event| is(&event.kind)).count()
        };
        if made.len() > intents(Way::Apply) || deleted.len() > intents(Way::Undo) {
            return Err(format!(
                "an effect without an intent of its own: made {made:?}, deleted {deleted:?}"
            ));
        }
        if self.foreign.is_some() {
            return Ok(());
        }
        let stands = self.closed.snapshot().canaries[rehearsal::ADMINS_POOL].clone();
        let state = self.desk.state(STEP);
        let expected = match state {
            StepState::Done { .. } | StepState::Verifying { .. } | StepState::UndoFailed => STANDS,
            StepState::Failed | StepState::Undone { .. } | StepState::UndoVerifying { .. } => "absent",
            _ => return Ok(()),
        };
        match stands == expected {
            true => Ok(()),
            false => Err(format!("the step is {state:?}, but the canary is {stands}")),
        }
    }

    /// What is left at the end.
    fn over(&self) -> Result<(), String> {
        let end = self.closed.snapshot();
        let (made, deleted) = (self.logged("migrated"), self.logged("deleted"));
        let stands = &end.canaries[rehearsal::ADMINS_POOL];
        let kept = match self.foreign {
            Some(Act::Makes | Act::Replaces) => STANDS,
            Some(Act::Deletes | Act::Disables) | None => "absent",
        };
        if stands != kept {
            return Err(format!("in the end the canary is {stands}, and not {kept}"));
        }
        if self.foreign.is_none() && (made.len() != 2 || made != deleted || made[0] == made[1]) {
            return Err(format!("made {made:?}, deleted {deleted:?}"));
        }
        if self.foreign.is_none() && end.objects() != self.start {
            return Err("not back at the start".to_owned());
        }
        let told = serde_json::to_string(&self.journal.events()).unwrap();
        let secrets = [rehearsal::CANARY_USER, rehearsal::CANARY_PASSWORD];
        match secrets.iter().any(|secret| told.contains(secret)) {
            true => Err("the journal says who the canary is".to_owned()),
            false => Ok(()),
        }
    }
}
