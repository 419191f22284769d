//! How AWS is reached, as a host says it.

use std::fmt;
use std::sync::Arc;

use switchback_engine::ports::{Clock, ProviderError};

use crate::error::guard;

/// How to reach AWS.
#[derive(Clone, Default)]
pub struct AwsOptions {
    /// A custom endpoint for every service: the rehearsal or an emulator. Without one, what environment
    /// and profile say of endpoints counts ([`Elsewhere`]).
    pub endpoint: Option<String>,
    /// A production target: nothing but AWS itself is asked, and any setting that leads elsewhere is
    /// refused.
    pub only_aws: bool,
    /// The profile whose credentials are used, whatever the environment variables say; absent = the
    /// SDK's default chain.
    pub profile: Option<String>,
    /// The AWS region.
    pub region: String,
    /// Key id and secret of the rehearsal; with them the rehearsal's own clock paces Route 53.
    pub rehearsal_credentials: Option<(String, String)>,
    /// The host's clock, used only where a server sends no Date.
    pub clock: Option<Arc<dyn Clock>>,
}

impl fmt::Debug for AwsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsOptions")
            .field("endpoint", &self.endpoint)
            .field("only_aws", &self.only_aws)
            .field("profile", &self.profile)
            .field("region", &self.region)
            .field("rehearsal", &self.rehearsal_credentials.is_some())
            .finish_non_exhaustive()
    }
}

/// Refuses an endpoint that could never be called, or that would carry a password into the journal.
///
/// # Errors
/// `Guard`; the endpoint itself is not repeated.
pub fn check_endpoint(endpoint: &str) -> Result<(), ProviderError> {
    let refused = |what: &str| {
        Err(guard(
            "connect",
            what,
            "Give --aws-endpoint or AWS_ENDPOINT_URL a URL such as http://127.0.0.1:4566.",
        ))
    };
    let url: Option<::http::Uri> = endpoint.parse().ok();
    let Some((scheme, authority)) = url
        .as_ref()
        .and_then(|url| Some((url.scheme_str()?, url.authority()?)))
    else {
        return refused("The custom endpoint is no http or https URL");
    };
    if !matches!(scheme, "http" | "https") {
        return refused("The custom endpoint is no http or https URL");
    }
    if authority.as_str().contains('@') {
        return refused("The custom endpoint holds a user name or a password");
    }
    Ok(())
}
