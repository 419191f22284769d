//! Expectations of an app client (`DescribeUserPoolClient`).

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::types::UserPoolClientType;
use switchback_engine::ports::ProviderError;
use switchback_model::cognito::ClientExpectation;

use super::comparison::{Comparison, listed, sorted};
use super::hcl::{Line, Resource, texts, wrong};
use super::look::OfPool;
use super::{COGNITO, of_pool};
use crate::connect::Aws;
use crate::error::safe;
use crate::op::Op;
use crate::resource::{part, words};

/// Flows where a client names none (API reference, ExplicitAuthFlows): SRP among them, which never
/// fires the migrate-user trigger.
const DEFAULT_FLOWS: [&str; 3] = [
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_SRP_AUTH",
];
/// The only flow of the sign-in pages that is not implicit.
const CODE: &str = "code";

/// `cognito.client`.
pub(super) struct Client<'a>(pub(super) &'a ClientExpectation);

#[async_trait]
impl OfPool for Client<'_> {
    type Answer = Arc<UserPoolClientType>;
    const OPS: &'static [Op] = &[super::CLIENT];

    fn resource(&self, pool_id: &str) -> crate::resource::Resource {
        let client_id = &self.0.client_id;
        of_pool(
            format!("client:{pool_id}:{client_id}"),
            format!("App client {client_id}"),
            pool_id,
            words([
                COGNITO,
                "describe-user-pool-client",
                "--user-pool-id",
                pool_id,
                "--client-id",
                client_id,
            ]),
            &format!("applications/app-clients/{}/", part(client_id)),
        )
    }

    async fn ask(&self, aws: &Aws, pool_id: &str) -> Result<Self::Answer, ProviderError> {
        aws.client(pool_id, &self.0.client_id).await
    }

    fn judge(&self, pool_id: &str, answer: &Self::Answer) -> Comparison {
        judge(pool_id, answer, self.0)
    }

    /// Cognito has one code for both; only where the pool is absent do its words name the pool.
    fn absent(&self, pool_id: &str, error: &ProviderError) -> Option<(String, &'static str)> {
        let words = || {
            let client = safe(&self.0.client_id);
            (
                format!("there is no client {client} in the pool {pool_id}"),
                "Correct the client id in the target: it belongs to another pool, or was replaced.",
            )
        };
        (!error.message.contains(pool_id)).then(words)
    }
}

/// What is said of a secret never holds the secret.
pub(super) fn judge(pool_id: &str, client: &UserPoolClientType, wanted: &ClientExpectation) -> Comparison {
    let has_secret = client.client_secret().is_some_and(|secret| !secret.is_empty());
    let mut flows = sorted(client.explicit_auth_flows().iter().map(|f| f.as_str()));
    let flows_told = !flows.is_empty();
    if !flows_told {
        flows = sorted(DEFAULT_FLOWS);
    }
    let callbacks = sorted(client.callback_urls());
    let logouts = sorted(client.logout_urls());
    let providers = sorted(client.supported_identity_providers());
    let oauth = sorted(client.allowed_o_auth_flows().iter().map(|f| f.as_str()));
    // Left out, the sign-in pages are off (API reference, AllowedOAuthFlowsUserPoolClient).
    let oauth_told = client.allowed_o_auth_flows_user_pool_client();
    let oauth_on = oauth_told.unwrap_or(false);

    let mut lines = Vec::new();
    let mut list = |name, wanted: &[String], found: &[String]| {
        if wanted != found {
            lines.push(wrong(name, texts(wanted), &listed(found)));
        }
    };
    list("allowed_oauth_flows", &[CODE.to_owned()], &oauth);
    list("callback_urls", &wanted.callback_urls, &callbacks);
    list("explicit_auth_flows", &wanted.flows, &flows);
    list("logout_urls", &wanted.logout_urls, &logouts);
    if !wanted
        .providers
        .iter()
        .all(|provider| providers.contains(provider))
    {
        let all = sorted(providers.iter().chain(&wanted.providers));
        list("supported_identity_providers", &all, &providers);
    }
    if !oauth_on {
        lines.push(wrong("allowed_oauth_flows_user_pool_client", "true", "false"));
    }
    if has_secret != wanted.secret {
        lines.push(Line::Comment(
            "Cannot change on a client that exists: Terraform makes a new one, with another id.",
        ));
        lines.push(wrong(
            "generate_secret",
            wanted.secret.to_string(),
            &has_secret.to_string(),
        ));
    }
    let words = |secret: bool,
                 flows: &[String],
                 on: bool,
                 oauth: &[String],
                 callbacks: &[String],
                 logouts: &[String]| {
        format!(
            "{}; flows {}; sign-in pages {}; callbacks {}; sign-out {}",
            if secret { "a secret" } else { "no secret" },
            listed(flows),
            if on { listed(oauth) } else { "off".to_owned() },
            listed(callbacks),
            listed(logouts)
        )
    };
    let object = format!("{} of {pool_id}", wanted.client_id);
    let mut observed = format!(
        "{}; providers {}",
        words(has_secret, &flows, oauth_on, &oauth, &callbacks, &logouts),
        listed(&providers)
    );
    if !flows_told {
        observed.push_str("; flows not told, so the API's default");
    }
    if oauth_told.is_none() {
        observed.push_str("; whether the sign-in pages are on not told, so the API's default, off");
    }
    Comparison::compare(
        observed,
        format!(
            "{}; providers with {}",
            words(
                wanted.secret,
                &wanted.flows,
                true,
                &[CODE.to_owned()],
                &wanted.callback_urls,
                &wanted.logout_urls
            ),
            listed(&wanted.providers)
        ),
        Resource {
            kind: "aws_cognito_user_pool_client",
            object: &object,
        },
        lines,
    )
}
