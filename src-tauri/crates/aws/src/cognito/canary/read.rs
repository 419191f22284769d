//! The canary as it stands in its pool, read by the keychain's name; and whose it is.

use jiff::{SignedDuration, Timestamp};
use switchback_engine::canaries::made_by;
use switchback_engine::ports::{ProviderError, ProviderErrorKind, Sent};
use switchback_model::directory::{Account, AccountStatus, Personal, PoolId};
use switchback_model::{CanaryUser, MadeCanary, PoolCanary, SignInCanary, Way};

use super::super::users::GET;
use super::port::{Canaries, Known, NoCanary};
use super::{DELETE, SIGN_IN, proofs};
use crate::connect::Aws;
use crate::error::{guard, safe};
use crate::grammar::Word;

/// By so much the clocks of two servers of AWS may differ.
const SKEW: SignedDuration = SignedDuration::from_secs(2);
/// So long a sign-in may be on its way, from the last look before it on: the client's time-outs, connect and attempt.
const MAY_LAND: SignedDuration = SignedDuration::from_secs(18);

/// A user's `sub` of whom it is proven that the step made it. Nothing else can be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OurSub(String);

impl OurSub {
    /// Of a user as it was read, by what the journal tells of the one that the step made.
    pub(super) fn of(made: Option<&MadeCanary>, user: &CanaryUser, aws: &Aws) -> Option<Self> {
        let sub = user.sub.as_ref()?;
        let ours = user.ours && is_made(made?, sub, user.created?, aws);
        ours.then(|| Self(sub.clone()))
    }

    /// As the request names it.
    pub(super) fn as_username(&self) -> &str {
        &self.0
    }
}

/// Whether a user is the one that was made.
fn is_made(made: &MadeCanary, sub: &str, created: Timestamp, aws: &Aws) -> bool {
    match made {
        // A token names whom it signs in, whoever made them.
        MadeCanary::Sub { sub: ours, absent } => ours == sub && created.duration_since(*absent) >= -SKEW,
        MadeCanary::After(absent) => {
            // A Date header has whole seconds, cut off: it never lies after the moment that it names.
            let since = created.duration_since(*absent);
            SignedDuration::ZERO <= since && since <= MAY_LAND + aws.leeway() * 2
        }
    }
}

/// Whether an attempt went no further than its proofs, as far as is known: it has no mark, and no answer.
fn is_broken_off(sent: &Sent<'_>) -> bool {
    sent.way == Way::Apply && sent.mark.is_none() && sent.receipt.is_none()
}

/// An answer that Cognito never gives of a user that it has (API reference, AdminGetUser).
fn untrue(pool: &str, what: &str) -> ProviderError {
    ProviderError {
        kind: ProviderErrorKind::Untrue,
        operation: GET.operation.to_owned(),
        message: format!(
            "AdminGetUser of the canary in the user pool {} was answered, but the answer {what}",
            safe(pool)
        ),
        hint: Some(
            "Look who answers there: the endpoint, a proxy in between, or a pool of another make; and look at the user in \
             the console of AWS. Then look again, or say yourself what is there."
                .to_owned(),
        ),
        request_id: None,
        sent: true,
    }
}

impl Aws {
    pub(super) fn canaries(&self, operation: &str) -> Result<&dyn Canaries, ProviderError> {
        self.canaries.as_deref().ok_or_else(|| {
            guard(
                operation,
                "Who the canary of the pool is, is not known here",
                "Set it with `switchback canary set`, and carry the step out in its run.",
            )
        })
    }

    /// The canary that a step names, if it may sign in by the step's client.
    pub(super) async fn canary_of(&self, spec: &SignInCanary) -> Result<Known, ProviderError> {
        let canaries = self.canaries(SIGN_IN.operation)?;
        let known = canaries
            .canary(&spec.pool_id)
            .await
            .map_err(|none| none.before(SIGN_IN.operation))?;
        if known.client != spec.client_id {
            return Err(NoCanary {
                message: format!(
                    "The canary of {} was set with another app client than the step's, {}",
                    spec.pool_id, spec.client_id
                ),
                hint: "Set it with the step's client, or correct the step.".to_owned(),
            }
            .before(SIGN_IN.operation));
        }
        Ok(known)
    }

