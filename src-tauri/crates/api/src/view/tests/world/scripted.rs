//! The world of the made-up night. Records stand in memory, and what is planned and judged of them is the product's own
//! adapter; what a check sees is said by the scene.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use switchback_aws::{Aws, AwsOptions};
use switchback_engine::not_known::NotKnown;
use switchback_engine::ports::{Action, Clock, History, Identity, ProviderError, Said, ServerSaid, World};
use switchback_engine::sign_in::SignIn;
use switchback_engine::ttl::{TtlWait, ttl_wait};
use switchback_kinds::changes::change;
use switchback_model::dns::{DnsName, RecordSet, RecordType};
use switchback_model::text::lasting;
use switchback_model::{ActionSpec, Answers, CheckKind, CheckReading, CheckSpec, Target, Verdict};
use switchback_testkit::{RecordStore, plans};

use super::in_memory::{InMemory, Mishap, Moved, values};

/// The zone of every name.
pub(super) const ZONE: &str = "Z0FAKEEXAMPLE";

/// What a check says, instead of that all is as expected.
#[derive(Debug, Clone)]
pub(super) struct Says {
    /// The outcome.
    pub verdict: Verdict,
    /// What was seen.
    pub observed: &'static str,
}

/// See the module.
pub(super) struct ScriptedWorld {
    store: Arc<RecordStore>,
    clock: Arc<dyn Clock>,
    aws: Aws,
    says: Mutex<BTreeMap<String, Says>>,
    mishap: Arc<Mutex<Option<Mishap>>>,
    blind: Arc<Mutex<bool>>,
    sign_in: Mutex<Option<SignIn>>,
    moved: Arc<Mutex<Option<Moved>>>,
    silent: Mutex<BTreeSet<&'static str>>,
}

impl ScriptedWorld {
    pub(super) fn new(store: Arc<RecordStore>, clock: Arc<dyn Clock>) -> Arc<Self> {
        // Nothing is ever sent: planning and judging ask nobody.
        let aws = Aws::connect(&AwsOptions {
            endpoint: Some("http://127.0.0.1:9".to_owned()),
            only_aws: false,
            profile: None,
            region: "eu-west-2".to_owned(),
            rehearsal_credentials: Some(("made-up".to_owned(), "made-up".to_owned())),
            clock: None,
        });
        Arc::new(Self {
            store,
            clock,
            aws: aws.expect("clients without a network"),
            says: Mutex::default(),
            mishap: Arc::default(),
            blind: Arc::default(),
            sign_in: Mutex::default(),
            moved: Arc::default(),
            silent: Mutex::new(BTreeSet::from(["vpn"])),
        })
    }

    /// From now on this check says this.
    pub(super) fn say(&self, check: &str, verdict: Verdict, observed: &'static str) {
        let says = Says { verdict, observed };
        self.says
            .lock()
            .expect("one thread")
            .insert(check.to_owned(), says);
    }

    /// From now on this check sees what is expected.
    pub(super) fn mend(&self, check: &str) {
        self.says.lock().expect("one thread").remove(check);
    }

