//! Pools, clients and domains, and how they are described.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::AwsError;
use super::super::token::{PageStart, Token};
use super::keys::SigningKey;
use super::seed::CANARY_USER;
use super::user::{User, UserStatus};
use super::{CallerView, REGION, described, invalid, page_size, wrong_token};

/// What Cognito keeps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Cognito {
    pub pools: BTreeMap<String, Pool>,
    /// By name.
    pub domains: BTreeMap<String, Value>,
    /// The keys with which pools sign tokens, by pool; made when they are first needed.
    #[serde(default)]
    pub keys: BTreeMap<String, SigningKey>,
}

impl Cognito {
    /// How the canary stands in each pool.
    pub(crate) fn canaries(&self) -> BTreeMap<String, String> {
        let words = |pool: &Pool| match pool.named(CANARY_USER) {
            None => "absent".to_owned(),
            Some(user) => {
                let enabled = if user.enabled { "enabled" } else { "disabled" };
                format!("{}, {enabled}", user.status.word())
            }
        };
        let pools = self.pools.iter();
        pools.map(|(id, pool)| (id.clone(), words(pool))).collect()
    }

    /// The pool of an app client.
    pub(super) fn of_client(&self, client: &str) -> Option<&str> {
        let mut pools = self.pools.iter();
        let (id, _) = pools.find(|(_, pool)| pool.clients.contains_key(client))?;
        Some(id)
    }
}

/// A user pool.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Pool {
    /// As DescribeUserPool shows it.
    pub settings: Value,
    /// As GetUserPoolMfaConfig shows it.
    pub mfa: Value,
    /// By id, as DescribeUserPoolClient shows them.
    pub clients: BTreeMap<String, Value>,
    /// By user name.
    pub users: BTreeMap<String, User>,
    /// So many made-up users besides; the state keeps their number, not them.
    #[serde(default)]
    pub generated: u32,
    /// The made-up users, made when somebody first asks.
    #[serde(skip)]
    pub(super) made: OnceLock<Arc<Vec<User>>>,
}

impl Pool {
    /// Whether case counts in names.
    pub(crate) fn case_sensitive(&self) -> bool {
        self.settings["UsernameConfiguration"]["CaseSensitive"] != json!(false)
    }

    /// Everybody, always in the same order.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &User> {
        let made = self
            .made
            .get_or_init(|| Arc::new((0..self.generated).map(super::seed::generated).collect()));
        self.users.values().chain(made.iter())
    }

    /// A user by the name, or by the e-mail address where one signs in with that.
    pub(super) fn named(&self, name: &str) -> Option<&User> {
        let folds = !self.case_sensitive();
        let same = |found: &str| found == name || folds && found.to_lowercase() == name.to_lowercase();
        let signs_in_by_email = self.settings["UsernameAttributes"]
            .as_array()
            .is_some_and(|names| names.contains(&json!("email")));
        self.everybody().find(|user| {
            // A federated user has no password and so no alias to sign in with.
            let alias = signs_in_by_email && user.status != UserStatus::ExternalProvider;
            same(&user.username) || (alias && user.attributes.get("email").is_some_and(|email| same(email)))
        })
    }

    /// What somebody does with the canary; whether it could be done.
    pub(super) fn canary_is(&mut self, how: &str, now_ms: i64) -> bool {
        let name = self.named(CANARY_USER).map(|user| user.username.clone());
        let user = name.as_ref().and_then(|name| self.users.get_mut(name));
        match (how, user) {
            ("there", Some(_)) => {}
            ("there", None) => {
                let canary = super::seed::canary(now_ms);
                self.users.insert(canary.username.clone(), canary);
            }
            ("gone", Some(_)) => self.users.retain(|other, _| Some(other) != name.as_ref()),
            ("disabled", Some(user)) => user.enabled = false,
            ("reset", Some(user)) => user.status = UserStatus::ResetRequired,
            (_, _) => return false,
        }
        true
    }

    /// Adds made-up users and says how many there are now.
    pub(crate) fn generate(&mut self, more: u32) -> u32 {
        self.generated = self.generated.saturating_add(more).min(MOST_GENERATED);
        self.made = OnceLock::new();
        self.generated
    }
}