    /// Whether the canary stands in its pool, with the time of AWS's answer.
    ///
    /// # Errors
    /// Where no canary is known, where it can't be asked, or where the answer is about somebody else.
    pub(super) async fn pool_canary(
        &self,
        spec: &SignInCanary,
        since: Option<&Sent<'_>>,
    ) -> Result<(PoolCanary, Timestamp), ProviderError> {
        let made = spec.made.clone().or_else(|| since.and_then(made_by));
        let name = match (self.canary_of(spec).await, &made) {
            (Ok(known), _) => Personal::new(known.user.to_string()),
            // What the step made is found by its `sub`, also where the canary was forgotten since: the way back stays.
            (Err(_), Some(MadeCanary::Sub { sub, .. })) => Personal::new(sub.clone()),
            (Err(none), _) => return Err(none),
        };
        let pool = PoolId::new(&spec.pool_id).map_err(|_| {
            guard(
                DELETE.operation,
                "The step names no user pool",
                "Correct the pool in the target.",
            )
        })?;
        if let Some(broken_off) = since.filter(|sent| is_broken_off(sent)) {
            self.nobody_else_got_in(&pool, broken_off.token).await?;
        }
        let (mut account, mut at) = self.admin_get_user_at(&pool, &name).await?;
        let mut name = name;
        // Whom the step made may have another name by now, and stands there all the same.
        if let (None, Some(MadeCanary::Sub { sub, .. })) = (&account, &made)
            && name.revealed() != sub
        {
            name = Personal::new(sub.clone());
            (account, at) = self.admin_get_user_at(&pool, &name).await?;
        }
        let user = match account {
            None => None,
            Some(account) => Some(self.user(&account, &name, made.as_ref())?),
        };
        Ok((PoolCanary { user }, at))
    }

    /// The made-up user of an attempt that was broken off is not in the pool: its refusal was perhaps never heard.
    async fn nobody_else_got_in(&self, pool: &PoolId, token: &str) -> Result<(), ProviderError> {
        let user = proofs::made_up(token);
        let (account, _) = self.admin_get_user_at(pool, &Personal::new(user.clone())).await?;
        match account {
            None => Ok(()),
            Some(_) => Err(ProviderError {
                kind: ProviderErrorKind::Conflict,
                operation: GET.operation.to_owned(),
                message: format!(
                    "The step was broken off while a made-up user had to be refused, and the user pool {} has that user \
                     now: {user}",
                    safe(pool.as_str())
                ),
                hint: Some(
                    "The migrate-user function accepts anybody: look at it. Delete that user yourself, then look again."
                        .to_owned(),
                ),
                request_id: None,
                sent: true,
            }),
        }
    }

    fn user(
        &self,
        account: &Account,
        asked: &Personal,
        made: Option<&MadeCanary>,
    ) -> Result<CanaryUser, ProviderError> {
        let pool = &account.pool;
        let odd = |what: &str| untrue(pool, what);
        let is_asked = |told: &str| told.eq_ignore_ascii_case(asked.revealed());
        let mut names = [
            Some(&account.username),
            account.email.as_ref(),
            account.sub.as_ref(),
        ]
        .into_iter()
        .flatten();
        if !names.any(|name| is_asked(name.revealed())) {
            return Err(odd("is about somebody else than was asked for"));
        }
        let sub = account.sub.as_ref().map(|sub| Word::sub(sub.revealed()));
        let sub = match sub {
            Some(sub @ Word::NotRepeated(_)) => {
                return Err(odd(&format!("names a sub of the user that can't be one {sub}")));
            }
            Some(Word::Fits(sub)) => sub,
            None => return Err(odd("names no sub of the user")),
        };
        let created = account
            .created_at
            .ok_or_else(|| odd("does not say when the user was made"))?;
        if account.status == AccountStatus::Unknown {
            return Err(odd("says no status of the user that is known"));
        }
        Ok(CanaryUser {
            ours: made.is_some_and(|made| is_made(made, &sub, created, self)),
            sub: Some(sub),
            created: Some(created),
            status: account.status.word().to_owned(),
            enabled: account
                .enabled
                .ok_or_else(|| odd("does not say whether the user is enabled"))?,
            email_verified: account.email_verified == Some(true),
        })
    }
}
