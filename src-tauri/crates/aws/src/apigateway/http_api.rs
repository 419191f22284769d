//! HTTP APIs, which are no REST APIs: found out, and said to be different.

use http::Method;
use serde_json::Value;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};

use super::HTTP_API;
use super::read::asked;
use crate::connect::Aws;
use crate::error::safe;
use crate::resource::part;

impl Aws {
    /// The error of a REST API that is not there; where there is another API of that id, what is different about it.
    pub(super) async fn unless_http(&self, api: &str, error: ProviderError) -> ProviderError {
        if error.kind != ProviderErrorKind::NotFound {
            return error;
        }
        let seen = crate::observe::CallFacts::default();
        let path = format!("/v2/apis/{}", part(api));
        let told = self
            .ask_raw(HTTP_API, asked(Method::GET, path, None), &seen)
            .await;
        // Whatever else it says, or that it may not be asked: the first answer stands.
        let Ok(told) = told else { return error };
        let is_it = told.get("apiId").and_then(Value::as_str) == Some(api);
        let Some(protocol) = told.get("protocolType").and_then(Value::as_str).filter(|_| is_it) else {
            return error;
        };
        ProviderError {
            message: format!(
                "The API {} is no REST API: it is one of protocol {}",
                safe(api),
                safe(protocol)
            ),
            hint: Some(
                "Its authorisers have one issuer each, so that two user pools never overlap, and no web ACL stands before \
                 it: it takes a second authoriser and a change of each route. Do that by hand, in steps of kind attest."
                    .to_owned(),
            ),
            ..error
        }
    }
}
