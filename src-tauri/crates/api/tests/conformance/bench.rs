//! The real adapter on a closed world of its own, and the oracle that reads that world.

use std::collections::{BTreeMap, BTreeSet};
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
    ActionSpec, CheckReading, CheckSpec, Image, Parameter, ParameterExpected, ParameterWish, Plan, Service,
    StepId, Target, Way, list,
};
use switchback_probes::ProbeWorld;
use switchback_rehearsal::{self as rehearsal, Fault, LogEntry, Outcome};
use switchback_testkit::faulty::VERDICTS;
use switchback_testkit::plans::with_times;
use switchback_testkit::published::{ServiceRef, append, only, rolls, set, until_it_stands};
use switchback_testkit::{Bench, MemoryJournal, Mutation, Oracle, Planted, Reader, Subject};

use crate::restricted::{self, Rest};
use crate::reval::{self, User};
use crate::wire::{Proxy, Wire};

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
    /// The same list, which tasks read when they start, and the roll that publishes it.
    Published,
    /// The same with one more parameter that the one roll publishes.
    Both,
    /// The action of a rule: one step, there and back. Another rule of the web ACL is edited between the last look and
    /// the first request.
    Rule,
    /// Settings of methods of a stage: one step, there and back.
    Methods,
    /// The pools of an authoriser: one step that has it accept one more, there and back, whatever others add.
    Authorizer,
    /// The same, put on the stage: a snapshot, the stage that points at it, and the flush that publishes that.
    Pointed,
    /// A release that people make by hand, and the invalidation that publishes it.
    Invalidated,
}

impl What {
    /// Every kind that is seen at once.
    pub const PLAIN: [Self; 6] = [
        Self::Records,
        Self::Parameter,
        Self::List,
        Self::Rule,
        Self::Methods,
        Self::Authorizer,
    ];

    /// The parameters that are changed.
    fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Records
            | Self::Rule
            | Self::Methods
            | Self::Authorizer
            | Self::Pointed
            | Self::Invalidated => &[],
            Self::Parameter | Self::List | Self::Published => &[PARAMETER],
            Self::Both => &[PARAMETER, FLAG],
        }
    }

    /// Whether what is written is seen only once it was published.
    pub fn is_published(self) -> bool {
        matches!(
            self,
            Self::Published | Self::Both | Self::Pointed | Self::Invalidated
        )
    }

    /// Whether other things stand beside it that are no concern of ours, and survive.
    pub fn has_rest(self) -> bool {
        matches!(
            self,
            Self::Rule | Self::Methods | Self::Authorizer | Self::Pointed | Self::Invalidated
        )
    }

    /// Whether others append to the list.
    fn is_list(self) -> bool {
        matches!(self, Self::List | Self::Published | Self::Both)
    }
}

/// Keeps the closed world alive as long as the engine's view of it.
struct Held {
    inner: RunWorld,
    closed: Arc<rehearsal::World>,
    _proxy: Option<Proxy>,
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
struct WorldOracle(Arc<rehearsal::World>, What, AtomicBool, Arc<Rest>, User);

impl WorldOracle {
    fn value(&self) -> String {
        match self.parameter(PARAMETER) {
            Image::Parameter { content, .. } => content.value,
            _ => unreachable!("a parameter"),
        }
    }

