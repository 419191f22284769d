//! The real adapter on a closed world of its own, and the oracle that reads that world.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use switchback_api::clock::WorldClock;
use switchback_api::world::{RunWorld, servers};
use switchback_aws::{Aws, AwsOptions};
use switchback_engine::ports::{Action, Clock, History, Identity, ProviderError, World};
use switchback_model::dns::{AliasTarget, DnsName, RecordData, RecordSet, RecordType};
use switchback_model::{
    ActionSpec, CheckId, CheckKind, CheckReading, CheckSpec, Image, Parameter, ParameterCheck,
    ParameterExpected, ParameterWish, Plan, Reversibility, SetParameter, Step, StepKind, Target, list,
};
use switchback_probes::ProbeWorld;
use switchback_rehearsal::{self as rehearsal, Fault, Outcome};
use switchback_testkit::plans::{step, with_times};
use switchback_testkit::{Bench, MemoryJournal, Mutation, Oracle, Planted, Subject};

use crate::upsert::UpsertProxy;

/// Makes closed worlds, with a planted bug where one is wanted.
#[derive(Debug, Clone, Copy)]
pub struct RehearsalBench {
    /// What is changed there.
    pub what: What,
    /// The bug.
    pub planted: Option<Planted>,
}

/// Which kinds of action are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The record sets of a name: `dns-switch` as it is.
    Records,
    /// A parameter: one step, there and back.
    Parameter,
    /// The list of a parameter: one step that appends, there and back, whatever others append.
    List,
}

impl What {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Records, Self::Parameter, Self::List];
}

/// Keeps the closed world alive as long as the engine's view of it.
struct Held {
    inner: RunWorld,
    closed: Arc<rehearsal::World>,
    _proxy: Option<UpsertProxy>,
    _dir: tempfile::TempDir,
}

#[async_trait]
impl World for Held {
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action> {
        self.inner.action(spec)
    }
    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError> {
        self.inner.identity(target).await
    }
    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading {
        let _alive = &self.closed;
        self.inner.check(spec, history).await
    }
}

/// Reads the world's own state and log; and whether a second writer has written.
struct WorldOracle(Arc<rehearsal::World>, What, AtomicBool);

impl WorldOracle {
    fn value(&self) -> String {
        match self.parameter() {
            Image::Parameter { content, .. } => content.value,
            _ => unreachable!("a parameter"),
        }
    }

    fn parameter(&self) -> Image {
        let state = self.0.snapshot();
        let found = state
            .parameters
            .iter()
            .find(|found| found.name == PARAMETER)
            .unwrap();
        Image::Parameter {
            name: found.name.clone(),
            content: Box::new(Parameter {
                kind: found.kind.clone(),
                tier: found.tier.clone(),
                data_type: "text".to_owned(),
                value: found.value.clone().unwrap(),
                description: Some("Profiles of user management".to_owned()),
                key_id: None,
                allowed_pattern: None,
            }),
        }
    }

    fn records(&self) -> Image {
        let state = self.0.snapshot();
        let name = DnsName::new(rehearsal::APPS_NAME).unwrap();
        let mut sets: Vec<RecordSet> = state
            .records
            .iter()
            .filter(|set| DnsName::new(&set.name).is_ok_and(|n| n == name))
            .filter_map(|set| {
                let kind = match set.kind.as_str() {
                    "A" => RecordType::A,
                    "AAAA" => RecordType::Aaaa,
                    "CNAME" => RecordType::Cname,
                    _ => return None,
                };
                Some(match &set.alias {
                    Some(alias) => RecordSet {
                        name: name.clone(),
                        kind,
                        data: RecordData::Alias(AliasTarget {
                            zone_id: alias.hosted_zone_id.clone(),
                            name: DnsName::new(&alias.dns_name).unwrap(),
                            evaluate_target_health: alias.evaluate_target_health,
                        }),
                        routing: switchback_model::dns::Routing::default(),
                    },
                    None => RecordSet::values(
                        name.clone(),
                        kind,
                        u32::try_from(set.ttl.unwrap_or_default()).unwrap(),
                        set.values.clone(),
                    ),
                })
            })
            .collect();
        sets.sort();
        Image::RecordSets {
            zone_id: rehearsal::ZONE_ID.to_owned(),
            name,
            sets,
            beside: Vec::new(),
        }
    }
}

