//! What all checks of a pool have in common: the pool must be there and in this region, and what an answer
//! leaves out is not known.

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::types::UserPoolType;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::cognito::{CognitoCheck, PoolExpectation};

use super::client::Client;
use super::comparison::{self, listed};
use super::domain::Domain;
use super::mfa::Mfa;
use super::present::PresentFields;
use super::{POOL, mail, pool, triggers};
use crate::connect::Aws;
use crate::error::{safe, settings_up_to};
use crate::look::{AnyLook, Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;

/// Characters of what was found; lists of URLs are long.
const LONGEST: usize = 2_000;
pub(super) const WRONG_POOL: &str = "Correct the pool id or the region in the target.";

/// What one kind of check expects of a pool, its client or its domain.
#[async_trait]
pub(super) trait OfPool: Send + Sync {
    type Answer: Send + Sync;
    const OPS: &'static [Op];

    /// What of the pool it looks at.
    fn resource(&self, pool_id: &str) -> Resource {
        pool::at(pool_id)
    }
    async fn ask(&self, aws: &Aws, pool_id: &str) -> Result<Self::Answer, ProviderError>;
    fn judge(&self, pool_id: &str, answer: &Self::Answer) -> comparison::Comparison;
    /// What it means that Cognito does not know what was asked for, and what mends it; none = there is no
    /// such pool.
    fn absent(&self, _pool_id: &str, _error: &ProviderError) -> Option<(String, &'static str)> {
        None
    }
}

/// What the description of the pool tells.
struct Described<F>(F);

#[async_trait]
impl<F> OfPool for Described<F>
where
    F: Fn(&UserPoolType, &PresentFields) -> comparison::Comparison + Send + Sync,
{
    type Answer = std::sync::Arc<(UserPoolType, PresentFields)>;
    const OPS: &'static [Op] = &[POOL];

    async fn ask(&self, aws: &Aws, pool_id: &str) -> Result<Self::Answer, ProviderError> {
        aws.pool(pool_id).await
    }

    fn judge(&self, _: &str, answer: &Self::Answer) -> comparison::Comparison {
        let (pool, told) = &**answer;
        (self.0)(pool, told)
    }
}

/// A check of a pool.
struct PoolLook<'a, E> {
    pool_id: &'a str,
    expects: E,
}

/// The check, with its kind's own question. A kind that has no place here does not compile.
pub fn look(check: &CognitoCheck) -> Box<dyn AnyLook + '_> {
    let pool_id = check.pool_id.as_str();
    fn of<'a, E: OfPool + 'a>(pool_id: &'a str, expects: E) -> Box<dyn AnyLook + 'a> {
        Box::new(PoolLook { pool_id, expects })
    }
    fn described<'a, F>(pool_id: &'a str, judge: F) -> Box<dyn AnyLook + 'a>
    where
        F: Fn(&UserPoolType, &PresentFields) -> comparison::Comparison + Send + Sync + 'a,
    {
        of(pool_id, Described(judge))
    }
    match &check.expected {
        PoolExpectation::Mfa { mfa } => of(pool_id, Mfa(*mfa)),
        PoolExpectation::Client(wanted) => of(pool_id, Client(wanted)),
        PoolExpectation::Domain { domain } => of(pool_id, Domain(domain)),
        PoolExpectation::PasswordPolicy {
            minimum_length,
            temporary_days,
        } => described(pool_id, |pool, told| {
            pool::password_policy(pool, told, *minimum_length, *temporary_days)
        }),
        PoolExpectation::Triggers {
            user_migration,
            pre_token,
            pre_token_version,
        } => described(pool_id, |pool, told| {
            let (migrate, pre_token) = (user_migration.as_deref(), pre_token.as_deref());
            triggers::judge(pool, told, migrate, pre_token, *pre_token_version)
        }),
        PoolExpectation::SignInNames {
            username_attributes,
            case_sensitive,
        } => described(pool_id, |pool, told| {
            pool::sign_in_names(pool, told, username_attributes, *case_sensitive)
        }),
        PoolExpectation::DeletionProtection => described(pool_id, |pool, _| pool::deletion_protection(pool)),
        PoolExpectation::AdminCreateOnly => described(pool_id, pool::admin_create_only),
        PoolExpectation::Recovery => described(pool_id, pool::recovery),
        PoolExpectation::Email { from } => described(pool_id, |pool, _| mail::judge(pool, from)),
    }
}

#[async_trait]
impl<E: OfPool> Look for PoolLook<'_, E> {
    /// Or what is wrong before anything is asked.
    type Answer = Result<E::Answer, Found>;
    const OPS: &'static [Op] = E::OPS;

    fn resource(&self) -> Option<Resource> {
        Some(self.expects.resource(self.pool_id))
    }

    fn expected(&self) -> String {
        format!("an answer about pool {}", self.pool_id)
    }

    async fn ask(&self, aws: &Aws) -> Result<Self::Answer, ProviderError> {
        if let Some(elsewhere) = aws.elsewhere(self.pool_id) {
            let expected = format!("a pool in {}", aws.region);
            let mend = Mend::Unsaid(WRONG_POOL.to_owned());
            return Ok(Err(Found::wrong(expected, elsewhere, mend)));
        }
        Ok(Ok(self.expects.ask(aws, self.pool_id).await?))
    }

    fn judge(&self, answer: &Self::Answer) -> Found {
        let answer = match answer {
            Ok(answer) => answer,
            Err(elsewhere) => return elsewhere.clone(),
        };
        let comparison::Comparison {
            observed,
            expected,
            mend,
            untold,
        } = self.expects.judge(self.pool_id, answer);
        let observed = settings_up_to(&observed, LONGEST);
        match mend {
            Some(mend) => Found::wrong(expected, observed, Mend::Besides(mend)),
            None if untold.is_empty() => Found::right(expected, observed),
            // The runbook's words are about what is wrong; nothing is known to be.
            None => {
                let mend = format!(
                    "The answer of AWS leaves out {}, so it is not known whether this is right. Check again; if it \
                     stays so, look at it in the AWS console. Change nothing because of this.",
                    listed(&untold)
                );
                Found::untold(expected, observed, Mend::Anyway(mend))
            }
        }
    }

    fn failed(&self, aws: &Aws, error: &ProviderError) -> Found {
        if error.kind != ProviderErrorKind::NotFound {
            return Found::untold_because(self.expected(), error);
        }
        let none = || {
            let observed = format!("there is no pool {} in {}", safe(self.pool_id), aws.region);
            (observed, WRONG_POOL)
        };
        let (observed, mend) = self.expects.absent(self.pool_id, error).unwrap_or_else(none);
        // How to mend a pool that is not as expected does not mend one that is not there.
        let mend = Mend::Anyway(mend.to_owned());
        Found::wrong(format!("pool {}", self.pool_id), observed, mend)
    }
}
