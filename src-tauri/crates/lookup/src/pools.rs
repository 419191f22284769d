//! Pools, how they are reached, and AWS behind them.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use switchback_aws::cognito::{Broken, UserPage, Walk};
use switchback_aws::{Aws, AwsOptions, ListPace};
use switchback_directory::{NotAQuery, Query, Stage};
use switchback_engine::ports::{Clock, ProviderError, ProviderErrorKind};
use switchback_model::directory::{Account, Filter, Personal, Pool, PoolId, PoolRules};
use switchback_model::{RunId, TargetKind};

use super::{Found, UserPools};
use crate::wire::ApiError;

/// How long the question whose account it is may hold up an answer.
const WHOSE: Duration = Duration::from_secs(5);

/// Pools, and how they are reached.
#[derive(Clone)]
pub struct PoolScope {
    /// The pools, new ones first.
    pub pools: Vec<Pool>,
    /// The target's kind; none where only pools were named.
    pub kind: Option<TargetKind>,
    /// The target's name.
    pub target: Option<String>,
    /// The run whose target it is.
    pub run: Option<RunId>,
    /// How far that run has come with what people notice; none where its plan does not say when.
    pub stage: Option<Stage>,
    /// The clock by which an invitation is open or expired.
    pub clock: Arc<dyn Clock>,
    /// The account that the sign-in must be for; none where only pools were named.
    pub account: Option<String>,
    /// The profile that signs in; none = the environment's.
    pub profile: Option<String>,
    /// A custom endpoint, or what else leads elsewhere, as a run is marked with it.
    pub endpoint: Option<String>,
    /// The closed world's access key, for nothing else.
    pub credentials: Option<(String, String)>,
}

impl PoolScope {
    /// Pools alone, reached by the environment's sign-in.
    #[must_use]
    pub fn of(pools: Vec<Pool>, clock: Arc<dyn Clock>) -> Self {
        Self {
            pools,
            kind: None,
            target: None,
            run: None,
            stage: None,
            clock,
            account: None,
            profile: None,
            endpoint: None,
            credentials: None,
        }
    }
}

/// What was typed as a query.
///
/// # Errors
/// Says what is wrong with it, without repeating it.
pub fn query(typed: &str) -> Result<Query, ApiError> {
    Query::parse(typed).map_err(not_a_query)
}

/// The id of one account.
///
/// # Errors
/// As [`query`].
pub fn one_account(typed: &str) -> Result<Query, ApiError> {
    Query::one_account(typed).map_err(not_a_query)
}

fn not_a_query(error: NotAQuery) -> ApiError {
    let text = error.to_string();
    let (message, hint) = text.split_once(". ").unwrap_or((&text, ""));
    let message = message.trim_end_matches('.');
    ApiError::new("usage", format!("{message}."), hint, "the query")
}

/// The pools of AWS, with one connection for each region.
pub struct AwsPools {
    regions: BTreeMap<String, Aws>,
}

impl AwsPools {
    /// Connects to the region of each pool.
    ///
    /// # Errors
    /// Where the sign-in or the endpoint can't be used.
    pub fn connect(place: &PoolScope) -> Result<Self, ApiError> {
        let mut regions = BTreeMap::new();
        for pool in &place.pools {
            let region = pool.id.region().to_owned();
            if regions.contains_key(&region) {
                continue;
            }
            let aws = Aws::connect(&AwsOptions {
                endpoint: place
                    .endpoint
                    .as_deref()
                    .and_then(switchback_aws::endpoint_of_mark)
                    .map(str::to_owned),
                only_aws: place.kind == Some(TargetKind::Production),
                profile: place.profile.clone(),
                region: region.clone(),
                rehearsal_credentials: place.credentials.clone(),
                clock: Some(place.clock.clone()),
            })?;
            regions.insert(region, aws);
        }
        Ok(Self { regions })
    }

    /// Asks for pages of whole pools so often a second, over all of them together, instead of in our usual share.
    #[must_use]
    pub fn with_rate(self, rate: NonZeroU32) -> Self {
        // One bucket for all regions, though each has a quota of its own: no more is asked for than a person said.
        let chosen = ListPace::new(rate);
        let regions = self.regions.into_iter();
        Self {
            regions: regions
                .map(|(region, aws)| (region, aws.with_list_pace(chosen.clone())))
                .collect(),
        }
    }

    /// Refuses a sign-in for another account than the target's, before anybody is named to it. The role is
    /// not compared: who looks people up needs less than who moves them. What could not be proven is told.
    ///
    /// # Errors
    /// Where the sign-in is for another account.
    pub async fn refuse_another_account(&self, place: &PoolScope) -> Result<Option<String>, ApiError> {
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
            sent: false,
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

    async fn about(&self, pool: &PoolId) -> Result<(PoolRules, Option<usize>), ProviderError> {
        self.of(pool)?.pool_about(pool).await
    }

    fn rate(&self) -> Option<u32> {
        self.regions.values().next().and_then(Aws::list_rate)
    }

    async fn everybody(
        &self,
        pool: &PoolId,
        walk: &mut Walk,
        page: &mut (dyn FnMut(UserPage, usize) + Send),
    ) -> Result<(), Broken> {
        self.of(pool)?.every_user(pool, walk, page).await
    }

    async fn detail(&self, pool: &PoolId, username: &Personal) -> Result<Option<Account>, ProviderError> {
        self.of(pool)?.admin_get_user(pool, username).await
    }
}
