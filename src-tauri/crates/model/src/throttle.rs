//! API Gateway, REST APIs: the settings that a stage has for single methods, as an action names them and as far as one
//! write of them replaces them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::field::Field;
use crate::firewall::ApiStage;
use crate::routes::Route;

/// Gives some methods of a stage a throttle of their own, or takes their own settings away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetThrottle {
    /// The stage.
    pub on: ApiStage,
    /// The methods, by resource path: `POST /usermanagement/createUser`, sorted.
    pub methods: Vec<Route>,
    /// What they shall have.
    pub wish: ThrottleWish,
}

/// What methods of a stage shall have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThrottleWish {
    /// So many requests a second, and at once; 0 refuses every one.
    Limit {
        /// Requests a second, in AWS's spelling of the number.
        rate: String,
        /// Requests at once.
        burst: u32,
    },
    /// No settings of their own: those of the whole stage hold.
    Inherit,
}

/// Methods of a stage have this throttle of their own, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThrottleCheck {
    /// The stage.
    pub on: ApiStage,
    /// The methods, by resource path, sorted.
    pub methods: Vec<Route>,
    /// What they have.
    pub expected: ThrottleWish,
}

impl ThrottleWish {
    /// Whether a method has it.
    #[must_use]
    pub fn holds(&self, settings: Option<&Settings>) -> bool {
        match (self, settings) {
            (Self::Inherit, settings) => settings.is_none(),
            (Self::Limit { .. }, None) => false,
            (Self::Limit { rate, burst }, Some(settings)) => {
                settings.get(RATE) == Some(rate) && settings.get(BURST) == Some(&burst.to_string())
            }
        }
    }

    /// In words: `rate 0, burst 0`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Limit { rate, burst } => format!("rate {rate}, burst {burst}"),
            Self::Inherit => words(None),
        }
    }
}

/// The settings of one method, or of the whole stage: by the path of a patch without its key, such as
/// `throttling/rateLimit` (API Gateway API reference, "Patch operations", Stage), to the value as a patch says it.
pub type Settings = BTreeMap<String, String>;

/// Path of the rate.
pub const RATE: &str = "throttling/rateLimit";
/// Path of the burst.
pub const BURST: &str = "throttling/burstLimit";

/// What a stage has for some of its methods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodSettings {
    /// By method, as in [`SetThrottle::methods`], its own settings; none where those of the whole stage hold.
    pub methods: BTreeMap<String, Option<Settings>>,
    /// Those of the whole stage, with which AWS begins a method's own ones; all of it is written, so that what is approved
    /// is what is there. No field of its own: nothing of it is ever written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub every: Settings,
}

impl MethodSettings {
    /// With what is wished for these methods, and everything else as it is.
    #[must_use]
    pub fn wished(&self, wish: &ThrottleWish) -> Self {
        let mut methods = self.methods.clone();
        for settings in methods.values_mut() {
            *settings = match wish {
                ThrottleWish::Inherit => None,
                ThrottleWish::Limit { rate, burst } => {
                    let mut own = settings.take().unwrap_or_else(|| self.every.clone());
                    own.insert(RATE.to_owned(), rate.clone());
                    own.insert(BURST.to_owned(), burst.to_string());
                    Some(own)
                }
            };
        }
        Self {
            methods,
            every: self.every.clone(),
        }
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        let methods = self.methods.iter();
        methods
            .map(|(method, settings)| Field::new(method, words(settings.as_ref())))
            .collect()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let methods = self.methods.iter();
        methods
            .map(|(method, settings)| format!("{method}: {}", words(settings.as_ref())))
            .collect()
    }

    pub(crate) fn with_fields_of(&self, was: &Self, restored: &BTreeSet<&str>) -> Self {
        let mut methods = self.methods.clone();
        for (method, settings) in &mut methods {
            if restored.contains(method.as_str()) {
                *settings = was.methods.get(method).cloned().flatten();
            }
        }
        Self {
            methods,
            every: self.every.clone(),
        }
    }
}

/// `rate 0, burst 0, logging/loglevel ERROR`.
#[must_use]
pub fn words(settings: Option<&Settings>) -> String {
    let Some(settings) = settings else {
        return "as the whole stage".to_owned();
    };
    let limit = |path: &str| settings.get(path).map_or("without limit", String::as_str);
    let mut parts = vec![format!("rate {}", limit(RATE)), format!("burst {}", limit(BURST))];
    let others = settings
        .iter()
        .filter(|(path, _)| path.as_str() != RATE && path.as_str() != BURST);
    parts.extend(others.map(|(path, value)| format!("{path} {value}")));
    parts.join(", ")
}

#[cfg(test)]
mod tests;
