//! The state of a world as it lies on disk, and the questions one can ask of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::cognito::Cognito;
use crate::clock::ScaledClock;
use crate::faults::{Fault, Site};
use crate::records::RecordSet;
use crate::seed;
use crate::tls::Authority;

/// What one item of a batch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Action {
    /// The set must not exist yet.
    Create,
    /// The set must exist exactly as shown.
    Delete,
    /// The set is created or overwritten blindly.
    Upsert,
}

impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Delete => "DELETE",
            Self::Upsert => "UPSERT",
        }
    }
}

/// One item of a ChangeResourceRecordSets batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchItem {
    /// What to do.
    pub action: Action,
    /// With which record set.
    pub record: RecordSet,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A read was answered.
    Read,
    /// A mutation was carried out and answered.
    Committed,
    /// Nothing was done; the answer was an error.
    Refused,
    /// Carried out, and the answer was lost on the way.
    Lost,
}

/// One AWS request as the world saw it. The log is the oracle of tests: it says what really happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Counts up by one over the life of the world.
    pub seq: u64,
    /// When, in world time.
    pub world_time: Timestamp,
    /// `route53`, `sts`, .. as the signature's scope names it; `second-writer` for the fault.
    pub service: String,
    /// AWS's name of the operation.
    pub operation: String,
    /// As answered in `x-amzn-RequestId`.
    pub request_id: String,
    /// The account of the caller.
    pub account: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The error code of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The comment of the batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The change id, bare, of a committed batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_id: Option<String>,
    /// The batch of a ChangeResourceRecordSets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Vec<BatchItem>>,
}

/// What is known of a request when it is logged.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub service: String,
    /// As the signature's scope says.
    pub region: String,
    pub operation: String,
    pub request_id: String,
    pub account: String,
    /// The role under which it is made, and the session of it; empty where that is not proven.
    pub role: String,
    pub session: String,
}

impl Caller {
    pub(crate) fn entry(&self, outcome: Outcome) -> LogEntry {
        LogEntry {
            seq: 0,
            world_time: Timestamp::UNIX_EPOCH,
            service: self.service.clone(),
            operation: self.operation.clone(),
            request_id: self.request_id.clone(),
            account: self.account.clone(),
            outcome,
            code: None,
            comment: None,
            change_id: None,
            batch: None,
        }
    }
}

/// A batch that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub id: String,
    pub comment: Option<String>,
    pub submitted_ms: i64,
    pub insync_ms: i64,
}

impl Change {
    pub(crate) fn status(&self, now_ms: i64) -> &'static str {
        if now_ms >= self.insync_ms {
            "INSYNC"
        } else {
            "PENDING"
        }
    }
}

/// The zone as it was from one commit to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub at_ms: i64,
    pub insync_ms: i64,
    pub records: Vec<RecordSet>,
}

/// Everything that survives a kill.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    pub format: u32,
    pub epoch: String,
    pub token: String,
    pub clock: ScaledClock,
    pub insync_delay_ms: i64,
    pub authority: Authority,
    /// Goes up with each reset, so that caches know that they are void.
    pub generation: u64,
    /// Oldest first, never empty; older versions than any server can serve are forgotten.
    pub versions: Vec<Version>,
    pub changes: Vec<Change>,
    pub faults: Vec<Fault>,
    /// User pools and who is in them; a state from before there were any is given the seeds.
    #[serde(default)]
    pub cognito: Cognito,
    /// The last committed entry, in case that the kill came before the log was written.
    pub last_commit: Option<LogEntry>,
    /// The sequence number before the first log entry; only a reset raises it.
    pub log_floor: u64,
}

/// The format of the state file; another one is refused.
pub(crate) const FORMAT: u32 = 1;

impl State {
    pub(crate) fn new(clock: ScaledClock, insync_delay_ms: i64, authority: Authority) -> Self {
        let mut state = Self {
            format: FORMAT,
            epoch: uuid::Uuid::new_v4().to_string(),
            token: uuid::Uuid::new_v4().simple().to_string(),
            clock,
            insync_delay_ms,
            authority,
            generation: 0,
            versions: Vec::new(),
            changes: Vec::new(),
            faults: Vec::new(),
            cognito: Cognito::default(),
            last_commit: None,
            log_floor: 0,
        };
        state.seed();
        state
    }

    /// Everything as at the beginning; clock, certificate authority and identity stay.
    pub(crate) fn seed(&mut self) {
        let now = self.clock.now_ms();
        self.generation += 1;
        self.versions = vec![Version {
            at_ms: now,
            insync_ms: now,
            records: seed::records(),
        }];
        self.changes.clear();
        self.faults.clear();
        self.cognito = Cognito::seeded(now);
        self.last_commit = None;
    }

    /// The record sets as Route 53's own interface shows them: the last commit, INSYNC or not.
    pub(crate) fn records(&self) -> &[RecordSet] {
        self.versions.last().map_or(&[], |v| &v.records)
    }