    fn parameter(&self, name: &str) -> Image {
        let state = self.0.snapshot();
        let found = state.parameters.iter().find(|found| found.name == name).unwrap();
        Image::Parameter {
            name: found.name.clone(),
            content: Box::new(Parameter {
                kind: found.kind.clone(),
                tier: found.tier.clone(),
                data_type: "text".to_owned(),
                value: found.value.clone().unwrap(),
                description: found.description.clone(),
                key_id: found.key_id.clone(),
                allowed_pattern: found.allowed_pattern.clone(),
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
        match self.1 {
            What::Records => vec![self.records()],
            What::Rule => vec![restricted::rule(&self.0.snapshot().firewalls[0].acl)],
            What::Methods => vec![restricted::methods(
                self.0.snapshot().stages[0].method_settings.iter(),
            )],
            What::Authorizer => vec![reval::authorizer(&self.0.snapshot())],
            What::Pointed => {
                let state = self.0.snapshot();
                vec![reval::authorizer(&state), reval::whole(), reval::pointer(&state)]
            }
            What::Invalidated => vec![reval::distribution(&self.0.snapshot())],
            what => what
                .parameters()
                .iter()
                .map(|name| self.parameter(name))
                .collect(),
        }
    }

    async fn readers(&self) -> Vec<Reader> {
        match self.1 {
            What::Pointed => return self.4.meets().await,
            What::Invalidated => return reval::edges(&self.0.snapshot()),
            what if !what.is_published() => return Vec::new(),
            _ => {}
        }
        let services = self.0.snapshot().services;
        let tasks = services.into_iter().flat_map(|service| service.tasks);
        let running = tasks.filter(|task| task.status == "RUNNING");
        let mut readers: Vec<Reader> = running
            .map(|task| {
                let read = [(PARAMETER, task.profiles), (FLAG, task.under_maintenance)];
                let known = read.into_iter().filter_map(|(name, value)| Some((name, value?)));
                known.map(|(name, value)| (name.to_owned(), value)).collect()
            })
            .collect();
        readers.sort();
        readers
    }

    async fn meant(&self) -> Option<Vec<Reader>> {
        match self.1 {
            What::Pointed => Some(self.4.would_meet()),
            What::Invalidated => Some(reval::origin(&self.0.snapshot())),
            _ => None,
        }
    }

    async fn unproven(&self, object: &str, token: &str) -> Option<String> {
        let ours = object == rehearsal::DISTRIBUTION;
        ours.then(|| reval::not_invalidated(&self.0.snapshot(), token))?
    }

    async fn by_hand(&self, step: &StepId, way: Way) {
        assert_eq!(step.as_str(), reval::RELEASE, "nothing else is done by hand");
        let release = match way {
            Way::Undo => "reval-released:old",
            Way::Apply | Way::Publish => "reval-released:new",
        };
        self.0.inject(release.parse().unwrap()).unwrap();
    }

    fn may_come_twice(&self, object: &str) -> bool {
        // A deployment that no stage serves, and verdicts that are dropped anyway.
        object == rehearsal::REVAL_API || object.ends_with(VERDICTS)
    }

    fn is_contended(&self, object: &str) -> bool {
        !object.ends_with(rehearsal::SERVICE_NAME)
    }

    async fn end(&self, start: &[Image]) -> Option<Vec<Image>> {
        let theirs = (self.1.is_list() || self.1 == What::Authorizer) && self.2.load(Ordering::Relaxed);
        let with = |image: &Image| match image.clone() {
            Image::Authorizer {
                api,
                authorizer,
                mut content,
            } => {
                content.pools.insert(reval::THIRD_POOL.to_owned());
                Image::Authorizer {
                    api,
                    authorizer,
                    content,
                }
            }
            Image::Parameter { name, mut content } if name == PARAMETER => {
                content.value = list::with(&content.value, &[THEIRS]);
                Image::Parameter { name, content }
            }
            other => other,
        };
        theirs.then(|| start.iter().map(with).collect())
    }

    async fn accepted(&self) -> Vec<Mutation> {
        let ours = self.0.log().into_iter().filter(|entry| {
            let mutates = match entry.service.as_str() {
                "route53" => "ChangeResourceRecordSets",
                "ssm" => "PutParameter",
                "ecs" => "UpdateService",
                "wafv2" => "UpdateWebACL",
                "apigateway" => match entry.operation.as_str() {
                    own @ ("UpdateAuthorizer" | "CreateDeployment" | "FlushStageAuthorizersCache") => own,
                    _ => "UpdateStage",
                },
                "cloudfront" => "CreateInvalidation",
                _ => return false,
            };
            entry.operation == mutates && matches!(entry.outcome, Outcome::Committed | Outcome::Lost)
        });
        // One that was there is answered once more, and nothing was made.
        let mut known = BTreeSet::new();
        let is_new = |entry: &LogEntry| {
            let made = entry.left.as_ref().filter(|_| entry.service == "cloudfront");
            made.is_none_or(|left| known.insert(left["id"].to_string()))
        };
        let ours = ours.filter(is_new);
        ours.map(|entry| match entry.operation.as_str() {
            "CreateDeployment" => tokened(entry.comment),
            "CreateInvalidation" => tokened(entry.left.unwrap()["reference"].as_str().map(str::to_owned)),
            "UpdateAuthorizer" => as_image(&reval::authorizer_left(&entry.left.unwrap())),
            "UpdateStage" if self.1 == What::Pointed => {
                as_image(&reval::pointer_left(&entry.comment.unwrap()))
            }
            "FlushStageAuthorizersCache" => Mutation {
                token: None,
                left: None,
                published: Some(reval::verdicts().object()),
            },
            _ => Mutation {
                token: entry.comment.filter(|_| self.1 == What::Records),
                left: match (entry.parameter, entry.left) {
                    (Some(put), _) => put.value.map(|value| as_left(&self.parameter(&put.name), value)),
                    (None, Some(acl)) if self.1 == What::Rule => {
                        Some(restricted::rule(&acl).lines().join("\n"))
                    }
                    (None, Some(settings)) => {
                        let settings = settings.as_object().unwrap();
                        Some(restricted::methods(settings.iter()).lines().join("\n"))
                    }
                    (None, None) => None,
                },
                published: entry.rolled.map(|_| service_object()),
            },
        })
        .collect()
    }

    async fn endless_answer(&self, object: &str) -> bool {
        let operation = match self.1 {
            What::Records => "ChangeResourceRecordSets",
            What::Rule => "UpdateWebACL",
            What::Methods => "UpdateStage",
            What::Authorizer | What::Pointed | What::Invalidated => reval::changes(object),
            _ if object == rehearsal::SERVICE_NAME => "UpdateService",
            _ => "PutParameter",
        };
        let fault: Fault = format!("answer-endless:{operation}").parse().unwrap();
        self.0.inject(fault).unwrap();
        true
    }

    async fn lost(&self) -> Option<String> {
        if self.1.has_rest() {
            return self.3.lost();
        }
        let theirs = self.2.load(Ordering::Relaxed).then_some(THEIRS);
        let others: Vec<String> = ["prod"].into_iter().chain(theirs).map(str::to_owned).collect();
        let there = self.value();
        let lost = list::missing(&there, &others).join(", ");
        (self.1.is_list() && !lost.is_empty()).then(|| format!("{lost} of {there}"))
    }

    async fn unrelated(&self, object: &str) {
        if self.1.has_rest() {
            self.3.edit(&restricted::unrelated(self.1, object));
            return;
        }
        let value = |name: &str| match self.parameter(name) {
            Image::Parameter { content, .. } => content.value,
            _ => unreachable!("a parameter"),
        };
        let fault = match object {
            rehearsal::SERVICE_NAME => "task-replaced".to_owned(),
            // The same once more: a version more, and nothing else.
            name => format!("parameter-changed:{name}:{}", value(name)),
        };
        self.0.inject(fault.parse().unwrap()).unwrap();
    }

    async fn written_since(&self, object: &str) {
        let written = match self.1.parameters().is_empty() {
            true => object,
            false => PARAMETER,
        };
        self.second_writer(written).await;
    }

    async fn comes_to_nothing(&self, object: &str) {
        if object == rehearsal::DISTRIBUTION {
            // Nothing gives an invalidation up: it takes longer than anybody has seen it take.
            self.0.inject(STUCK.parse().unwrap()).unwrap();
            let (world, scale) = (self.0.clone(), self.0.snapshot().scale);
            tokio::spawn(async move {
                tokio::time::sleep(rehearsal::INVALIDATION_TAKES * 3 / scale).await;
                world.lift(STUCK).unwrap();
            });
            return;
        }
        self.0.inject("roll-fails".parse().unwrap()).unwrap();
    }

    async fn second_writer(&self, object: &str) {
        let fault = match self.1 {
            _ if object == rehearsal::SERVICE_NAME => "rolled-by-somebody".to_owned(),
            _ if object == FLAG => format!("parameter-changed:{FLAG}"),
            What::Records => "second-writer".to_owned(),
            What::Parameter => "parameter-changed".to_owned(),
            What::Rule => "rule-set".to_owned(),
            What::Methods => "throttle-set".to_owned(),
            What::Authorizer | What::Pointed if object == rehearsal::REVAL_AUTHORIZER => {
                self.2.store(true, Ordering::Relaxed);
                return self.3.edit("authorizer-edited");
            }
            What::Authorizer | What::Pointed => "stage-moved".to_owned(),
            What::Invalidated => "reval-released:wrong".to_owned(),
            // Behind whatever is there: theirs, once.
            What::List | What::Published | What::Both => {
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

/// A mutation that is told by its token.
fn tokened(token: Option<String>) -> Mutation {
    Mutation {
        token: Some(token.unwrap_or_default()),
        left: None,
        published: None,
    }
}

/// One that is told by what it left.
fn as_image(image: &Image) -> Mutation {
    Mutation {
        token: None,
        left: Some(image.lines().join("\n")),
        published: None,
    }
}

/// What somebody else appends.
const THEIRS: &str = "debug";
/// What holds an invalidation up.
const STUCK: &str = "invalidation-stuck";

/// The parameter that is changed.
const PARAMETER: &str = rehearsal::PROFILES_PARAMETER;
/// The one that is changed beside it.
const FLAG: &str = rehearsal::MAINTENANCE_PARAMETER;

/// The service whose tasks read both.
const SERVICE: ServiceRef<'static> = (rehearsal::CLUSTER_NAME, rehearsal::SERVICE_NAME);

/// The service as the journal names it.
fn service_object() -> String {
    Image::Service {
        cluster: rehearsal::CLUSTER_NAME.to_owned(),
        service: rehearsal::SERVICE_NAME.to_owned(),
        content: Box::new(Service {
            definition: String::new(),
            controller: String::new(),
            images: BTreeMap::new(),
            by_tag: Vec::new(),
            not_handed: Vec::new(),
        }),
    }
    .object()
}

/// The real runbook; only its times are those of a world two hundred times as fast.
fn plan(what: What) -> Plan {
    let mut plan = switchback_api::plan::resolve("dns-switch", "rehearsal").unwrap();
    match what {
        What::Rule => plan = only(plan, "R2", vec![restricted::blocks()]),
        What::Methods => plan = only(plan, "R2", vec![restricted::throttles()]),
        What::Authorizer => plan = only(plan, "R4", vec![reval::accepts()]),
        What::Pointed => plan = only(plan, "R4", reval::deploys()),
        What::Invalidated => plan = only(plan, "R4", reval::releases()),
        What::Records | What::Parameter | What::List | What::Published | What::Both => {}
    }
    if what.is_list() || what == What::Parameter {
        let value = |value: &str| ParameterExpected::Value(value.to_owned());
        let mut steps = vec![match what.is_list() {
            true => append("set", PARAMETER, &["cognito"]),
            false => {
                let wish = ParameterWish::Value("prod,cognito".to_owned());
                set("set", PARAMETER, wish, [value("prod,cognito"), value("prod")])
            }
        }];
        if what == What::Both {
            let wish = ParameterWish::Value("true".to_owned());
            steps.push(set("flag", FLAG, wish, [value("true"), value("false")]));
        }
        match what {
            What::Published => steps.push(rolls("roll", SERVICE, &steps)),
            What::Both => steps.push(until_it_stands(rolls("roll", SERVICE, &steps), SERVICE)),
            What::Records
            | What::Parameter
            | What::List
            | What::Rule
            | What::Methods
            | What::Authorizer
            | What::Pointed
            | What::Invalidated => {}
        }
        plan = only(plan, "R5", steps);
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
        // Slowly enough that what is believed too early is seen before it comes true.
        let scale = match self.planted {
            Some(Planted::RollByDefinition) => 40,
            // So that what an authoriser keeps is kept for longer than a busy machine takes.
            Some(_) if self.what == What::Pointed => 40,
            _ => 200,
        };
        self.in_world(plan(self.what), scale, usual).await.0
    }
}

/// Worlds in which something of the world's own is wrong from the start.
#[derive(Debug, Clone)]
pub struct Troubled {
    /// What is changed there.
    pub what: What,
    /// What is wrong, in the rehearsal's words.
    pub fault: String,
}

#[async_trait]
impl Bench for Troubled {
    async fn subject(&self) -> Subject {
        let what = self.what;
        let usual = rehearsal::WorldOptions::new("").insync_delay;
        let bench = RehearsalBench { what, planted: None };
        let (subject, closed) = bench.in_world(plan(what), 200, usual).await;
        closed.inject(self.fault.parse().unwrap()).unwrap();
        subject
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
        let rest = Arc::new(Rest::new(closed.clone()));
        // The adapter has no such bugs to switch on, so they sit on the wire behind it.
        let wire = match (self.planted, self.what) {
            (Some(Planted::Upsert), _) => Some(Wire::Upsert),
            (Some(Planted::LockTokenNotSent), _) => Some(Wire::FreshToken(rest.clone())),
            (Some(Planted::TypedEcho), _) => Some(Wire::TypedEcho),
            (Some(Planted::ReferenceUsedBefore), _) => Some(Wire::first_reference()),
            (_, What::Rule) => Some(Wire::EditedBetween(rest.clone())),
            _ => None,
        };
        let proxy = match wire {
            Some(wire) => Some(Proxy::start(handle.aws_addr(), wire).await),
            None => None,
        };
        let endpoint = proxy.as_ref().map_or(&handle.endpoint, Proxy::endpoint);
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
            oracle: Arc::new(WorldOracle(
                closed.clone(),
                self.what,
                AtomicBool::default(),
                rest,
                User::new(closed.clone()),
            )),
            planted: self.planted,
            clock,
            journal,
            plan,
        };
        (subject, closed)
    }
}
