//! `apigateway.api`: whether every method asks the authoriser, as it is edited and as a stage serves it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value;
use switchback_engine::ports::ProviderError;
use switchback_model::ApiCheck;

use super::pointer::{Methods, is_of_kind};
use super::refused::{Readable, Refusal, readable};
use super::{DEPLOYMENT, HTTP_API, REFUSALS, RESOURCES, STAGE, stage};
use crate::connect::{Aws, incomplete};
use crate::error::safe;
use crate::grammar::Word;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;

/// What is wrong is named; of more the number is said.
const NAMED: usize = 4;

/// The check.
#[derive(Debug, Clone, Copy)]
pub struct ApiLook<'a>(pub &'a ApiCheck);

/// How a method as it is edited asks for authorisation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Guard {
    kind: String,
    authorizer: Option<String>,
}

/// An API as it is edited, and as its stage serves it.
#[derive(Debug)]
pub struct ApiAnswer {
    edited: BTreeMap<String, Guard>,
    /// None where AWS does not say it.
    served: Option<Methods>,
    canary: bool,
    /// What it says where an authoriser refuses; none where that is not looked at.
    refusals: Vec<Refusal>,
}

impl Aws {
    /// Every method of an API with how it asks for authorisation.
    async fn guards(&self, api: &str) -> Result<BTreeMap<String, Guard>, ProviderError> {
        let mut guards = BTreeMap::new();
        for item in self.resources(api).await? {
            let path = item.get("path").and_then(Value::as_str);
            let path = path.ok_or_else(|| incomplete(RESOURCES.operation, "path of a resource"))?;
            let methods = item.get("resourceMethods").and_then(Value::as_object);
            for (method, told) in methods.into_iter().flatten() {
                let kind = told.get("authorizationType").and_then(Value::as_str);
                let kind =
                    kind.ok_or_else(|| incomplete(RESOURCES.operation, "authorisation of a method"))?;
                // What a method once asked may stand there still: of another type it asks nobody (API reference, `Method`).
                let asks = matches!(kind, "COGNITO_USER_POOLS" | "CUSTOM");
                let authorizer = told.get("authorizerId").and_then(Value::as_str).filter(|_| asks);
                let guard = Guard {
                    kind: kind.to_owned(),
                    authorizer: authorizer.map(str::to_owned),
                };
                guards.insert(format!("{method} {path}"), guard);
            }
        }
        Ok(guards)
    }
}

#[async_trait]
impl Look for ApiLook<'_> {
    type Answer = ApiAnswer;
    const OPS: &'static [Op] = &[STAGE, HTTP_API, RESOURCES, DEPLOYMENT, REFUSALS];

    fn resource(&self) -> Option<Resource> {
        Some(stage(&self.0.on))
    }

    fn expected(&self) -> String {
        let mut expected = format!(
            "every method but OPTIONS asks {}, nothing undeployed",
            self.0.authorizer
        );
        if let Some(origin) = &self.0.origin {
            expected.push_str(&format!(", refusals are read by {origin}"));
        }
        expected
    }

    async fn ask(&self, aws: &Aws) -> Result<ApiAnswer, ProviderError> {
        let on = &self.0.on;
        let pointer = aws.pointer(on).await?;
        Ok(ApiAnswer {
            edited: aws.guards(&on.api).await?,
            served: aws.summary(&on.api, &pointer.deployment).await?,
            canary: pointer.canary,
            refusals: match self.0.origin {
                Some(_) => aws.refusals(&on.api).await?,
                None => Vec::new(),
            },
        })
    }

    fn judge(&self, told: &ApiAnswer) -> Found {
        let origin = self.0.origin.as_deref();
        let refusals = origin.map(|origin| readable(&told.refusals, origin));
        let Readable {
            wrong: hidden,
            unclear,
            said,
        } = refusals.unwrap_or_default();
        let mut wrong = self.wrong(told);
        wrong.extend(hidden);
        if let Some((_, mend)) = wrong.first() {
            let words: Vec<&str> = wrong
                .iter()
                .map(|(words, _)| words.as_str())
                .take(NAMED)
                .collect();
            let mut observed = words.join("; ");
            if wrong.len() > NAMED {
                observed.push_str(&format!("; and {} more", wrong.len() - NAMED));
            }
            return Found::wrong(self.expected(), observed, Mend::Besides(mend.clone()));
        }
        if told.served.is_none() {
            return Found::untold(
                self.expected(),
                "AWS does not say which methods the stage serves",
                Mend::Unsaid("Compare the stage's deployment with the API by hand.".to_owned()),
            );
        }
        if let Some((words, mend)) = unclear.into_iter().next() {
            return Found::untold(self.expected(), words, Mend::Besides(mend));
        }
        let methods = told.edited.keys().filter(|name| !is_options(name)).count();
        let mut observed = format!(
            "{methods} methods ask {}; all of it is deployed",
            self.0.authorizer
        );
        for words in said {
            observed.push_str(&format!("; {words}"));
        }
        Found::right(self.expected(), observed)
    }

    fn failed(&self, _: &Aws, error: &ProviderError) -> Found {
        Found::missing_or_untold(
            self.expected(),
            error,
            "Look at the names in the runbook, and at the region of the target.",
        )
    }
}

impl ApiLook<'_> {
    /// What is wrong, each with how it is mended.
    fn wrong(&self, told: &ApiAnswer) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        if told.edited.keys().all(|name| is_options(name)) {
            wrong.push((
                "it has no method".to_owned(),
                "Look whether this is the API that is meant.".to_owned(),
            ));
        }
        for (name, guard) in told.edited.iter().filter(|(name, _)| !is_options(name)) {
            let asks = match (guard.kind.as_str(), &guard.authorizer) {
                (_, Some(id)) if *id == self.0.authorizer => continue,
                ("NONE", _) => "asks for nothing".to_owned(),
                (_, Some(id)) => format!("asks authoriser {}", Word::id(id)),
                (kind, None) => format!("asks for {}", Word::status(kind)),
            };
            wrong.push((
                format!("{} {asks}", safe(name)),
                "Give the method the authoriser in Terraform, and deploy.".to_owned(),
            ));
        }
        if told.canary {
            wrong.push((
                "a canary beside the stage's deployment".to_owned(),
                "Promote the canary or delete it: a share of the requests meets another deployment."
                    .to_owned(),
            ));
        }
        if let Some(served) = &told.served {
            for line in undeployed(&told.edited, served) {
                wrong.push((
                    line,
                    "Deploy the API to the stage, or take back what was edited and not deployed.".to_owned(),
                ));
            }
        }
        wrong
    }
}

fn is_options(name: &str) -> bool {
    name.starts_with("OPTIONS ")
}

/// Methods that are edited and not served, or otherwise, and those that are served with another kind of authorisation.
/// AWS does not say which authoriser a deployment's method asks.
fn undeployed(edited: &BTreeMap<String, Guard>, served: &Methods) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, guard) in edited {
        match served.get(name) {
            None => lines.push(format!("{} is not deployed", safe(name))),
            Some(how) if !is_of_kind(how, &guard.kind) => {
                lines.push(format!("{} is deployed as one that {how}", safe(name)));
            }
            Some(_) => {}
        }
    }
    let gone = served.keys().filter(|name| !edited.contains_key(*name));
    lines.extend(gone.map(|name| format!("{} is deployed and was deleted since", safe(name))));
    lines
}
