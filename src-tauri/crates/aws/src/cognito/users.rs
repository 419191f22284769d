//! Who is in a pool: the two reads of the look-up. What they send and receive names people, so nothing
//! of it reaches an error, a log or a span: AWS's own words are left out, because a refusal repeats
//! what was asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_sdk_cognitoidentityprovider::config::Builder;
use aws_sdk_cognitoidentityprovider::error::SdkError;
use aws_sdk_cognitoidentityprovider::operation::list_users::ListUsersError;
use aws_sdk_cognitoidentityprovider::types::{UserPoolType, UsernameConfigurationType};
use aws_smithy_types::retry::RetryConfig;
use backon::{ExponentialBuilder, Retryable as _};
use jiff::{SignedDuration, Timestamp};
use switchback_engine::ports::{ProviderError, ProviderErrorKind as Kind};
use switchback_model::directory::{Account, Filter, INVITATION_LIVES, Personal, PoolId, PoolRules};

use self::account::{About, account, nameless};
use self::enabled::Enabled;
use self::pages::{Pages, ROUND};
use super::answer_text::AnswerText;
use super::look::WRONG_POOL;
use super::present::PresentFields;
use crate::connect::{Aws, incomplete};
use crate::error::guard;
use crate::observe::CallFacts;
use crate::op::{On, Op};
use crate::service::Service;

mod account;
mod enabled;
mod pages;
#[cfg(test)]
mod tests;
mod walk;

pub use walk::{Broken, UserPage, Walk};

pub(super) const LIST: Op = Op::reads(Service::Cognito, "ListUsers", On::Object);

/// Makes AWS count the user as active in this month's bill; it changes nothing else.
pub(super) const GET: Op = Op::reads(Service::Cognito, "AdminGetUser", On::Object);

/// The longest page that ListUsers gives (API reference, ListUsers, `Limit`).
const PAGE: i32 = 60;

/// After so many pages a search says that there is more, rather than use up the account's quota.
const MOST_PAGES: usize = 100;

/// Who was found in one pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The accounts, at most as many as were asked for.
    pub users: Vec<Account>,
    /// Whether the pool holds more that match, or may: only where this is `false` does nobody else match.
    pub more: bool,
    /// Whether the search was given up after 100 pages, before its end.
    pub stopped: bool,
}

