//! The text of an answer, where the SDK's own reading of it is not enough: it puts `false` or 0 where a
//! field was left out, and what AWS left out must not be taken for something it said.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde::de::DeserializeOwned;

/// Listens to one call and keeps what its last answer says, read as `T`; the default of `T` until one
/// came, or where its text can't be read. The clone shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct AnswerText<T>(Arc<Mutex<T>>);

impl<T: Clone> AnswerText<T> {
    /// What the last answer said.
    pub(super) fn last(&self) -> T {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[dyn_dispatch_hint]
impl<T> Intercept for AnswerText<T>
where
    T: std::fmt::Debug + Default + DeserializeOwned + Send,
{
    fn name(&self) -> &'static str {
        "AnswerText"
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
