//! Asks for descriptions, once for all who want the same one at the same moment.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_cognitoidentityprovider::operation::get_user_pool_mfa_config::GetUserPoolMfaConfigOutput;
use aws_sdk_cognitoidentityprovider::types::{DomainDescriptionType, UserPoolClientType, UserPoolType};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use switchback_engine::ports::{ProviderError, ProviderErrorKind};

use super::answer_text::AnswerText;
use super::present::PresentFields;
use super::{CLIENT, DOMAIN, MFA, POOL};
use crate::connect::{Aws, incomplete};
use crate::observe::CallFacts;
use crate::service::Service;

/// The checks of a round are started one after the other, within microseconds: so long a question waits
/// for those who want the same answer.
const TOGETHER: Duration = Duration::from_millis(2);

type Answer<T> = Result<Arc<T>, ProviderError>;
type Question<T> = Shared<BoxFuture<'static, Answer<T>>>;

/// Questions that have not left yet, by what they ask.
struct Open<T>(Arc<Mutex<BTreeMap<String, Question<T>>>>);

impl<T> Clone for Open<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Open<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Send + Sync + 'static> Open<T> {
    /// Joins the question that is about to leave, or opens one. Who comes after it has left asks anew:
    /// nobody is answered with what was seen before they asked.
    async fn ask<F>(&self, aws: &Aws, key: String, call: impl FnOnce() -> F) -> Answer<T>
    where
        F: Future<Output = Result<T, ProviderError>> + Send + 'static,
    {
        let question = {
            let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match open.get(&key) {
                Some(question) => question.clone(),
                None => {
                    let (aws, all, this, call) = (aws.clone(), self.clone(), key.clone(), call());
                    let question = async move {
                        tokio::time::sleep(TOGETHER).await;
                        aws.pace(Service::Cognito).await;
                        all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&this);
                        call.await.map(Arc::new)
                    }
                    .boxed()
                    .shared();
                    open.insert(key, question.clone());
                    question
                }
            }
        };
        question.await
    }
}

/// What is being asked about Cognito at this moment.
#[derive(Clone, Default)]
pub(crate) struct Asked {
    pools: Open<(UserPoolType, PresentFields)>,
    mfa: Open<(GetUserPoolMfaConfigOutput, PresentFields)>,
    clients: Open<UserPoolClientType>,
    domains: Open<DomainDescriptionType>,
}

/// Names the permission that is missing.
pub(super) fn lacking(mut error: ProviderError, where_: &str) -> ProviderError {
    if error.kind == ProviderErrorKind::Denied {
        error.message = format!("The role has no permission cognito-idp:{}", error.operation);
        // Who operates a run needs no right to look people up, so the two policies share nothing.
        let rest = match error.operation.as_str() {
            "ListUsers" | "AdminGetUser" => {
                "the look-up has a policy of its own, which `switchback plan RUNBOOK --target TARGET --iam support` prints."
            }
            _ => "checks that need other permissions are not affected.",
        };
        error.hint = Some(format!(
            "Ask for the permission cognito-idp:{} on {where_}; {rest}",
            error.operation
        ));
    }
    error
}

macro_rules! described {
    ($aws:ident, $op:expr, $call:expr $(, $told:ident)?) => {{
        let seen = CallFacts::default();
        let call = $call.customize().interceptor(seen.clone())$(.interceptor($told.clone()))?.send();
        $aws.run($op, &seen, call).await
    }};
}

impl Aws {
    pub(super) async fn pool(&self, pool_id: &str) -> Answer<(UserPoolType, PresentFields)> {
        let (aws, id) = (self.clone(), pool_id.to_owned());
        let call = || async move {
            let (request, told) = (aws.cognito.describe_user_pool(), AnswerText::default());
            let pool = described!(aws, POOL, request.user_pool_id(&id), told)
                .map_err(|error| lacking(error, &format!("the user pool {id}")))?
                .user_pool
                // A description that does not name its pool describes none.
                .filter(|pool| pool.id().is_some())
                .ok_or_else(|| incomplete(POOL.operation, "user pool"))?;
            // What is so of another pool says nothing of ours.
            match pool.id() == Some(id.as_str()) {
                true => Ok((pool, told.last())),
                false => Err(incomplete(POOL.operation, "user pool of that id")),
            }
        };
        self.asked.pools.ask(self, pool_id.to_owned(), call).await
    }

    pub(super) async fn mfa(&self, pool_id: &str) -> Answer<(GetUserPoolMfaConfigOutput, PresentFields)> {
        let (aws, id) = (self.clone(), pool_id.to_owned());
        let call = || async move {
            let (request, told) = (aws.cognito.get_user_pool_mfa_config(), AnswerText::default());
            let output = described!(aws, MFA, request.user_pool_id(&id), told)
                .map_err(|error| lacking(error, &format!("the user pool {id}")))?;
            // An answer that does not tell is not an answer of "off".
            match output.mfa_configuration {
                Some(_) => Ok((output, told.last())),
                None => Err(incomplete(MFA.operation, "MFA configuration")),
            }
        };
        self.asked.mfa.ask(self, pool_id.to_owned(), call).await
    }

    pub(super) async fn client(&self, pool_id: &str, client_id: &str) -> Answer<UserPoolClientType> {
        let (aws, pool, id) = (self.clone(), pool_id.to_owned(), client_id.to_owned());
        let call = || async move {
            let request = aws
                .cognito
                .describe_user_pool_client()
                .user_pool_id(&pool)
                .client_id(&id);
            let client = described!(aws, CLIENT, request)
                .map_err(|error| lacking(error, &format!("the user pool {pool}")))?
                .user_pool_client
                .filter(|client| client.client_id().is_some())
                .ok_or_else(|| incomplete(CLIENT.operation, "client"))?;
            let is_ours =
                client.client_id() == Some(id.as_str()) && client.user_pool_id().is_none_or(|of| of == pool);
            match is_ours {
                true => Ok(client),
                false => Err(incomplete(CLIENT.operation, "client of that id in that pool")),
            }
        };
        let key = format!("{pool_id} {client_id}");
        self.asked.clients.ask(self, key, call).await
    }

    /// A domain that nobody has is described by an empty description, not by an error.
    pub(super) async fn domain(&self, domain: &str) -> Answer<DomainDescriptionType> {
        let (aws, name) = (self.clone(), domain.to_owned());
        let call = || async move {
            let request = aws.cognito.describe_user_pool_domain().domain(&name);
            let described = described!(aws, DOMAIN, request)
                // IAM knows no resource for this action (service authorization reference).
                .map_err(|error| lacking(error, "all resources, as it knows no single one"));
            match described {
                Ok(output) => output
                    .domain_description
                    .ok_or_else(|| incomplete(DOMAIN.operation, "description"))
                    .and_then(|told| match told.domain() {
                        Some(of) if !of.eq_ignore_ascii_case(&name) => {
                            Err(incomplete(DOMAIN.operation, "description of that domain"))
                        }
                        Some(_) | None => Ok(told),
                    }),
                Err(error) if error.kind == ProviderErrorKind::NotFound => {
                    Ok(DomainDescriptionType::builder().build())
                }
                Err(error) => Err(error),
            }
        };
        self.asked.domains.ask(self, domain.to_owned(), call).await
    }
}
