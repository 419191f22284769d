//! The whole world at one moment, as the control plane shows it.

mod apis;
mod restriction;
mod reval;
mod services;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use apis::{ApiConfigView, ApiView, AuthorizerView, DeployedView, TokenView};
pub use restriction::{FirewallView, StageView};
pub use reval::{DistributionView, EdgeView, InvalidationView, RevalView};
pub use services::{DeploymentView, ServiceView, TaskView};

use crate::faults::{Fault, Site};
use crate::records::RecordSet;
use crate::seed;
use crate::state::State;

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
    /// The build that it says it runs; of Reval, what its origin would say.
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

/// A parameter as a snapshot shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterView {
    /// Its name, as it was made.
    pub name: String,
    /// Its ARN, which says whose it is and in which region.
    pub arn: String,
    /// `String`, `StringList` or `SecureString`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `Standard` or `Advanced`.
    pub tier: String,
    /// The present version.
    pub version: u64,
    /// The present value; none of a SecureString.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The key of a SecureString.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What each value must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_pattern: Option<String>,
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
    /// The parameters of Parameter Store, by account, region and name.
    #[serde(default)]
    pub parameters: Vec<ParameterView>,
    /// The services of ECS, and what their tasks run with.
    #[serde(default)]
    pub services: Vec<ServiceView>,
    /// The web ACLs of WAF.
    #[serde(default)]
    pub firewalls: Vec<FirewallView>,
    /// The stages of API Gateway.
    #[serde(default)]
    pub stages: Vec<StageView>,
    /// The REST APIs of API Gateway: what is edited, what is deployed, and what tokens get.
    #[serde(default)]
    pub apis: Vec<ApiView>,
    /// The distributions of CloudFront.
    #[serde(default)]
    pub distributions: Vec<DistributionView>,
    /// Reval behind its distribution.
    #[serde(default)]
    pub reval: Option<RevalView>,
    /// The canary in each user pool: how it stands, or that it does not. Its `sub` is another each time that it is made.
    #[serde(default)]
    pub canaries: BTreeMap<String, String>,
}

impl Snapshot {
    /// Everything that a run may change, a line an object and in one order: two moments with the same lines show the same
    /// world. The version of a parameter only ever rises and is left out; so are the ids and times of what a service
    /// rolled, but not what its tasks have read; and the ids of deployments of an API, but not what is in one that a stage
    /// serves. Invalidations are over when they are over. Lock tokens are not even in a snapshot.
    #[must_use]
    pub fn objects(&self) -> Vec<String> {
        let records = self.records.iter().map(serde_json::to_value);
        let parameters = self.parameters.iter().map(|parameter| {
            let mut value = serde_json::to_value(parameter)?;
            if let Some(fields) = value.as_object_mut() {
                fields.remove("version");
            }
            Ok(value)
        });
        let services = self.services.iter().map(|service| Ok(service.object()));
        let firewalls = self.firewalls.iter().flat_map(FirewallView::objects).map(Ok);
        let stages = self.stages.iter().flat_map(StageView::objects).map(Ok);
        let apis = self.apis.iter().flat_map(ApiView::objects).map(Ok);
        let objects = records
            .chain(parameters)
            .chain(services)
            .chain(firewalls)
            .chain(stages)
            .chain(apis)
            .chain(self.distributions.iter().map(|one| Ok(one.object())))
            .chain(self.reval.iter().flat_map(RevalView::objects).map(Ok))
            .chain(self.canaries.iter().map(serde_json::to_value));
        objects
            .filter_map(Result::ok)
            .map(|object| object.to_string())
            .collect()
    }
}

impl State {
    pub(crate) fn snapshot(&self) -> Snapshot {
        let now = self.clock.now_ms();
        let time = |ms| Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
        let (cloudfront, reval) = self.edges_at(now);
        let last = self.route53.versions.len().saturating_sub(1);
        Snapshot {
            epoch: self.epoch.clone(),
            world_time: time(now),
            scale: self.clock.scale,
            zone_id: seed::ZONE_ID.to_owned(),
            zone_name: seed::ZONE_NAME.to_owned(),
            records: self.route53.records().to_vec(),
            changes: self
                .route53
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
                    build: match site {
                        Site::Reval => reval.build().to_owned(),
                        Site::Old | Site::New | Site::Gateway => site.build().to_owned(),
                    },
                    faults: self
                        .faults
                        .iter()
                        .filter(|f| f.site() == Some(*site))
                        .map(|f| f.name().to_owned())
                        .collect(),
                })
                .collect(),
            serving: seed::NAME_SERVERS
                .iter()
                .enumerate()
                .map(|(i, name)| {
                    let at = self.route53.served(i, seed::NAME_SERVERS.len(), now);
                    Serving {
                        name: (*name).to_owned(),
                        current: at == last,
                        apps: self.route53.versions[at]
                            .records
                            .iter()
                            .filter(|r| r.name == seed::APPS_NAME)
                            .cloned()
                            .collect(),
                    }
                })
                .collect(),
            parameters: self.ssm.views(),
            services: self.ecs_at(now).views(),
            firewalls: self.waf.views(),
            stages: self.apigateway.views(),
            apis: self.apigateway.api_views(&self.cognito, now),
            distributions: cloudfront.views(&self.faults),
            reval: Some(reval.view(now)),
            canaries: self.cognito.canaries(),
        }
    }
}
