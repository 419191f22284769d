//! The real adapter on a closed world of its own, and the oracle that reads that world.

use std::sync::Arc;

use async_trait::async_trait;
use switchback_api::clock::WorldClock;
use switchback_api::world::{RunWorld, servers};
use switchback_aws::{Aws, AwsOptions};
use switchback_engine::ports::{Action, Clock, History, Identity, ProviderError, World};
use switchback_model::dns::{AliasTarget, DnsName, RecordData, RecordSet, RecordType};
use switchback_model::{ActionSpec, CheckReading, CheckSpec, Image, Plan, Target};
use switchback_probes::ProbeWorld;
use switchback_rehearsal::{self as rehearsal, Fault, Outcome};
use switchback_testkit::plans::with_times;
use switchback_testkit::{Bench, MemoryJournal, Oracle, Planted, Subject};

use crate::upsert::UpsertProxy;

/// Makes closed worlds, with a planted bug where one is wanted.
pub struct RehearsalBench {
    /// The bug.
    pub planted: Option<Planted>,
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

/// Reads the world's own state and log.
struct WorldOracle(Arc<rehearsal::World>);

#[async_trait]
impl Oracle for WorldOracle {
    async fn images(&self) -> Vec<Image> {
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
        vec![Image::RecordSets {
            zone_id: rehearsal::ZONE_ID.to_owned(),
            name,
            sets,
            beside: Vec::new(),
        }]
    }

    async fn tokens(&self) -> Vec<String> {
        self.0
            .log()
            .into_iter()
            .filter(|entry| {
                entry.operation == "ChangeResourceRecordSets"
                    && entry.service == "route53"
                    && matches!(entry.outcome, Outcome::Committed | Outcome::Lost)
            })
            .map(|entry| entry.comment.unwrap_or_default())
            .collect()
    }

    async fn second_writer(&self, _object: &str) {
        let fault: Fault = "second-writer".parse().unwrap();
        // Refused where somebody already wrote the same value: then it is there.
        let _ = self.0.inject(fault);
    }
}

/// The real runbook; only its times are those of a world two hundred times as fast.
fn plan() -> Plan {
    let plan = switchback_api::plan::resolve("dns-switch", "rehearsal").unwrap();
    with_times(plan, 864_000, 1_500)
}

#[async_trait]
impl Bench for RehearsalBench {
    async fn subject(&self) -> Subject {
        let dir = tempfile::tempdir().unwrap();
        let mut options = rehearsal::WorldOptions::new(dir.path());
        options.scale = 200;
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
        let plan = plan();
        let journal = match self.planted {
            Some(Planted::AppendWithoutSync) => MemoryJournal::open_without_sync(&plan, clock.now()),
            _ => MemoryJournal::open(&plan, clock.now()),
        };
        Subject {
            world: Arc::new(Held {
                inner: RunWorld::new(aws, probes, plan.target.clone(), clock.clone()),
                closed: closed.clone(),
                _proxy: proxy,
                _dir: dir,
            }),
            oracle: Arc::new(WorldOracle(closed)),
            planted: self.planted,
            clock,
            journal,
            plan,
        }
    }
}
