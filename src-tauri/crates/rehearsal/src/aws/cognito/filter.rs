//! The filter of ListUsers: one standard attribute, `=` or `^=`, and a quoted value (API reference,
//! ListUsers, "Filter").

use super::super::AwsError;
use super::user::User;

/// The attributes that can be searched for.
const SEARCHABLE: [&str; 10] = [
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
];

/// The longest filter (API reference, UserFilterType).
const LONGEST: usize = 256;

/// A filter as parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    attribute: String,
    prefix: bool,
    value: String,
}

impl Filter {
    /// Reads a filter; an empty one is none.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, AwsError> {
        if text.chars().count() > LONGEST {
            return Err(super::invalid(
                "filter",
                "Member must have length less than or equal to 256",
            ));
        }
        let refuse = |why: &str| {
            Err(AwsError::new(
                "InvalidParameterException",
                &format!("Error while parsing filter: {why}"),
            ))
        };
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let Some((left, rest)) = text.split_once('=') else {
            return refuse("no = or ^=");
        };
        let (left, prefix) = match left.strip_suffix('^') {
            Some(left) => (left, true),
            None => (left, false),
        };
        let attribute = left.trim().trim_matches('"');
        if !SEARCHABLE.contains(&attribute) {
            return refuse("the attribute is not searchable");
        }
        let Some(inner) = rest.trim_start().strip_prefix('"') else {
            return refuse("the value is not quoted");
        };
        let mut value = String::new();
        let mut chars = inner.chars();
        loop {
            match chars.next() {
                None => return refuse("the value does not end"),
                Some('"') => break,
                Some('\\') => match chars.next() {
                    Some(c @ ('"' | '\\')) => value.push(c),
                    _ => return refuse("a backslash escapes nothing"),
                },
                Some(c) => value.push(c),
            }
        }
        if !chars.as_str().trim().is_empty() {
            return refuse("something follows the value");
        }
        Ok(Some(Self {
            attribute: attribute.to_owned(),
            prefix,
            value,
        }))
    }

    /// Whether only the beginning is given.
    pub(crate) fn is_prefix(&self) -> bool {
        self.prefix
    }

    /// Whether a user is meant; a pool in which case does not count does not count it here either.
    pub(crate) fn matches(&self, user: &User, case_sensitive: bool) -> bool {
        let status = user.status.word();
        let enabled = if user.enabled { "Enabled" } else { "Disabled" };
        let found = match self.attribute.as_str() {
            "username" => Some(user.username.as_str()),
            "cognito:user_status" => Some(status),
            "status" => Some(enabled),
            name => user.attributes.get(name).map(String::as_str),
        };
        let Some(found) = found else {
            return false;
        };
        let folds = match self.attribute.as_str() {
            "cognito:user_status" => true,
            "status" | "sub" => false,
            _ => !case_sensitive,
        };
        let (found, value) = if folds {
            (found.to_lowercase(), self.value.to_lowercase())
        } else {
            (found.to_owned(), self.value.clone())
        };
        if self.prefix {
            found.starts_with(&value)
        } else {
            found == value
        }
    }
}
