//! The pools as AWS has them, one connection for each region.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use switchback_aws::{Aws, AwsOptions};
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::TargetKind;
use switchback_model::directory::{Account, Filter, Personal, PoolId, PoolRules};

use super::{Everybody, Found, Place, UserPools};
use crate::wire::ApiError;

/// How long the question whose account it is may hold up an answer.
const WHOSE: Duration = Duration::from_secs(5);

/// The pools of AWS, with one connection for each region.
pub(super) struct AwsPools {
    regions: BTreeMap<String, Aws>,
}

impl AwsPools {
    pub(super) fn connect(place: &Place) -> Result<Self, ApiError> {
        let mut regions = BTreeMap::new();
        for pool in &place.pools {
            let region = pool.id.region().to_owned();
            if regions.contains_key(&region) {
                continue;
            }
            let aws = Aws::connect(&AwsOptions {
                endpoint: place.endpoint.clone(),
                profile: place.profile.clone(),
                region: region.clone(),
                rehearsal_credentials: place.credentials.clone(),
                clock: Some(place.clock.clone()),
            })?;
            regions.insert(region, aws);
        }
        Ok(Self { regions })
    }

    /// Refuses a sign-in for another account than the target's, before anybody is named to it. The role is
    /// not compared: who looks people up needs less than who moves them. What could not be proven is told.
    pub(super) async fn refuse_another_account(&self, place: &Place) -> Result<Option<String>, ApiError> {
        // The closed world's account is nobody's, and pools that are named alone have none.
        let (Some(wanted), Some(aws)) = (&place.account, self.regions.values().next()) else {
            return Ok(None);
        };
        if place.kind == Some(TargetKind::Rehearsal) {
            return Ok(None);
        }
        match tokio::time::timeout(WHOSE, aws.identity()).await {
            Ok(Ok(found)) if found.account == *wanted => Ok(None),
            Ok(Ok(found)) => Err(ApiError::new(
                "guard",
                format!(
                    "This sign-in is for account {}, but target {} is account {}. Nobody was looked up.",
                    switchback_aws::masked(&found.account),
                    place.target.as_deref().unwrap_or_default(),
                    switchback_aws::masked(wanted),
                ),
                "Choose the profile that the target names, and look for AWS_ environment variables that \
                 override it.",
                "the look-up",
            )),
            // The pools say themselves why they do not answer.
            Ok(Err(_)) | Err(_) => Ok(Some(
                "Whether the sign-in is for the target's account is not known: AWS did not say whose it is."
                    .to_owned(),
            )),
        }
    }

    fn of(&self, pool: &PoolId) -> Result<&Aws, ProviderError> {
        self.regions.get(pool.region()).ok_or_else(|| ProviderError {
            kind: ProviderErrorKind::Guard,
            operation: "ListUsers".to_owned(),
            message: "The pool is in another region".to_owned(),
            hint: None,
            request_id: None,
        })
    }
}

#[async_trait]
impl UserPools for AwsPools {
    async fn list(&self, pool: &PoolId, filter: &Filter, limit: usize) -> Result<Found, ProviderError> {
        let page = self.of(pool)?.list_users(pool, filter, limit).await?;
        Ok(Found {
            accounts: page.users,
            more: page.more,
            stopped: page.stopped,
        })
    }

    async fn rules(&self, pool: &PoolId) -> Result<PoolRules, ProviderError> {
        self.of(pool)?.pool_rules(pool).await
    }

    async fn everybody(&self, pool: &PoolId, page: &(dyn Fn(usize) + Sync)) -> Everybody {
        match self.of(pool) {
            Ok(aws) => {
                let read = aws.every_user(pool, page).await;
                Everybody {
                    accounts: read.users,
                    ended: read.ended,
                }
            }
            Err(error) => Everybody {
                accounts: Vec::new(),
                ended: Some(error),
            },
        }
    }

    async fn detail(&self, pool: &PoolId, username: &Personal) -> Result<Option<Account>, ProviderError> {
        self.of(pool)?.admin_get_user(pool, username).await
    }
}