#[async_trait]
impl Oracle for WorldOracle {
    async fn images(&self) -> Vec<Image> {
        vec![match self.1 {
            What::Records => self.records(),
            What::Parameter | What::List => self.parameter(),
        }]
    }

    async fn accepted(&self) -> Vec<Mutation> {
        let operation = match self.1 {
            What::Records => "ChangeResourceRecordSets",
            What::Parameter | What::List => "PutParameter",
        };
        let ours = self.0.log().into_iter().filter(|entry| {
            entry.operation == operation
                && matches!(entry.service.as_str(), "route53" | "ssm")
                && matches!(entry.outcome, Outcome::Committed | Outcome::Lost)
        });
        ours.map(|entry| Mutation {
            token: entry.comment.filter(|_| self.1 == What::Records),
            left: entry
                .parameter
                .and_then(|put| put.value)
                .map(|value| as_left(&self.parameter(), value)),
        })
        .collect()
    }

    async fn endless_answer(&self) -> bool {
        let operation = match self.1 {
            What::Records => "ChangeResourceRecordSets",
            What::Parameter | What::List => "PutParameter",
        };
        let fault: Fault = format!("answer-endless:{operation}").parse().unwrap();
        self.0.inject(fault).unwrap();
        true
    }

    async fn lost(&self) -> Option<String> {
        let theirs = self.2.load(Ordering::Relaxed).then_some(THEIRS);
        let others: Vec<String> = ["prod"].into_iter().chain(theirs).map(str::to_owned).collect();
        let there = self.value();
        let lost = list::missing(&there, &others).join(", ");
        (self.1 == What::List && !lost.is_empty()).then(|| format!("{lost} of {there}"))
    }

    async fn second_writer(&self, _object: &str) {
        let fault = match self.1 {
            What::Records => "second-writer".to_owned(),
            What::Parameter => "parameter-changed".to_owned(),
            // Behind whatever is there: theirs, once.
            What::List => {
                let there = self.value();
                let theirs = [THEIRS.to_owned()];
                let value = list::with(&there, &list::missing(&there, &theirs));
                self.2.store(true, Ordering::Relaxed);
                format!("parameter-changed:{PARAMETER}:{value}")
            }
        };
        let fault: Fault = fault.parse().unwrap();
        // Refused where somebody already wrote the same value: then it is there.
        let _ = self.0.inject(fault);
    }
}

/// The lines of a parameter with another value.
fn as_left(image: &Image, value: String) -> String {
    let mut lines = image.lines();
    lines[0] = value;
    lines.join("\n")
}

/// What somebody else appends.
const THEIRS: &str = "debug";

/// The parameter that is changed.
const PARAMETER: &str = rehearsal::PROFILES_PARAMETER;