    /// From now on these servers give no answer, and all others do.
    pub(super) fn silent(&self, servers: &[&'static str]) {
        *self.silent.lock().expect("one thread") = servers.iter().copied().collect();
    }

    /// The next call goes wrong.
    pub(super) fn mishap(&self, mishap: Mishap) {
        *self.mishap.lock().expect("one thread") = Some(mishap);
    }

    /// Somebody else makes the name that is switched answer this.
    pub(super) fn write_beside(&self, address: &str) {
        let set = RecordSet::values(plans::name("apps"), RecordType::A, 60, vec![address.to_owned()]);
        self.store.put(ZONE, &plans::name("apps"), vec![set]);
    }

    /// When the sign-in ends.
    pub(super) fn sign_in_ends(&self, until: Timestamp) {
        *self.sign_in.lock().expect("one thread") = Some(SignIn {
            until,
            command: Some("aws sso login --profile tis-prod".to_owned()),
        });
    }
}

/// Every server, whether it is a resolver, and in how many seconds it gives what a name was changed to.
const SERVERS: [(&str, bool, i64); 7] = [
    ("ns1.example.nhs.test", false, 0),
    ("ns2.example.nhs.test", false, 3),
    ("ns3.example.nhs.test", false, 6),
    ("ns4.example.nhs.test", false, 40),
    ("office", true, 9),
    ("home", true, 70),
    ("vpn", true, 30),
];

/// What a check sees where all is well: observed, expected, and where it was read.
fn well(spec: &CheckSpec) -> (String, String, &'static str) {
    let same = |words: String, source| (words.clone(), words, source);
    match &spec.kind {
        CheckKind::Identity => same("account …9012, role operator".to_owned(), "sts:GetCallerIdentity"),
        CheckKind::HttpBuild { build, .. } => {
            let build = build.as_deref().unwrap_or("8f2c");
            same(
                format!("200, build {build}"),
                "https://apps.example.nhs.test/version.json",
            )
        }
        CheckKind::HttpAnswer { url, status, .. } => (
            format!("{status} from {url}"),
            status.to_string(),
            "an HTTP request",
        ),
        CheckKind::Certificate { days, .. } => (
            "the name matches, 211 days left".to_owned(),
            format!("the name matches, {days} days left"),
            "a TLS handshake",
        ),
        CheckKind::Record { values, .. } => same(values.join("; "), "route53:ListResourceRecordSets"),
        CheckKind::Distribution(_) => same(
            "enabled and deployed, 5 of 5 paths have a behaviour".to_owned(),
            "cloudfront:GetDistributionConfig",
        ),
        CheckKind::Authoritative { values, .. } => (
            format!("4 of 4 servers answer {}", values.join(", ")),
            format!("every server answers {}", values.join(", ")),
            "4 name servers",
        ),
        CheckKind::Resolvers { values, .. } => (
            format!("3 of 3 resolvers answer {}", values.join(", ")),
            format!("every resolver answers {}", values.join(", ")),
            "3 resolvers",
        ),
        CheckKind::Routes(_) => (
            "2 of 2 writes closed, 1 of 1 reads open".to_owned(),
            "every write closed, every read open".to_owned(),
            "requests to every route",
        ),
        other => panic!("the night has no check of the kind {}", other.id()),
    }
}

/// Of a question to servers: all that are asked answer as expected.
fn answers(kind: &CheckKind) -> Option<Answers> {
    let resolvers = kind.dns_question()?.zone.is_none();
    Some(Answers {
        resolvers,
        right: if resolvers { 3 } else { 4 },
        ..Answers::default()
    })
}

/// The wait for a TTL, as the product's own world says it.
fn wait(spec: &CheckSpec, history: &History, now: Timestamp) -> Option<(String, Verdict)> {
    let CheckKind::TtlWait { name, lowered } = &spec.kind else {
        return None;
    };
    Some(match ttl_wait(&history.served, name, *lowered) {
        TtlWait::Until(until) if until > now => {
            let left = u64::try_from(until.duration_since(now).as_secs()).unwrap_or(0);
            (format!("{} left", lasting(left)), Verdict::Waiting { until })
        }
        TtlWait::Until(_) | TtlWait::NeverLonger => ("0 s left".to_owned(), Verdict::Pass),
        TtlWait::NotReplaced { ttl } => panic!("the TTL {ttl} was lowered at the start of the night"),
    })
}

#[async_trait]
impl World for ScriptedWorld {
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action> {
        match change(spec) {
            Ok(change) => Box::new(InMemory {
                product: change.bound(self.aws.clone()),
                spec: spec.clone(),
                store: self.store.clone(),
                clock: self.clock.clone(),
                mishap: self.mishap.clone(),
                blind: self.blind.clone(),
                moved: self.moved.clone(),
            }),
            Err(unknown) => Box::new(NotKnown::of(unknown)),
        }
    }

    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError> {
        Ok(Identity {
            account: target.account.clone(),
            arn: format!("arn:aws:sts::{}:assumed-role/operator/m.example", target.account),
        })
    }

    fn sign_in(&self) -> Option<SignIn> {
        self.sign_in.lock().expect("one thread").clone()
    }

    async fn servers(&self, name: &DnsName, _: RecordType, zone: Option<&DnsName>) -> Vec<ServerSaid> {
        let image = self.store.image(ZONE, name);
        let there = values(image.record_sets().map_or(&[], |(_, sets)| sets));
        let moved = self.moved.lock().expect("one thread").clone();
        let moved = moved.filter(|moved| moved.name == *name);
        let silent = self.silent.lock().expect("one thread").clone();
        let asked = SERVERS
            .iter()
            .filter(|(_, resolver, _)| *resolver || zone.is_some());
        asked
            .map(|(server, resolver, after)| {
                let since = moved
                    .as_ref()
                    .map(|moved| self.clock.now().duration_since(moved.at));
                let left = since.map_or(0, |since| after - since.as_secs());
                let said = Said {
                    values: match (&moved, left > 0) {
                        (Some(moved), true) => moved.from.clone(),
                        (_, _) => there.clone(),
                    },
                    ttl: Some(match (resolver, left > 0) {
                        (true, true) => u32::try_from(left).expect("time is left"),
                        (true, false) => 51,
                        (false, _) => 60,
                    }),
                };
                ServerSaid {
                    server: (*server).to_owned(),
                    resolver: *resolver,
                    said: match silent.contains(server) {
                        true => Err("no answer within 3 s".to_owned()),
                        false => Ok(said),
                    },
                }
            })
            .collect()
    }

    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading {
        let now = self.clock.now();
        let (observed, expected, source, verdict) = match wait(spec, history, now) {
            Some((observed, verdict)) => {
                let source = "journal and the server's Date";
                (observed, "0 s left".to_owned(), source, verdict)
            }
            None => {
                let (observed, expected, source) = well(spec);
                (observed, expected, source, Verdict::Pass)
            }
        };
        let said = self
            .says
            .lock()
            .expect("one thread")
            .get(spec.id.as_str())
            .cloned();
        let (observed, verdict) = match &said {
            Some(said) => (said.observed.to_owned(), said.verdict.clone()),
            None => (observed, verdict),
        };
        CheckReading {
            check: spec.id.clone(),
            verdict,
            observed,
            expected,
            source: source.to_owned(),
            observed_at: now,
            believable_s: spec.believable_s,
            mend: None,
            answers: answers(&spec.kind).filter(|_| said.is_none()),
        }
    }
}
