//! The real adapter on a closed world of its own, and the oracle that reads that world.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use switchback_api::clock::WorldClock;
use switchback_api::world::{RunWorld, servers};
use switchback_aws::{Aws, AwsOptions};
use switchback_engine::ports::Clock;
use switchback_model::{ParameterExpected, ParameterWish, Plan};
use switchback_probes::ProbeWorld;
use switchback_rehearsal as rehearsal;
use switchback_testkit::plans::with_times;
use switchback_testkit::published::{ServiceRef, append, only, rolls, set, until_it_stands};
use switchback_testkit::{Bench, MemoryJournal, Planted, Subject};

use self::held::Held;
use self::oracle::WorldOracle;
use crate::restricted::{self, Rest};
use crate::reval;
use crate::wire::{Proxy, Wire};

mod held;
mod images;
mod oracle;
mod what;

pub use self::what::What;

/// Makes closed worlds, with a planted bug where one is wanted.
#[derive(Debug, Clone, Copy)]
pub struct RehearsalBench {
    /// What is changed there.
    pub what: What,
    /// The bug.
    pub planted: Option<Planted>,
}

/// The parameter that is changed.
const PARAMETER: &str = rehearsal::PROFILES_PARAMETER;

/// The one that is changed beside it.
const FLAG: &str = rehearsal::MAINTENANCE_PARAMETER;

/// The service whose tasks read both.
const SERVICE: ServiceRef<'static> = (rehearsal::CLUSTER_NAME, rehearsal::SERVICE_NAME);

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
            oracle: Arc::new(WorldOracle::new(&closed, self.what, rest)),
            planted: self.planted,
            clock,
            journal,
            plan,
        };
        (subject, closed)
    }
}
