//! A REST API: its methods and authorisers as they are edited, and its deployments, each of which keeps what they were
//! when it was made (API Gateway developer guide, "Deploy REST APIs in API Gateway").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{not_found, show};
use crate::aws::AwsError;

/// The methods by the paths of their resources; a path that only leads to others has none.
pub(super) type Methods = BTreeMap<String, Vec<Method>>;

/// A method of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Method {
    /// `GET`, `OPTIONS`, ..
    pub verb: String,
    /// The id of the authoriser that guards it; none where everybody may call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorizer: Option<String>,
}

/// An authoriser that asks user pools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Authorizer {
    pub id: String,
    pub name: String,
    /// The ARNs of the pools whose tokens it takes, in the order in which they were added.
    pub providers: Vec<String>,
    /// For how many seconds of the world it remembers what it thought of a token; 0 is not at all.
    pub ttl_s: u32,
}

/// What a deployment is a copy of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Config {
    pub methods: Methods,
    pub authorizers: Vec<Authorizer>,
}

/// A deployment: a copy that never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Deployment {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub created_ms: i64,
    pub config: Config,
}

/// An API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RestApi {
    pub id: String,
    pub name: String,
    pub created_ms: i64,
    /// As it is edited; requests meet none of it before it is deployed.
    pub config: Config,
    /// Oldest first.
    pub deployments: Vec<Deployment>,
}

impl Method {
    /// One that everybody may call.
    pub(super) fn open(verb: &str) -> Self {
        Self {
            verb: verb.to_owned(),
            authorizer: None,
        }
    }

    /// One that an authoriser guards.
    pub(super) fn guarded(verb: &str, authorizer: &str) -> Self {
        Self {
            verb: verb.to_owned(),
            authorizer: Some(authorizer.to_owned()),
        }
    }

    /// As a patch and the API's model name it (API reference, Method).
    pub(super) fn authorization(&self) -> &'static str {
        match self.authorizer {
            Some(_) => "COGNITO_USER_POOLS",
            None => "NONE",
        }
    }
}

impl Config {
    pub(super) fn authorizer(&self, id: &str) -> Option<&Authorizer> {
        self.authorizers.iter().find(|one| one.id == id)
    }

    /// A method of a path.
    pub(super) fn method(&self, path: &str, verb: &str) -> Option<&Method> {
        self.methods.get(path)?.iter().find(|one| one.verb == verb)
    }

    /// The method of the resource that a path leads to: where no resource has the path itself, one whose `{..}` stands for a
    /// segment of it (API Gateway developer guide, "Set up a REST API resource").
    pub(super) fn met(&self, path: &str, verb: &str) -> Option<&Method> {
        self.method(path, verb).or_else(|| {
            let mut resources = self.methods.keys().filter(|resource| fits(resource, path));
            resources.find_map(|resource| self.method(resource, verb))
        })
    }

    /// By path and method what of each a summary says, and nothing of authorisers: not even which (API reference,
    /// MethodSnapshot).
    pub(super) fn summary(&self) -> Value {
        let with_methods = self.methods.iter().filter(|(_, methods)| !methods.is_empty());
        let paths = with_methods.map(|(path, methods)| {
            let methods: Map<String, Value> = methods
                .iter()
                .map(|method| {
                    let shown = json!({
                        "authorizationType": method.authorization(),
                        "apiKeyRequired": false,
                    });
                    (method.verb.clone(), shown)
                })
                .collect();
            (path.clone(), Value::Object(methods))
        });
        Value::Object(paths.collect())
    }
}

impl Authorizer {
    /// As GetAuthorizer shows it (API reference, Authorizer).
    pub(super) fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "type": "COGNITO_USER_POOLS",
            "providerARNs": self.providers,
            "authType": "cognito_user_pools",
            "identitySource": "method.request.header.Authorization",
            "authorizerResultTtlInSeconds": self.ttl_s,
        })
    }
}

impl Deployment {
    /// As GetDeployment shows it, with the summary of what it is a copy of where that was asked for.
    pub(super) fn shown(&self, summary: Option<Value>) -> Value {
        let mut shown = json!({"id": self.id});
        if let Some(description) = &self.description {
            shown["description"] = json!(description);
        }
        shown["createdDate"] = json!(show::seconds(self.created_ms));
        if let Some(summary) = summary {
            shown["apiSummary"] = summary;
        }
        shown
    }
}

impl RestApi {
    /// Copies what the API is now into a new deployment, and gives its id.
    pub(super) fn deploy(&mut self, description: Option<String>, now_ms: i64) -> String {
        let id = loop {
            let id: String = uuid::Uuid::new_v4()
                .simple()
                .to_string()
                .chars()
                .take(6)
                .collect();
            if self.deployments.iter().all(|one| one.id != id) {
                break id;
            }
        };
        self.deployments.push(Deployment {
            id: id.clone(),
            description,
            created_ms: now_ms,
            config: self.config.clone(),
        });
        id
    }

    /// A deployment by its id.
    pub(super) fn deployment(&self, id: &str) -> Option<&Deployment> {
        self.deployments.iter().find(|one| one.id == id)
    }

    pub(super) fn authorizer(&self, id: &str) -> Result<&Authorizer, AwsError> {
        self.config.authorizer(id).ok_or_else(no_authorizer)
    }

    pub(super) fn authorizer_mut(&mut self, id: &str) -> Result<&mut Authorizer, AwsError> {
        let mut all = self.config.authorizers.iter_mut();
        all.find(|one| one.id == id).ok_or_else(no_authorizer)
    }
}

/// Whether a path leads to a resource, whose `{..}` each stand for a segment.
pub(super) fn fits(resource: &str, path: &str) -> bool {
    let (mut ours, mut theirs) = (resource.split('/'), path.split('/'));
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (Some(part), Some(segment)) if part == segment => {}
            (Some(part), Some(segment)) if part.starts_with('{') && !segment.is_empty() => {}
            (Some(_) | None, _) => return false,
        }
    }
}

fn no_authorizer() -> AwsError {
    not_found("Invalid Authorizer identifier specified")
}
