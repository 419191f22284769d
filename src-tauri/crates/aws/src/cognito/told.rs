//! What an answer of Cognito said at all. The SDK puts `false` or 0 where a field was left out, and a
//! check must not take that for something AWS said.
//!
//! A flag, a number or a word that is left out is unknown, unless the API reference names a default
//! for it. A list, an ARN or a secret that is left out is none: Cognito has no other way to say it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

/// The places (RFC 6901) at which an answer held something other than null; no value is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    places: BTreeSet<String>,
    #[cfg(test)]
    all: bool,
}

impl Told {
    /// As if the answer had held every field.
    #[cfg(test)]
    pub(crate) fn all() -> Self {
        Self {
            places: BTreeSet::new(),
            all: true,
        }
    }

    /// Whether the answer held something at this place, such as `/UserPool/DeletionProtection`.
    pub(crate) fn has(&self, place: &str) -> bool {
        #[cfg(test)]
        if self.all {
            return true;
        }
        self.places.contains(place)
    }

    fn of(answer: &Value) -> Self {
        let mut told = Self::default();
        told.walk(String::new(), answer);
        told
    }

    fn walk(&mut self, place: String, value: &Value) {
        match value {
            Value::Null => return,
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.walk(format!("{place}/{name}"), value);
                }
            }
            Value::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    self.walk(format!("{place}/{at}"), value);
                }
            }
            _ => {}
        }
        self.places.insert(place);
    }
}

/// Looks at the answer of one call; the clone shares what it saw.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listener(Arc<Mutex<Told>>);

impl Listener {
    /// What the last answer said; nothing where none came.
    pub(crate) fn told(&self) -> Told {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Listener {
    fn name(&self) -> &'static str {
        "Listener"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        let told = serde_json::from_slice(body)
            .map(|answer| Told::of(&answer))
            .unwrap_or_default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = told;
        Ok(())
    }
}
