//! The servers of an open run: every name that a DNS check of its plan asks about, asked one by one of each name server
//! and each resolver. It reads only, needs no lease, and ends with the run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use switchback_engine::ports::{Clock, ServerSaid, World};
use switchback_engine::run::Run;
use switchback_model::dns::{DnsName, RecordType};
use switchback_model::{ActionSpec, CheckSpec, Plan, Step, StepState};
use tokio::sync::{mpsc, watch};

use crate::observing::Observation;
use crate::view::on_its_way;

/// How often, in world time, a name's servers are asked.
const EVERY: SignedDuration = SignedDuration::from_secs(30);
/// How often while a change of the name is in flight.
const EVERY_IN_FLIGHT: SignedDuration = SignedDuration::from_secs(5);
/// For how long answers are believed that are asked for so often: until the next round can have failed to come twice.
const BELIEVED_S: u32 = 90;
/// The same while a change of the name is in flight.
const BELIEVED_IN_FLIGHT_S: u32 = 30;
/// By how much longer at most where asking took long: a machine that slept meanwhile knows nothing.
const SLOW_S: i64 = 60;

/// A name and the type that is asked for.
pub(crate) type Asked = (DnsName, RecordType);

/// What the servers of a name answered.
#[derive(Debug, Clone)]
pub struct Heard {
    /// When they were asked.
    pub at: Timestamp,
    /// For how long it is believed, in seconds.
    pub believable_s: u32,
    /// Each server, name servers first.
    pub servers: Vec<ServerSaid>,
}

impl Heard {
    /// Whether it is too old to tell anything.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.at).as_secs() > i64::from(self.believable_s)
    }
}

/// Every name and type that a DNS check of the plan asks for, with its zone where one is named; none where the target has
/// no DNS observer.
pub(crate) fn asked_names(plan: &Plan) -> BTreeMap<Asked, Option<DnsName>> {
    let mut names: BTreeMap<Asked, Option<DnsName>> = BTreeMap::new();
    if !plan.target.observers.dns {
        return names;
    }
    let steps = plan.steps().flat_map(|step| {
        [&step.before, &step.verify, &step.undo_verify]
            .into_iter()
            .flatten()
    });
    let monitors = plan
        .monitors
        .iter()
        .flat_map(|monitor| monitor.checks.iter().map(|check| &check.check));
    for CheckSpec { kind, .. } in steps.chain(monitors) {
        let Some(asked) = kind.dns_question() else {
            continue;
        };
        let servers = names.entry((asked.name.clone(), asked.record)).or_default();
        if let Some(zone) = asked.zone {
            *servers = Some(zone.clone());
        }
    }
    names
}

/// The steps that change what a name answers, with their states.
fn changes(run: &Run, name: &DnsName) -> Vec<StepState> {
    let changes = |step: &&Step| {
        let answers = step.action.as_ref().and_then(ActionSpec::answers);
        answers.is_some_and(|(changed, _)| changed == name)
    };
    let steps = run.plan.steps().filter(changes);
    steps
        .filter_map(|step| Some(run.steps.get(&step.id)?.state))
        .collect()
}

/// What makes servers worth another question at once: the names, and the states of the steps that change them.
fn signature(run: &Run) -> Vec<(Asked, Vec<StepState>)> {
    let names = asked_names(&run.plan).into_keys();
    names
        .map(|asked| {
            let states = changes(run, &asked.0);
            (asked, states)
        })
        .collect()
}

/// A round of a name: when it began, and what was under way then.
struct Round {
    at: Timestamp,
    states: Vec<StepState>,
}

impl Round {
    /// In how long the next one is due; zero = now.
    fn due_in(&self, states: &[StepState], now: Timestamp) -> SignedDuration {
        let age = now.duration_since(self.at);
        // A clock that was set back must not stop the looking.
        if self.states != states || age.is_negative() {
            return SignedDuration::ZERO;
        }
        (every(states) - age).max(SignedDuration::ZERO)
    }
}

fn in_flight(states: &[StepState]) -> bool {
    states.iter().any(|state| on_its_way(*state))
}

fn every(states: &[StepState]) -> SignedDuration {
    match in_flight(states) {
        true => EVERY_IN_FLIGHT,
        false => EVERY,
    }
}

/// For how long an answer is believed, where asking took so long.
fn believed(states: &[StepState], took: SignedDuration) -> u32 {
    let slow = u32::try_from(took.as_secs().clamp(0, SLOW_S)).unwrap_or(0);
    let base = match in_flight(states) {
        true => BELIEVED_IN_FLIGHT_S,
        false => BELIEVED_S,
    };
    base + slow
}

/// Asks the servers of a name once. It counts from the question: a server may have answered at once, and another late.
pub(crate) async fn ask(
    run: &Run,
    (name, record): &Asked,
    zone: Option<&DnsName>,
    world: &dyn World,
    clock: &dyn Clock,
) -> Heard {
    let at = clock.now();
    let servers = world.servers(name, *record, zone).await;
    Heard {
        at,
        believable_s: believed(&changes(run, name), clock.now().duration_since(at)),
        servers,
    }
}

/// Asks the servers of every name again and again: each once a round, and never two rounds at a time.
pub(crate) async fn watch_servers<M: From<Observation> + Send + 'static>(
    inbox: mpsc::WeakSender<M>,
    mut run: watch::Receiver<Arc<Run>>,
    world: Arc<dyn World>,
    clock: Arc<dyn Clock>,
) {
    let mut rounds: BTreeMap<Asked, Round> = BTreeMap::new();
    loop {
        let now_run = run.borrow_and_update().clone();
        let names = asked_names(&now_run.plan);
        rounds.retain(|asked, _| names.contains_key(asked));
        for ((name, record), zone) in &names {
            let asked = (name.clone(), *record);
            let states = changes(&now_run, name);
            let at = clock.now();
            if rounds
                .get(&asked)
                .is_some_and(|round| !round.due_in(&states, at).is_zero())
            {
                continue;
            }
            let heard = ask(&now_run, &asked, zone.as_ref(), &*world, &*clock).await;
            rounds.insert(asked.clone(), Round { at, states });
            let Some(inbox) = inbox.upgrade() else { return };
            if inbox
                .send(Observation::Servers(asked, heard).into())
                .await
                .is_err()
            {
                return;
            }
        }
        if inbox.upgrade().is_none() {
            return;
        }
        let now = clock.now();
        let due = rounds
            .values()
            .map(|round| round.due_in(&round.states, now))
            .min();
        // At least a second: asking may have taken longer than the time between two rounds.
        let pause = Duration::try_from(due.unwrap_or(EVERY)).unwrap_or(Duration::ZERO);
        let seen = signature(&now_run);
        let changed = async {
            while run.changed().await.is_ok() {
                if signature(&run.borrow_and_update()) != seen {
                    return true;
                }
            }
            false
        };
        tokio::select! {
            alive = changed => if !alive { return },
            () = clock.sleep(pause.max(Duration::from_secs(1))) => {}
        }
    }
}

#[cfg(test)]
mod tests;
