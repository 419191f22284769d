//! ListUsers and AdminGetUser.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::AwsError;
use super::super::token::{PageStart, Token};
use super::filter::Filter;
use super::user::{Shown, User};
use super::{CallerView, invalid, page_size, wrong_token};
use crate::faults::Fault;

/// A search for a beginning goes through so many parts of the pool, one or more pages each, and a page
/// may hold nobody and still have a token, as Cognito's may.
const PARTS: usize = 2;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct ListUsers {
    user_pool_id: String,
    attributes_to_get: Option<Vec<String>>,
    limit: Option<i64>,
    pagination_token: Option<String>,
    filter: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct GetUser {
    user_pool_id: String,
    username: String,
}

/// A page of users (API reference, ListUsers, "Response Elements").
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Page<'a> {
    users: Vec<Shown<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination_token: Option<String>,
}

impl CallerView<'_> {
    /// A page of users.
    pub(crate) fn users(&self, asked: &ListUsers) -> Result<Page<'_>, AwsError> {
        let pool = self.pool(&asked.user_pool_id)?;
        let size = page_size("limit", asked.limit, 0, 60)?;
        let text = asked.filter.as_deref().unwrap_or_default();
        let filter = Filter::parse(text)?;
        let question = format!("users {} {text}", asked.user_pool_id);
        let from = Token::read(asked.pagination_token.as_deref(), &question).ok_or_else(wrong_token)?;
        let token = |place: PageStart| Token::new(&question, place).text();
        let empties = self.state.faults.iter().find_map(|fault| match fault {
            Fault::EmptyPages { pages } => Some(*pages),
            _ => None,
        });
        if empties.is_some_and(|empties| from.empty < empties) {
            let next = PageStart {
                empty: from.empty + 1,
                ..from
            };
            return Ok(Page {
                users: Vec::new(),
                pagination_token: Some(token(next)),
            });
        }

        let parts = filter
            .as_ref()
            .map_or(1, |f| if f.is_prefix() { PARTS } else { 1 });
        let case_sensitive = pool.case_sensitive();
        let mut rest = pool
            .everybody()
            .enumerate()
            .skip(from.at)
            .filter(|(_, user)| parts == 1 || part(user) == from.part)
            .peekable();
        let (mut found, mut at) = (Vec::new(), from.at);
        while found.len() < size {
            let Some((place, user)) = rest.next() else { break };
            at = place + 1;
            if filter.as_ref().is_none_or(|f| f.matches(user, case_sensitive)) {
                found.push(user.shown(asked.attributes_to_get.as_deref()));
            }
        }
        let next = if rest.peek().is_some() {
            Some(PageStart { at, ..from })
        } else {
            Some(from.part + 1)
                .filter(|part| *part < parts)
                .map(|part| PageStart {
                    part,
                    at: 0,
                    empty: from.empty,
                })
        };
        Ok(Page {
            users: found,
            pagination_token: next.map(token),
        })
    }

    /// One user, by user name or by the e-mail address with which they sign in.
    pub(crate) fn get_user(&self, asked: &GetUser) -> Result<Value, AwsError> {
        let pool = self.pool(&asked.user_pool_id)?;
        let name = asked.username.as_str();
        good_name(name)?;
        let user = pool
            .named(name)
            .ok_or_else(|| AwsError::new("UserNotFoundException", "User does not exist."))?;
        let mut shown = json!(user.shown(None));
        // The one member that this operation calls otherwise.
        shown["UserAttributes"] = shown["Attributes"].take();
        if let Some(shown) = shown.as_object_mut() {
            shown.shift_remove("Attributes");
        }
        if user.authenticator {
            shown["UserMFASettingList"] = json!(["SOFTWARE_TOKEN_MFA"]);
            shown["PreferredMfaSetting"] = json!("SOFTWARE_TOKEN_MFA");
        }
        Ok(shown)
    }
}

/// What a user name may be (API reference, UsernameType).
pub(super) fn good_name(name: &str) -> Result<(), AwsError> {
    let length = name.chars().count();
    if length == 0 || length > 128 || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(invalid(
            "username",
            "Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
        ));
    }
    Ok(())
}

/// The part of the pool in which a user is.
fn part(user: &User) -> usize {
    user.username.bytes().last().map_or(0, usize::from) % PARTS
}
