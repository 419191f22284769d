//! A read that asks for a token: answered to whom it is meant for, and to nobody else.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// A route refuses who brings no token or a forged one, answers tokens of some user pools, and refuses those of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorisedCheck {
    /// The URL of a read.
    pub url: String,
    /// The address to dial; absent = where the target's DNS leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Ids of the pools whose tokens are answered, with 200.
    pub accepts: Vec<String>,
    /// Ids of the pools whose tokens are refused, with 401.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refuses: Vec<String>,
}