/// The real runbook; only its times are those of a world two hundred times as fast.
fn plan(what: What) -> Plan {
    let mut plan = switchback_api::plan::resolve("dns-switch", "rehearsal").unwrap();
    if what != What::Records {
        let check = |id: &str, expected| CheckSpec {
            id: CheckId::new(id).unwrap(),
            title: "The parameter is as expected".to_owned(),
            kind: CheckKind::Parameter(ParameterCheck {
                name: PARAMETER.to_owned(),
                expected,
                secure: false,
            }),
            believable_s: 60,
            within_s: Some(60),
            mend: None,
        };
        let items = || vec!["cognito".to_owned()];
        let value = |value: &str| ParameterExpected::Value(value.to_owned());
        let (wish, new, old) = match what {
            What::List => (
                ParameterWish::Append(items()),
                ParameterExpected::Contains(items()),
                ParameterExpected::Lacks(items()),
            ),
            What::Records | What::Parameter => (
                ParameterWish::Value("prod,cognito".to_owned()),
                value("prod,cognito"),
                value("prod"),
            ),
        };
        let step = Step {
            action: Some(ActionSpec::SetParameter(SetParameter {
                name: PARAMETER.to_owned(),
                wish,
                secure: false,
            })),
            reversibility: Reversibility::Undo,
            before: vec![],
            verify: vec![check("new", new)],
            undo_before: vec![],
            undo_verify: vec![check("old", old)],
            ..step("set", StepKind::Action)
        };
        plan.phases.truncate(1);
        plan.phases[0].steps = vec![step];
        plan.phases[0].gate = None;
        (plan.monitors, plan.rules, plan.coherence, plan.decisions) = Default::default();
    }
    with_times(plan, 864_000, 1_500)
}

/// The first step alone, in real time: nothing is waited for but what is asked of the world.
pub async fn in_real_time(what: What) -> (Subject, Arc<rehearsal::World>) {
    let bench = RehearsalBench { what, planted: None };
    let mut plan = plan(what);
    plan.phases.truncate(1);
    plan.phases[0].steps.truncate(1);
    plan.phases[0].gate = None;
    (plan.monitors, plan.rules, plan.coherence, plan.decisions) = Default::default();
    bench.in_world(plan, 1, Duration::ZERO).await
}

#[async_trait]
impl Bench for RehearsalBench {
    async fn subject(&self) -> Subject {
        let usual = rehearsal::WorldOptions::new("").insync_delay;
        self.in_world(plan(self.what), 200, usual).await.0
    }
}

impl RehearsalBench {
    /// The engine's view of a world of its own, and that world.
    async fn in_world(&self, plan: Plan, scale: u32, insync: Duration) -> (Subject, Arc<rehearsal::World>) {
        let dir = tempfile::tempdir().unwrap();
        let mut options = rehearsal::WorldOptions::new(dir.path());
        options.scale = scale;
        options.insync_delay = insync;
        let closed = Arc::new(rehearsal::World::start(options).await.unwrap());
        let handle = closed.handle().clone();
        let clock: Arc<dyn Clock> = Arc::new(WorldClock::new(handle.clock));
        // The adapter has no UPSERT to switch on, so the bug sits on the wire behind it.
        let proxy = match self.planted {
            Some(Planted::Upsert) => Some(UpsertProxy::start(handle.aws_addr()).await),
            _ => None,
        };
        let endpoint = proxy.as_ref().map_or(&handle.endpoint, UpsertProxy::endpoint);
        let aws = Aws::connect(&AwsOptions {
            endpoint: Some(endpoint.clone()),
            region: "eu-west-2".to_owned(),
            rehearsal_credentials: Some((rehearsal::ACCESS_KEY.to_owned(), "rehearsal".to_owned())),
            clock: Some(clock.clone()),
            ..AwsOptions::default()
        })
        .unwrap();
        let probes = ProbeWorld {
            dial: handle.dial.clone(),
            ca_pem: Some(handle.ca_pem.clone()),
            name_servers: Some(servers(&handle.name_servers)),
            resolvers: servers(&handle.resolvers),
        };
        let journal = match self.planted {
            Some(Planted::AppendWithoutSync) => MemoryJournal::open_without_sync(&plan, clock.now()),
            _ => MemoryJournal::open(&plan, clock.now()),
        };
        let subject = Subject {
            world: Arc::new(Held {
                inner: RunWorld::new(aws, probes, plan.target.clone(), clock.clone()),
                closed: closed.clone(),
                _proxy: proxy,
                _dir: dir,
            }),
            oracle: Arc::new(WorldOracle(closed.clone(), self.what, AtomicBool::default())),
            planted: self.planted,
            clock,
            journal,
            plan,
        };
        (subject, closed)
    }
}
