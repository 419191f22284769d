//! `apigateway.authorizer`: an authoriser accepts tokens of more pools, or of fewer.

use std::collections::BTreeSet;

use async_trait::async_trait;
use http::Method;
use serde_json::{Value, json};
use switchback_engine::ports::{Observed, ProviderError, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{
    ApiCall, Authorizer, AuthorizerCheck, Finding, Image, PoolsWish, Preview, SetAuthorizer,
};

use super::read::asked;
use super::{AUTHORIZER, CAUTION, HTTP_API, UPDATE_AUTHORIZER, authorizer};
use crate::change::{Against, Change, Seen};
use crate::connect::{Aws, incomplete};
use crate::error::{another, refused, safe};
use crate::grammar::Word;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::{Resource, part};
use crate::service::Service;

/// The type of an authoriser that asks user pools (API Gateway API reference, `Authorizer`).
const POOLS: &str = "COGNITO_USER_POOLS";

impl Aws {
    async fn authorizer(&self, api: &str, id: &str) -> Result<Authorizer, ProviderError> {
        let seen = crate::observe::CallFacts::default();
        let told = self.ask_raw(AUTHORIZER, asked(Method::GET, path(api, id), None), &seen);
        let told = match told.await {
            Ok(told) => told,
            Err(error) => return Err(self.unless_http(api, error).await),
        };
        let text = |key: &str| told.get(key).and_then(Value::as_str);
        if text("id") != Some(id) {
            return Err(incomplete(AUTHORIZER.operation, "authoriser of that id"));
        }
        let kind = text("type").ok_or_else(|| incomplete(AUTHORIZER.operation, "type"))?;
        let pools = match told.get("providerARNs") {
            // One of another type has none; of one that asks pools, none is no answer.
            None | Some(Value::Null) if kind != POOLS => BTreeSet::new(),
            Some(Value::Array(pools)) => {
                let pools = pools.iter().map(|pool| pool.as_str().map(str::to_owned));
                pools
                    .collect::<Option<_>>()
                    .ok_or_else(|| incomplete(AUTHORIZER.operation, "list of pools"))?
            }
            None | Some(_) => return Err(incomplete(AUTHORIZER.operation, "list of pools")),
        };
        // 300 where nobody said otherwise (API reference, CreateAuthorizer).
        let ttl_s = match told.get("authorizerResultTtlInSeconds") {
            None | Some(Value::Null) => 300,
            Some(ttl) => {
                let ttl = ttl.as_u64().and_then(|ttl| u32::try_from(ttl).ok());
                ttl.ok_or_else(|| incomplete(AUTHORIZER.operation, "number of seconds"))?
            }
        };
        Ok(Authorizer {
            kind: kind.to_owned(),
            pools,
            ttl_s,
        })
    }
}

fn path(api: &str, id: &str) -> String {
    format!("/restapis/{}/authorizers/{}", part(api), part(id))
}

/// The check.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizerLook<'a>(pub &'a AuthorizerCheck);

#[async_trait]
impl Look for AuthorizerLook<'_> {
    type Answer = Authorizer;
    const OPS: &'static [Op] = &[AUTHORIZER, HTTP_API];

    fn resource(&self) -> Option<Resource> {
        Some(authorizer(&self.0.api, &self.0.authorizer))
    }

    fn expected(&self) -> String {
        let pools: Vec<&str> = self.0.expected.pools().iter().map(String::as_str).collect();
        match &self.0.expected {
            PoolsWish::Accept(_) if self.0.alone => format!("accepts {} and no other", pools.join(", ")),
            PoolsWish::Accept(_) => format!("accepts {}", pools.join(", ")),
            PoolsWish::Refuse(_) => format!("does not accept {}", pools.join(", ")),
        }
    }

    async fn ask(&self, aws: &Aws) -> Result<Authorizer, ProviderError> {
        aws.authorizer(&self.0.api, &self.0.authorizer).await
    }

    fn judge(&self, told: &Authorizer) -> Found {
        if told.kind != POOLS {
            return Found::wrong(
                self.expected(),
                format!("an authoriser of type {}", Word::status(&told.kind)),
                Mend::Anyway("Name the authoriser that asks user pools.".to_owned()),
            );
        }
        let observed = safe(&format!("accepts {}", told.pools_in_words()));
        let beside: Vec<&str> = self.0.beside(&told.pools).map(String::as_str).collect();
        if !beside.is_empty() {
            return Found::wrong(
                self.expected(),
                format!("{observed}; not expected: {}", safe(&beside.join(", "))),
                Mend::Besides(
                    "Whoever signs in at that pool is let in. Find out who added it, and take it out of the authoriser or name \
                     it in the runbook."
                        .to_owned(),
                ),
            );
        }
        match self.0.expected.holds(&told.pools) {
            true => Found::right(self.expected(), observed),
            false => Found::wrong(
                self.expected(),
                observed,
                Mend::Unsaid(
                    "Somebody changed the authoriser, or a step before this one is not done: compare both."
                        .to_owned(),
                ),
            ),
        }
    }

    fn failed(&self, _: &Aws, error: &ProviderError) -> Found {
        Found::missing_or_untold(
            self.expected(),
            error,
            "Look at the ids in the runbook, and at the region of the target.",
        )
    }
}

