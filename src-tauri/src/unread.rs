//! Arguments that the command reads, and not Tauri.

use std::marker::PhantomData;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use switchback_api::wire::ApiError;

/// An argument as it came. Tauri's own refusal of one that is not as meant would be a text, and the window
/// expects an [`ApiError`]; so Tauri takes whatever comes, and the type says what is meant.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Unread<T> {
    value: Value,
    #[serde(skip)]
    meant: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Unread<T> {
    /// What came, as what was meant. `what` names the argument to people.
    ///
    /// # Errors
    /// `usage`, where it is not what was meant.
    pub(crate) fn read(self, what: &str) -> Result<T, ApiError> {
        serde_json::from_value(self.value).map_err(|error| {
            ApiError::new(
                "usage",
                format!("The {what} is not understood: {error}."),
                "The window and the program differ in version: install one of them again.",
                what,
            )
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;
    use switchback_api::wire::ScopeView;

    use super::*;

    fn came(value: Value) -> Unread<ScopeView> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_is_meant_is_read() {
        let scope = came(json!({"rule": "R3"})).read("scope").unwrap();
        assert_eq!(scope, ScopeView::Rule("R3".to_owned()));
        assert_eq!(came(json!("all")).read("scope").unwrap(), ScopeView::All);
    }

    #[test]
    fn whatever_else_comes_is_taken_and_refused_in_words() {
        for other in [json!(null), json!(7), json!({"phase": "mid"}), json!([])] {
            let refused = came(other).read("scope").unwrap_err();
            assert_eq!(refused.code, "usage");
            assert_eq!(refused.place, "scope");
            let message = &refused.message;
            assert!(message.starts_with("The scope is not understood: "), "{message}");
            assert!(refused.hint.contains("differ in version"), "{}", refused.hint);
        }
    }
}
