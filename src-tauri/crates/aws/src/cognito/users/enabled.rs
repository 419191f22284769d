//! Whether an answer says that an account is enabled. The SDK reads a missing `Enabled` as "no", and an
//! account must not be called disabled because an answer is silent: the answer's own text is asked.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde::Deserialize;

/// What the last answer of one call says, account by account. It keeps nothing else of the answer, which
/// names people. The clone shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct Enabled(Arc<Mutex<Said>>);

/// The one field of both answers: of an account, or of each in a list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Said {
    enabled: Option<bool>,
    users: Option<Vec<Self>>,
}

impl Enabled {
    /// Of each account of a list, in its order; nothing where the text can't be read.
    pub(super) fn of_many(&self) -> Vec<Option<bool>> {
        let users = self.said().users.unwrap_or_default();
        users.into_iter().map(|user| user.enabled).collect()
    }

    /// Of the one account of an answer.
    pub(super) fn of_one(&self) -> Option<bool> {
        self.said().enabled
    }

    fn said(&self) -> Said {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Enabled {
    fn name(&self) -> &'static str {
        "Enabled"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // By now the body is in memory. One that is not JSON is for the SDK to refuse.
        let body = context.response().body().bytes().unwrap_or_default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            serde_json::from_slice(body).unwrap_or_default();
        Ok(())
    }
}