/// The action.
#[derive(Debug, Clone)]
pub struct AuthorizerChange(pub SetAuthorizer);

impl AuthorizerChange {
    fn content<'a>(&self, image: &'a Image) -> Result<&'a Authorizer, ProviderError> {
        if let Image::Authorizer {
            api,
            authorizer,
            content,
        } = image
            && *api == self.0.api
            && *authorizer == self.0.authorizer
        {
            return Ok(content);
        }
        Err(another(UPDATE_AUTHORIZER.operation, "this authoriser"))
    }

    fn image(&self, content: Authorizer) -> Image {
        Image::Authorizer {
            api: self.0.api.clone(),
            authorizer: self.0.authorizer.clone(),
            content: Box::new(content),
        }
    }

    /// Sends the patch.
    pub(super) async fn update(&self, aws: &Aws, approved: &Preview) -> Result<Receipt, ProviderError> {
        let operations = patch(self.content(&approved.from)?, self.content(&approved.to)?);
        let seen = crate::observe::CallFacts::default();
        let body = json!({"patchOperations": operations});
        let asked = asked(Method::PATCH, path(&self.0.api, &self.0.authorizer), Some(body));
        aws.ask_raw(UPDATE_AUTHORIZER, asked, &seen).await?;
        Ok(aws.receipt(&seen))
    }
}

/// One operation a pool, those that come first: the list may not become empty in between.
fn patch(from: &Authorizer, to: &Authorizer) -> Vec<Value> {
    let operation =
        |op: &'static str| move |pool: &String| json!({"op": op, "path": "/providerARNs", "value": pool});
    let come = to.pools.difference(&from.pools).map(operation("add"));
    let go = from.pools.difference(&to.pools).map(operation("remove"));
    come.chain(go).collect()
}

#[async_trait]
impl Change for AuthorizerChange {
    type Guard = ();
    const OPS: &'static [Op] = &[AUTHORIZER, HTTP_API, UPDATE_AUTHORIZER];
    const AGAINST: Against = Against::Nothing;
    // It holds from the next deployment of a stage on, which is a step of its own.
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        authorizer(&self.0.api, &self.0.authorizer)
    }

    fn object(&self) -> String {
        format!("authoriser {} of API {}", self.0.authorizer, self.0.api)
    }

    async fn read(&self, aws: &Aws, _: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        let content = aws.authorizer(&self.0.api, &self.0.authorizer).await?;
        Ok(Seen {
            observed: self.image(content).into(),
            guard: (),
        })
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        let content = self.content(now)?;
        Ok(self.image(Authorizer {
            pools: self.0.wished(&content.pools),
            ..content.clone()
        }))
    }

    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        let (from, to) = (self.content(from)?, self.content(to)?);
        let wrong = |message: String, hint: &str| Err(refused(UPDATE_AUTHORIZER.operation, &message, hint));
        if from.kind != POOLS || to.kind != POOLS {
            let message = format!(
                "The authoriser is of type {} and asks no user pools",
                Word::status(&from.kind)
            );
            return wrong(message, "Name the authoriser that asks user pools.");
        }
        if to.pools.is_empty() {
            return wrong(
                "No pool would be left, and API Gateway takes no such authoriser".to_owned(),
                "Have it accept another pool first.",
            );
        }
        Ok(())
    }

    fn caution(&self, _: &Image, _: &Image) -> Option<String> {
        Some(CAUTION.to_owned())
    }

    fn request(&self, from: &Image, to: &Image) -> Option<ApiCall> {
        let operations = patch(self.content(from).ok()?, self.content(to).ok()?);
        (!operations.is_empty()).then(|| ApiCall {
            service: Service::ApiGateway.id().to_owned(),
            operation: UPDATE_AUTHORIZER.operation.to_owned(),
            parameters: json!({
                "restApiId": self.0.api,
                "authorizerId": self.0.authorizer,
                "patchOperations": operations,
            })
            .into(),
        })
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &WriteCx,
        approved: &Preview,
        _: Option<()>,
    ) -> Result<Receipt, ProviderError> {
        self.update(aws, approved).await
    }

    fn judge(&self, now: &Observed, before: &Image, after: &Image, _: Option<&Sent<'_>>) -> Finding {
        self.0.judge(&now.image, before, after)
    }
}
