//! The action.

use async_trait::async_trait;
use serde_json::json;
use switchback_engine::ports::{Observed, ProviderError, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, CanaryUser, Finding, Image, PoolCanary, Preview, SignInCanary, Witness};

use super::super::users::GET;
use super::{DELETE, INVOKE, SIGN_IN, send};
use crate::change::{Against, Change, Seen};
use crate::connect::Aws;
use crate::error::{another, refused, safe};
use crate::op::Op;
use crate::resource::Resource;
use crate::service::Service;

/// Stands in previews where the keychain's own value is sent.
const KEPT: &str = "(of the canary in the keychain)";
/// Stands in the preview of the way back, before anybody was made.
const TO_BE_MADE: &str = "(the sub of the user that the sign-in makes)";

/// The action.
#[derive(Debug, Clone)]
pub struct CanaryChange(pub SignInCanary);

impl CanaryChange {
    fn image(&self, content: PoolCanary) -> Image {
        Image::Canary {
            pool: self.0.pool_id.clone(),
            content: Box::new(content),
        }
    }

    fn content<'a>(&self, image: &'a Image) -> Result<&'a PoolCanary, ProviderError> {
        if let Image::Canary { pool, content } = image
            && *pool == self.0.pool_id
        {
            return Ok(content);
        }
        Err(another(SIGN_IN.operation, "the canary of this pool"))
    }

    /// A user who is there already proves nothing of the trigger, and is never deleted by a step that did not make it.
    fn taken(&self, user: &CanaryUser) -> ProviderError {
        let pool = safe(&self.0.pool_id);
        let since = user.created.map_or_else(String::new, |at| {
            format!(", since {}", at.strftime("%Y-%m-%d %H:%M UTC"))
        });
        let message = match user.ours {
            false => format!(
                "The pool {pool} has its canary already{since}: somebody else made it, so that nothing shows whether the \
                 trigger works"
            ),
            true => format!(
                "The user that this step made{since} is not as it should be: {}",
                safe(
                    &self
                        .image(PoolCanary {
                            user: Some(user.clone())
                        })
                        .lines()
                        .join("; ")
                )
            ),
        };
        refused(
            SIGN_IN.operation,
            &message,
            "Delete it yourself if nobody needs it, or name another canary of the old provider with `switchback canary set`.",
        )
    }
}

#[async_trait]
impl Change for CanaryChange {
    type Guard = ();
    const OPS: &'static [Op] = &[GET, SIGN_IN, DELETE];
    const AGAINST: Against = Against::Nothing;
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        super::super::pool(&self.0.pool_id)
    }

    fn also(&self) -> Vec<(&'static [Op], Resource)> {
        [&self.0.migrate_trigger, &self.0.token_trigger]
            .map(|function| (&[INVOKE][..], crate::lambda::of_arn(function)))
            .into()
    }

    fn object(&self) -> String {
        format!("the canary of user pool {}", self.0.pool_id)
    }

    /// Without a witness: what this look shows is as old as the proofs take, and the last one before the sign-in stands in
    /// its mark.
    async fn read(&self, aws: &Aws, since: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        let (content, _) = aws.pool_canary(&self.0, since).await?;
        Ok(Seen {
            observed: Observed::from(self.image(content)),
            guard: (),
        })
    }

    fn is_touched(_: &Witness, _: Option<&Witness>) -> bool {
        // Who is there is in the image.
        false
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        let wished = self.image(PoolCanary {
            user: Some(CanaryUser::wished()),
        });
        match &self.content(now)?.user {
            None => Ok(wished),
            Some(_) if now.same_as(&wished) => Ok(now.clone()),
            Some(user) => Err(self.taken(user)),
        }
    }

    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        match (&self.content(from)?.user, &self.content(to)?.user) {
            (None, None) => Ok(()),
            (None, Some(to)) if to.sub.is_none() => Ok(()),
            (Some(_), Some(_)) if from.same_as(to) => Ok(()),
            (Some(user), None) if user.ours => Ok(()),
            (Some(_), None) => Err(refused(
                DELETE.operation,
                "The canary that is there is not the user that this step made: it is not deleted",
                "Look who made it. If it has to go, delete it yourself.",
            )),
            (None | Some(_), Some(_)) => Err(refused(
                SIGN_IN.operation,
                "A user who was deleted never comes back as the same: Cognito gives another sub",
                "Carry the step out anew.",
            )),
        }
    }

    fn asked(&self, _: &Image, to: &Image) -> Vec<String> {
        if !self.content(to).is_ok_and(|to| to.user.is_some()) {
            return Vec::new();
        }
        let spec = &self.0;
        vec![
            format!(
                "first {} is run with the canary's event and must answer CONFIRMED, no welcome mail, e-mail verified",
                spec.migrate_trigger
            ),
            format!("then {} is run, and must set claims", spec.token_trigger),
            format!(
                "then a made-up user signs in by client {}, and must be refused",
                spec.client_id
            ),
            "then it is looked once more whether the pool still lacks its canary; until then nothing is created".to_owned(),
            format!(
                "last the canary signs in by client {}, once, and the pool makes it",
                spec.client_id
            ),
        ]
    }

    fn caution(&self, _: &Image, to: &Image) -> Option<String> {
        let signs_in = self.content(to).is_ok_and(|to| to.user.is_some());
        Some(
            match signs_in {
                true => {
                    "The canary's password is tried at the old provider by each of these; no refusal is tried again for 15 \
                     minutes, because three may lock it out. AWS counts the canary as an active user of this month. The user \
                     stays until this step is taken back."
                }
                false => {
                    "Only this one user is deleted, by its sub. Whoever signs the canary in afterwards makes it again, with \
                     another sub. This program does not, and drops the tokens that it holds; one on another computer may look at \
                     this very moment and sign it in: the check afterwards finds that."
                }
            }
            .to_owned(),
        )
    }

    fn request(&self, from: &Image, to: &Image) -> Option<ApiCall> {
        let (operation, parameters) = match (&self.content(from).ok()?.user, &self.content(to).ok()?.user) {
            (None, Some(_)) => (
                SIGN_IN.operation,
                json!({
                    "AuthFlow": "USER_PASSWORD_AUTH",
                    "ClientId": self.0.client_id,
                    "AuthParameters": {"USERNAME": KEPT, "PASSWORD": KEPT},
                }),
            ),
            (Some(user), None) => (
                DELETE.operation,
                json!({
                    "UserPoolId": self.0.pool_id,
                    "Username": user.sub.as_deref().unwrap_or(TO_BE_MADE),
                }),
            ),
            (None, None) | (Some(_), Some(_)) => return None,
        };
        Some(ApiCall {
            service: Service::Cognito.id().to_owned(),
            operation: operation.to_owned(),
            parameters: parameters.into(),
        })
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &WriteCx,
        approved: &Preview,
        _: Option<()>,
    ) -> Result<Receipt, ProviderError> {
        match &self.content(&approved.from)?.user {
            None => send::sign_in(aws, &self.0, (cx.marks(), cx.token()), send::Holds::USUAL).await,
            Some(user) => send::delete(aws, &self.0, user).await,
        }
    }

    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        super::judge::judge(now, before, after, sent)
    }
}
