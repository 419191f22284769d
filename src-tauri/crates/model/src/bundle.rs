//! What a web application was built with: its start page, every script that it loads, and the manifest by which a service
//! worker keeps them.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// The scripts that a page loads are scripts, and hold some texts and lack others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleCheck {
    /// The URL of the page.
    pub url: String,
    /// The address to dial; absent = where the target's DNS leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Texts each of which stands in one of the scripts.
    pub holds: Vec<String>,
    /// Texts none of which stands in any of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// The path of the manifest of an Angular service worker, which then must be of these very files (angular.dev,
    /// "Service worker in production"); absent = there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
}