/// A pool has no more made-up users than this: they are held in memory.
pub(crate) const MOST_GENERATED: u32 = 200_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OfPool {
    pub user_pool_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OfClient {
    user_pool_id: String,
    client_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OfDomain {
    domain: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct ListPools {
    max_results: i64,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct ListClients {
    user_pool_id: String,
    max_results: Option<i64>,
    next_token: Option<String>,
}

impl CallerView<'_> {
    /// A pool by its id.
    pub(crate) fn pool(&self, id: &str) -> Result<&Pool, AwsError> {
        let formed = id.len() <= 55
            && id.split_once('_').is_some_and(|(region, name)| {
                !region.is_empty() && !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric())
            });
        if !formed {
            return Err(invalid(
                "userPoolId",
                "Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+",
            ));
        }
        self.cognito.pools.get(id).ok_or_else(|| {
            AwsError::new(
                "ResourceNotFoundException",
                &format!("User pool {id} does not exist."),
            )
        })
    }

    pub(crate) fn describe_pool(&self, asked: &OfPool) -> Result<Value, AwsError> {
        let pool = self.pool(&asked.user_pool_id)?;
        let mut settings = described::pool(pool, &self.state.faults);
        settings["EstimatedNumberOfUsers"] = json!(pool.users.len() + pool.generated as usize);
        Ok(json!({ "UserPool": settings }))
    }

    pub(crate) fn mfa(&self, asked: &OfPool) -> Result<Value, AwsError> {
        Ok(self.pool(&asked.user_pool_id)?.mfa.clone())
    }

    pub(crate) fn pools(&self, asked: &ListPools) -> Result<Value, AwsError> {
        let size = page_size("maxResults", Some(asked.max_results), 1, 60)?;
        let all: Vec<Value> = self
            .cognito
            .pools
            .values()
            .map(|pool| {
                let fields = ["Id", "Name", "LambdaConfig", "LastModifiedDate", "CreationDate"];
                only(&described::pool(pool, &self.state.faults), &fields)
            })
            .collect();
        page("UserPools", &all, "pools", size, asked.next_token.as_deref())
    }

    pub(crate) fn clients(&self, asked: &ListClients) -> Result<Value, AwsError> {
        let pool = self.pool(&asked.user_pool_id)?;
        let size = page_size("maxResults", asked.max_results, 1, 60)?;
        let all: Vec<Value> = pool
            .clients
            .values()
            .map(|client| only(client, &["ClientId", "UserPoolId", "ClientName"]))
            .collect();
        let question = format!("clients {}", asked.user_pool_id);
        page(
            "UserPoolClients",
            &all,
            &question,
            size,
            asked.next_token.as_deref(),
        )
    }

    pub(crate) fn describe_client(&self, asked: &OfClient) -> Result<Value, AwsError> {
        let pool = self.pool(&asked.user_pool_id)?;
        let id = &asked.client_id;
        if id.is_empty()
            || id.len() > 128
            || !id.chars().all(|c| c.is_ascii_alphanumeric() || "_+".contains(c))
        {
            return Err(invalid(
                "clientId",
                "Member must satisfy regular expression pattern: [\\w+]+",
            ));
        }
        let client = pool.clients.get(id).ok_or_else(|| {
            AwsError::new(
                "ResourceNotFoundException",
                &format!("User pool client {id} does not exist."),
            )
        })?;
        Ok(json!({ "UserPoolClient": described::client(client, &self.state.faults) }))
    }

    /// A domain that nobody has is described by nothing, not refused. The pattern of the API's model
    /// knows prefixes only; Cognito takes custom domains all the same (API reference, Domain).
    pub(crate) fn describe_domain(&self, asked: &OfDomain) -> Result<Value, AwsError> {
        let domain = &asked.domain;
        if domain.is_empty()
            || domain.len() > 63
            || !domain
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
        {
            return Err(invalid(
                "domain",
                "Member must satisfy regular expression pattern: ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$",
            ));
        }
        let found = self.cognito.domains.get(domain);
        let description =
            found.map_or_else(|| json!({}), |found| described::domain(found, &self.state.faults));
        Ok(json!({ "DomainDescription": description }))
    }
}

/// Some fields of an object, those that it has.
fn only(value: &Value, names: &[&str]) -> Value {
    names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), value.get(*name)?.clone())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn page(
    name: &str,
    all: &[Value],
    question: &str,
    size: usize,
    token: Option<&str>,
) -> Result<Value, AwsError> {
    let at = Token::read(token, question)
        .ok_or_else(wrong_token)?
        .at
        .min(all.len());
    let end = (at + size).min(all.len());
    let mut answer = json!({ name: all[at..end] });
    if end < all.len() {
        let next = PageStart {
            at: end,
            ..PageStart::default()
        };
        answer["NextToken"] = json!(Token::new(question, next).text());
    }
    Ok(answer)
}

/// The ARN of a pool.
pub(crate) fn arn(id: &str) -> String {
    format!(
        "arn:aws:cognito-idp:{REGION}:{}:userpool/{id}",
        crate::seed::ACCOUNT
    )
}
