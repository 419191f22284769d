//! Routes of an application: a list of what writes and what reads, and how a restriction and the application itself
//! answer, so that each can be told from the other.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Stands in a path for somebody who is nowhere: whoever asks puts an address of the domain `invalid.example` in its
/// place (RFC 2606), new each time.
pub const NOBODY: &str = "{u}";

/// A method and a path: `POST /api/users/{u}/mfa/reset`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Route {
    /// The method, in capital letters (RFC 9110, section 9.1).
    pub method: String,
    /// The path, which begins with a slash; behind the base that it is asked at.
    pub path: String,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl From<Route> for String {
    fn from(route: Route) -> Self {
        route.to_string()
    }
}

impl TryFrom<String> for Route {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Route {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (method, path) = text
            .split_once(' ')
            .ok_or("a route is a method, one space and a path")?;
        if method.is_empty() || !method.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err("a method has capital letters only");
        }
        // What RFC 3986 allows in a path, and the braces of a place for a value.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,=:@/{}".contains(c);
        if !path.starts_with('/') || !path.chars().all(plain) {
            return Err("a path begins with a slash and has no query, no escape and no blank");
        }
        if path.contains("//") {
            return Err("a path has no two slashes in a row");
        }
        Ok(Self {
            method: method.to_owned(),
            path: path.to_owned(),
        })
    }
}

/// Where an application is reached: every name that leads to it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The URL before the routes, without a slash at its end: `https://apps.example.nhs.test/usermanagement`.
    pub url: String,
    /// The address to dial; absent = where the target's DNS leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(address) => write!(f, "{} at {address}", self.url),
            None => f.write_str(&self.url),
        }
    }
}

/// By what an answer is told: its status, and a header that it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mark {
    /// The status (RFC 9110, section 15).
    pub status: u16,
    /// A header, its name in small letters, and its whole value; none where the status says enough.
    pub header: Option<(String, String)>,
}

impl Mark {
    /// Whether an answer bears it.
    pub fn is_on<'a>(&self, status: u16, mut header: impl FnMut(&str) -> Option<&'a str>) -> bool {
        let has = |(name, value): &(String, String)| header(name).is_some_and(|told| told.trim() == value);
        self.status == status && self.header.as_ref().is_none_or(has)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.header {
            Some((name, value)) => write!(f, "{} {name}: {value}", self.status),
            None => write!(f, "{}", self.status),
        }
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        mark.to_string()
    }
}

impl TryFrom<String> for Mark {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Mark {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (status, header) = match text.split_once(' ') {
            Some((status, header)) => (status, Some(header)),
            None => (text, None),
        };
        let status = status
            .parse()
            .ok()
            .filter(|status| (200..600).contains(status))
            .ok_or("a mark begins with a status of 200 to 599")?;
        let header = match header.map(|header| header.split_once(':')) {
            None => None,
            Some(None) => return Err("behind the status stands a header: its name, a colon and its value"),
            Some(Some((name, value))) => {
                let token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                let (name, value) = (name.trim(), value.trim());
                if name.is_empty() || !name.chars().all(token) {
                    return Err("a header's name has letters, digits and hyphens");
                }
                if value.is_empty() || value.chars().any(|c| !(' '..='~').contains(&c)) {
                    return Err("a header's value has printable ASCII characters");
                }
                Some((name.to_ascii_lowercase(), value.to_owned()))
            }
        };
        Ok(Self { status, header })
    }
}

/// What is expected of the routes that write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutesExpected {
    /// The restriction answers each of them, in every spelling and under every name; what reads is answered by the
    /// application.
    Closed,
    /// The application answers each of them again.
    Open,
}

/// The routes of an application, under every name that leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutesCheck {
    /// Where it is reached.
    pub bases: Vec<Base>,
    /// What writes.
    pub writes: Vec<Route>,
    /// What reads: GET, HEAD and OPTIONS alone.
    pub reads: Vec<Route>,
    /// URLs of other applications, which the restriction must not meet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Base>,
    /// How a restriction answers. Each has a header: a bare 403 may be anybody's.
    pub closed: Vec<Mark>,
    /// How the application answers who brings no credentials.
    pub open: Vec<Mark>,
    /// What is expected.
    pub expected: RoutesExpected,
}

#[cfg(test)]
mod tests;