impl Aws {
    /// Everybody whom a filter means, up to `limit` accounts. An empty page with a token is no end
    /// (API reference, ListUsers, `PaginationToken`): pages are read until there is no token, or until
    /// more than `limit` accounts, or 100 pages, are known. ListUsers is eventually consistent: who was
    /// changed a moment ago may still be shown as before.
    ///
    /// # Errors
    /// `Guard` before anything is sent where the pool is in another region; `Throttled` where AWS still says so after several tries; otherwise as the call
    /// fails. No error holds what was searched for.
    pub async fn list_users(
        &self,
        pool: &PoolId,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, ProviderError> {
        self.is_here(LIST.operation, pool)?;
        let text = filter.text();
        let mut users = Vec::new();
        let mut token: Option<String> = None;
        let mut pages = Pages::default();
        for _ in 0..MOST_PAGES {
            let (found, next) = self
                .users_page(pool, Some(&text), token.clone())
                .await
                .map_err(|broken| broken.error)?;
            pages.take(&found, next.as_deref());
            users.extend(found);
            if users.len() > limit {
                users.truncate(limit);
                return Ok(Page {
                    users,
                    more: true,
                    stopped: false,
                });
            }
            if next.is_none() {
                return Ok(Page {
                    users,
                    more: false,
                    stopped: false,
                });
            }
            // Nothing is gained by going round for ever.
            if pages.go_round() {
                return Err(incomplete(LIST.operation, ROUND));
            }
            if pages.are_stale() {
                break;
            }
            token = next;
        }
        Ok(Page {
            users,
            more: true,
            stopped: true,
        })
    }

    async fn users_page(
        &self,
        pool: &PoolId,
        filter: Option<&str>,
        token: Option<String>,
    ) -> Result<(Vec<Account>, Option<String>), Broken> {
        let said = AnswerText::<Enabled>::default();
        let refused = AtomicBool::new(false);
        let ask = || async {
            self.pace_lists().await;
            let seen = CallFacts::default();
            let call = self
                .cognito
                .list_users()
                .user_pool_id(pool.as_str())
                .set_filter(filter.map(ToOwned::to_owned))
                .limit(PAGE)
                .set_pagination_token(token.clone())
                .customize()
                .config_override(one_try())
                .interceptor(seen.clone())
                .interceptor(said.clone());
            let call = async {
                let answer = call.send().await;
                // A page of nobody's choosing has nothing else in it that AWS could find fault with.
                let invalid = |error: &ListUsersError| error.is_invalid_parameter_exception();
                let of_token = token.is_some() && filter.is_none();
                let error = answer.as_ref().err().and_then(SdkError::as_service_error);
                refused.store(of_token && error.is_some_and(invalid), Ordering::Relaxed);
                answer
            };
            self.run(LIST, &seen, call).await
        };
        let output = patiently(ask).await.map_err(|error| Broken {
            error: nameless(error, pool),
            token: refused.load(Ordering::Relaxed),
            endless: false,
        })?;
        let mut said = said.last().of_many().into_iter();
        let users = output
            .users
            // Nobody who matches is an empty list; no list at all is an answer that is not understood.
            .ok_or_else(|| incomplete(LIST.operation, "list of users"))?
            .into_iter()
            .map(|user| {
                let about = About {
                    status: user.user_status,
                    enabled: said.next().flatten(),
                    created: user.user_create_date,
                    modified: user.user_last_modified_date,
                    mfa: None,
                };
                let name = user
                    .username
                    .ok_or_else(|| incomplete(LIST.operation, "user name"))?;
                Ok(account(pool, name, user.attributes.unwrap_or_default(), about))
            })
            .collect::<Result<_, ProviderError>>()?;
        Ok((users, output.pagination_token.filter(|token| !token.is_empty())))
    }

    /// One account as it is now, with its second factors; nothing where the pool has no such user. It
    /// makes the user count as active this month for Cognito's bill, so it is for a person who asked
    /// for this very account, never for a search.
    ///
    /// # Errors
    /// As [`Self::list_users`].
    pub async fn admin_get_user(
        &self,
        pool: &PoolId,
        username: &Personal,
    ) -> Result<Option<Account>, ProviderError> {
        Ok(self.admin_get_user_at(pool, username).await?.0)
    }

    /// Whether a pool has somebody of this name. It makes AWS count them as active this month, as
    /// [`Self::admin_get_user`] does.
    ///
    /// # Errors
    /// As [`Self::list_users`].
    pub async fn has_user(&self, pool: &PoolId, username: &Personal) -> Result<bool, ProviderError> {
        Ok(self.admin_get_user(pool, username).await?.is_some())
    }

    /// As [`Self::admin_get_user`], with the time of AWS's answer.
    ///
    /// # Errors
    /// As [`Self::admin_get_user`].
    pub(super) async fn admin_get_user_at(
        &self,
        pool: &PoolId,
        username: &Personal,
    ) -> Result<(Option<Account>, Timestamp), ProviderError> {
        self.is_here(GET.operation, pool)?;
        let said = AnswerText::<Enabled>::default();
        let seen = CallFacts::default();
        let ask = || async {
            self.pace(Service::Cognito).await;
            let request = self
                .cognito
                .admin_get_user()
                .user_pool_id(pool.as_str())
                .username(username.revealed())
                .customize()
                .config_override(one_try())
                .interceptor(seen.clone())
                .interceptor(said.clone());
            let call = async {
                match request.send().await {
                    Err(error)
                        if error
                            .as_service_error()
                            .is_some_and(|e| e.is_user_not_found_exception()) =>
                    {
                        Ok(None)
                    }
                    answer => answer.map(Some),
                }
            };
            self.run(GET, &seen, call).await
        };
        let output = patiently(ask).await.map_err(|error| nameless(error, pool))?;
        let at = self.date_or_clock(&seen);
        let account = output.map(|user| {
            let about = About {
                status: user.user_status,
                enabled: said.last().of_one(),
                created: user.user_create_date,
                modified: user.user_last_modified_date,
                mfa: Some(user.user_mfa_setting_list.unwrap_or_default()),
            };
            account(
                pool,
                user.username,
                user.user_attributes.unwrap_or_default(),
                about,
            )
        });
        Ok((account, at))
    }

    /// What a pool's description says that changes what its accounts mean. What it leaves out has the
    /// default of the API reference: letter case counts (UsernameConfigurationType), and an invitation
    /// lives 7 days (PasswordPolicyType, or AdminCreateUserConfigType where a pool has only the older setting).
    ///
    /// # Errors
    /// As DescribeUserPool fails, for which many a role that may search has no permission.
    pub async fn pool_rules(&self, pool: &PoolId) -> Result<PoolRules, ProviderError> {
        Ok(self.pool_about(pool).await?.0)
    }

    /// As [`Self::pool_rules`], with how many people the pool says that it has (`EstimatedNumberOfUsers`): AWS brings
    /// the number up to date now and then, so it is about right at best. None where it does not say.
    ///
    /// # Errors
    /// As [`Self::pool_rules`].
    pub async fn pool_about(&self, pool: &PoolId) -> Result<(PoolRules, Option<usize>), ProviderError> {
        self.is_here(super::POOL.operation, pool)?;
        let (described, told) = &*self.pool(pool.as_str()).await?;
        let says_people = told.has("/UserPool/EstimatedNumberOfUsers");
        let people = usize::try_from(described.estimated_number_of_users()).ok();
        let says_case = told.has("/UserPool/UsernameConfiguration/CaseSensitive");
        let rules = PoolRules {
            letter_case_counts: described
                .username_configuration()
                .filter(|_| says_case)
                .is_none_or(UsernameConfigurationType::case_sensitive),
            invitation_lives: invitation_lives(described, told),
        };
        Ok((rules, people.filter(|_| says_people)))
    }

    /// Refuses a pool that this connection can't reach, before anything is sent.
    fn is_here(&self, operation: &str, pool: &PoolId) -> Result<(), ProviderError> {
        match self.elsewhere(pool.as_str()) {
            Some(elsewhere) => Err(guard(operation, &elsewhere, WRONG_POOL)),
            None => Ok(()),
        }
    }
}

/// Nothing where the pool says a number that is no lifetime.
fn invitation_lives(pool: &UserPoolType, told: &PresentFields) -> Option<SignedDuration> {
    let policy = pool.policies().and_then(|policies| policies.password_policy());
    let of_policy = policy.map(|policy| policy.temporary_password_validity_days());
    let config = pool.admin_create_user_config();
    let of_config = config.map(|config| config.unused_account_validity_days());
    let policy_says = told.has("/UserPool/Policies/PasswordPolicy/TemporaryPasswordValidityDays");
    let config_says = told.has("/UserPool/AdminCreateUserConfig/UnusedAccountValidityDays");
    match of_policy
        .filter(|_| policy_says)
        .or(of_config.filter(|_| config_says))
    {
        None => Some(INVITATION_LIVES),
        Some(days) => (days > 0).then(|| SignedDuration::from_hours(24 * i64::from(days))),
    }
}

/// Our tries are paced; the SDK's own would not be.
fn one_try() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

/// Asks again, later and later, while AWS says that there are too many requests or fails by itself;
/// five tries in all, which is about three seconds.
async fn patiently<T, F>(ask: impl FnMut() -> F) -> Result<T, ProviderError>
where
    F: Future<Output = Result<T, ProviderError>>,
{
    let later = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_times(4)
        .with_jitter();
    ask.retry(later)
        .when(|error| matches!(error.kind, Kind::Throttled | Kind::Unclear | Kind::Untrue))
        .await
}
