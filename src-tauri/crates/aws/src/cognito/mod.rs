//! Cognito, read-only: is a pool as the runbook expects, and who is in it. Terraform owns pools and
//! clients; nothing here writes one, because a partial write resets what it leaves out (API reference,
//! UpdateUserPool), so a failing check says the Terraform that mends it.

mod ask;
mod client;
mod domain;
mod found;
mod hcl;
mod heard;
mod mail;
mod mfa;
mod pool;
mod told;
mod triggers;
mod users;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::cognito::{CognitoCheck, PoolExpectation, pool_region};
use switchback_model::{CheckReading, CheckSpec};

use crate::connect::Aws;
use crate::error::{safe, safe_up_to};
use crate::op::{On, Op};
use crate::reading::Reading;
use found::{Found, listed};

pub(crate) use ask::Asked;
pub use users::Page;

const POOL: Op = Op::reads("cognito-idp", "DescribeUserPool", On::Pool);
const MFA: Op = Op::reads("cognito-idp", "GetUserPoolMfaConfig", On::Pool);
const CLIENT: Op = Op::reads("cognito-idp", "DescribeUserPoolClient", On::Pool);
const DOMAIN: Op = Op::reads("cognito-idp", "DescribeUserPoolDomain", On::Everything);

/// What looking people up needs of each pool. Driving a run needs none of it.
pub const LOOK_UP_OPS: &[Op] = &[users::LIST, users::GET, POOL];

/// Characters of what was found; lists of URLs are long.
const LONGEST: usize = 2_000;

/// Which operation tells whether an expectation holds: its permission is all that the check needs.
#[must_use]
pub fn ops(expected: &PoolExpectation) -> &'static [Op] {
    match expected {
        PoolExpectation::Mfa { .. } => &[MFA],
        PoolExpectation::Client(_) => &[CLIENT],
        PoolExpectation::Domain { .. } => &[DOMAIN],
        PoolExpectation::PasswordPolicy { .. }
        | PoolExpectation::Triggers { .. }
        | PoolExpectation::SignInNames { .. }
        | PoolExpectation::DeletionProtection
        | PoolExpectation::AdminCreateOnly
        | PoolExpectation::Recovery
        | PoolExpectation::Email { .. } => &[POOL],
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
        let (pool_id, expected) = (&check.pool_id, &check.expected);
        let source: Vec<String> = ops(expected).iter().map(Op::action).collect();
        let source = source.join(", ");
        let reading = |expected: String| Reading {
            spec,
            source: &source,
            expected,
            now,
        };
        if let Some(elsewhere) = self.elsewhere(pool_id) {
            return reading(format!("a pool in {}", self.region)).fail(elsewhere, WRONG_POOL);
        }
        match self.found(pool_id, expected).await {
            Ok(Found {
                observed,
                expected,
                mend: None,
                untold,
            }) => {
                let observed = safe_up_to(&observed, LONGEST);
                if untold.is_empty() {
                    return reading(expected).pass(observed);
                }
                // The runbook's words are about what is wrong; nothing is known to be.
                let mend = format!(
                    "The answer of AWS leaves out {}, so it is not known whether this is right. Check again; if it \
                     stays so, look at it in the AWS console. Change nothing because of this.",
                    listed(&untold)
                );
                let mut reading = reading(expected).unclear(observed, &mend);
                reading.mend = Some(mend);
                reading
            }
            Ok(Found {
                observed,
                expected,
                mend: Some(mend),
                ..
            }) => {
                let mut reading = reading(expected).fail(safe_up_to(&observed, LONGEST), &mend);
                // The runbook's words say why; only the adapter knows what to write.
                if let Some(words) = &spec.mend {
                    reading.mend = Some(format!("{words}\n{mend}"));
                }
                reading
            }
            Err(error) if error.kind == ProviderErrorKind::NotFound => {
                let (observed, mend) = self.absent(pool_id, expected, &error);
                let mut reading = reading(format!("pool {pool_id}")).fail(observed, mend);
                // How to mend a pool that is not as expected does not mend one that is not there.
                reading.mend = Some(mend.to_owned());
                reading
            }
            Err(error) => reading(format!("an answer about pool {pool_id}")).error(&error),
        }
    }

    async fn found(&self, pool_id: &str, expected: &PoolExpectation) -> Result<Found, ProviderError> {
        Ok(match expected {
            PoolExpectation::Mfa { mfa } => {
                let (config, told) = &*self.mfa(pool_id).await?;
                mfa::judge(pool_id, config, told, *mfa)
            }
            PoolExpectation::Client(wanted) => {
                let client = self.client(pool_id, &wanted.client_id).await?;
                client::judge(pool_id, &client, wanted)
            }
            PoolExpectation::Domain { domain } => {
                domain::judge(pool_id, &*self.domain(domain).await?, domain)
            }
            PoolExpectation::PasswordPolicy {
                minimum_length,
                temporary_days,
            } => {
                let (pool, told) = &*self.pool(pool_id).await?;
                pool::password_policy(pool, told, *minimum_length, *temporary_days)
            }
            PoolExpectation::Triggers {
                user_migration,
                pre_token,
                pre_token_version,
            } => {
                let (pool, told) = &*self.pool(pool_id).await?;
                let (migrate, pre_token) = (user_migration.as_deref(), pre_token.as_deref());
                triggers::judge(pool, told, migrate, pre_token, *pre_token_version)
            }
            PoolExpectation::SignInNames {
                username_attributes,
                case_sensitive,
            } => {
                let (pool, told) = &*self.pool(pool_id).await?;
                pool::sign_in_names(pool, told, username_attributes, *case_sensitive)
            }
            PoolExpectation::DeletionProtection => pool::deletion_protection(&self.pool(pool_id).await?.0),
            PoolExpectation::AdminCreateOnly => {
                let (pool, told) = &*self.pool(pool_id).await?;
                pool::admin_create_only(pool, told)
            }
            PoolExpectation::Recovery => {
                let (pool, told) = &*self.pool(pool_id).await?;
                pool::recovery(pool, told)
            }
            PoolExpectation::Email { from } => mail::judge(&self.pool(pool_id).await?.0, from),
        })
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

    fn absent(
        &self,
        pool_id: &str,
        expected: &PoolExpectation,
        error: &ProviderError,
    ) -> (String, &'static str) {
        match expected {
            // Cognito has one code for both; only where the pool is absent do its words name the pool.
            PoolExpectation::Client(wanted) if !error.message.contains(pool_id) => (
                format!(
                    "there is no client {} in the pool {pool_id}",
                    safe(&wanted.client_id)
                ),
                "Correct the client id in the target: it belongs to another pool, or was replaced.",
            ),
            _ => (
                format!("there is no pool {pool_id} in {}", self.region),
                WRONG_POOL,
            ),
        }
    }
}

const WRONG_POOL: &str = "Correct the pool id or the region in the target.";