    /// The version that authoritative server `index` of `count` serves at a moment. Each server picks
    /// a change up at its own moment between the commit and INSYNC; by INSYNC all serve it.
    pub(crate) fn served(&self, index: usize, count: usize, now_ms: i64) -> usize {
        let share = |v: &Version| {
            let span = v.insync_ms.saturating_sub(v.at_ms);
            let step = i64::try_from(index + 1).unwrap_or(1);
            let steps = i64::try_from(count.max(1)).unwrap_or(1);
            v.at_ms.saturating_add(span.saturating_mul(step) / steps)
        };
        self.versions
            .iter()
            .rposition(|v| share(v) <= now_ms)
            .unwrap_or(0)
    }

    pub(crate) fn push_version(&mut self, version: Version) {
        // A version is needed until a later one is served by every server.
        let now = version.at_ms;
        if let Some(settled) = self.versions.iter().rposition(|v| v.insync_ms <= now) {
            self.versions.drain(..settled);
        }
        self.versions.push(version);
    }

    pub(crate) fn insync_delay_ms(&self) -> i64 {
        self.faults
            .iter()
            .find_map(|f| match f {
                Fault::InsyncSlow { seconds } => i64::try_from(seconds.saturating_mul(1_000)).ok(),
                _ => None,
            })
            .unwrap_or(self.insync_delay_ms)
    }

    /// Finds a fault that `wanted` accepts, takes one of its times and gives it back.
    pub(crate) fn take_fault(&mut self, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let at = self.faults.iter().position(wanted)?;
        let fault = self.faults[at].clone();
        match self.faults[at].times_mut() {
            None | Some(0) => {}
            Some(1) => {
                self.faults.remove(at);
            }
            Some(times) => *times -= 1,
        }
        Some(fault)
    }
}

/// A change as a snapshot shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// Bare, without `/change/`.
    pub id: String,
    /// `PENDING` or `INSYNC`.
    pub status: String,
    /// The comment of the batch.
    pub comment: Option<String>,
    /// World time of the commit.
    pub submitted_at: Timestamp,
    /// World time from which every authoritative server serves it.
    pub insync_at: Timestamp,
}

/// A site as a snapshot shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteView {
    /// Which side.
    pub site: Site,
    /// Its documentation address.
    pub address: std::net::IpAddr,
    /// The build that it says it runs.
    pub build: String,
    /// What is wrong with it: names of faults; empty when all is well.
    pub faults: Vec<String>,
}

/// What one authoritative server answers at present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// The server's name.
    pub name: String,
    /// Whether it already serves the last commit.
    pub current: bool,
    /// What it answers for `apps.example.nhs.test`: the sets of that name.
    pub apps: Vec<RecordSet>,
}

/// The whole world at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Names the world's state.
    pub epoch: String,
    /// The moment.
    pub world_time: Timestamp,
    /// World seconds in one real second.
    pub scale: u32,
    /// The hosted zone, bare.
    pub zone_id: String,
    /// The zone's name.
    pub zone_name: String,
    /// The record sets as ListResourceRecordSets gives them, in its order.
    pub records: Vec<RecordSet>,
    /// All changes since the beginning, oldest first.
    pub changes: Vec<ChangeView>,
    /// The faults in force.
    pub faults: Vec<Fault>,
    /// The sites.
    pub sites: Vec<SiteView>,
    /// The authoritative servers.
    pub serving: Vec<Serving>,
}

impl State {
    pub(crate) fn snapshot(&self) -> Snapshot {
        let now = self.clock.now_ms();
        let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
        let last = self.versions.len().saturating_sub(1);
        Snapshot {
            epoch: self.epoch.clone(),
            world_time: time(now),
            scale: self.clock.scale,
            zone_id: seed::ZONE_ID.to_owned(),
            zone_name: seed::ZONE_NAME.to_owned(),
            records: self.records().to_vec(),
            changes: self
                .changes
                .iter()
                .map(|c| ChangeView {
                    id: c.id.clone(),
                    status: c.status(now).to_owned(),
                    comment: c.comment.clone(),
                    submitted_at: time(c.submitted_ms),
                    insync_at: time(c.insync_ms),
                })
                .collect(),
            faults: self.faults.clone(),
            sites: Site::ALL
                .iter()
                .map(|site| SiteView {
                    site: *site,
                    address: site.address(),
                    build: site.build().to_owned(),
                    faults: self
                        .faults
                        .iter()
                        .filter(|f| f.subject() == Some(site.name()))
                        .map(|f| f.name().to_owned())
                        .collect(),
                })
                .collect(),
            serving: seed::NAME_SERVERS
                .iter()
                .enumerate()
                .map(|(i, name)| {
                    let at = self.served(i, seed::NAME_SERVERS.len(), now);
                    Serving {
                        name: (*name).to_owned(),
                        current: at == last,
                        apps: self.versions[at]
                            .records
                            .iter()
                            .filter(|r| r.name == seed::APPS_NAME)
                            .cloned()
                            .collect(),
                    }
                })
                .collect(),
        }
    }
}
