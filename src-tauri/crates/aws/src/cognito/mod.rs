//! Cognito: is a pool as the runbook expects, who is in it, and does who is made for probes get in. Terraform owns pools
//! and clients; nothing here writes one, because a partial write resets what it leaves out (API reference,
//! UpdateUserPool), so a failing check says the Terraform that mends it. The one thing that is ever changed is the canary
//! of a pool, and of that only the user that a step of ours made.

mod answer_text;
mod ask;
mod canary;
mod client;
mod comparison;
mod domain;
mod hcl;
mod look;
mod mail;
mod mfa;
mod pool;
mod present;
mod sign_in;
mod triggers;
mod users;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use switchback_model::cognito::{CognitoCheck, pool_region};
use switchback_model::{CheckReading, CheckSpec};

use crate::connect::Aws;
use crate::error::safe;
use crate::op::{On, Op};
use crate::resource::{Granted, Resource, Stands, part};
use crate::service::Service;

pub(crate) use ask::Asked;
pub use canary::{Canaries, CanaryChange, Held, Known, NoCanary};
pub use look::look;
pub use pool::at as pool;
pub use sign_in::{Credentials, NotSignedIn};
pub use users::{Broken, Page, UserPage, Walk};

const POOL: Op = Op::reads(Service::Cognito, "DescribeUserPool", On::Object);
const MFA: Op = Op::reads(Service::Cognito, "GetUserPoolMfaConfig", On::Object);
const CLIENT: Op = Op::reads(Service::Cognito, "DescribeUserPoolClient", On::Object);
const DOMAIN: Op = Op::reads(Service::Cognito, "DescribeUserPoolDomain", On::Everything);

/// What is asked of a pool before its canary is signed in.
pub const CANARY_OPS: &[Op] = &[users::GET];

/// What looking people up needs of each pool. Driving a run needs none of it.
pub const LOOK_UP_OPS: &[Op] = &[users::LIST, users::GET, POOL];

const COGNITO: &str = "cognito-idp";

/// Something of a pool: the command that reads it, and its page under the pool's.
fn of_pool(id: String, title: String, pool_id: &str, command: Vec<String>, page: &str) -> Resource {
    Resource {
        id,
        title,
        granted: Granted {
            service: COGNITO,
            stands: Stands::InAccount,
            rest: format!("userpool/{pool_id}"),
            name: None,
        },
        command,
        global: false,
        page: format!(
            "cognito/v2/idp/user-pools/{}/{page}overview?region={{region}}",
            part(pool_id)
        ),
    }
}

impl Aws {
    /// `cognito.*`: the pool, its client or its domain is as the runbook expects. One description
    /// serves all checks that are made at the same moment; none outlives its moment.
    pub async fn check_cognito(
        &self,
        spec: &CheckSpec,
        check: &CognitoCheck,
        now: Timestamp,
    ) -> CheckReading {
        look(check).reading(self, spec, now).await
    }

    /// What is wrong with a pool id before anything is asked; none where nothing is.
    pub(crate) fn elsewhere(&self, pool_id: &str) -> Option<String> {
        match pool_region(pool_id) {
            None => Some(format!("{} is no id of a user pool", safe(pool_id))),
            Some(region) if region != self.region => Some(format!(
                "the pool {pool_id} is in the region {region}, this target is in {}",
                self.region
            )),
            Some(_) => None,
        }
    }
}
