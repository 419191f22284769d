//! The settings of a method (API reference, MethodSetting), and how a patch names and writes each of them.

use serde::{Deserialize, Serialize};

/// All that is set of a method, or of all methods that have nothing of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Setting {
    pub metrics_enabled: bool,
    pub logging_level: String,
    pub data_trace_enabled: bool,
    /// -1 is no limit.
    pub throttling_burst_limit: i64,
    /// -1 is no limit.
    pub throttling_rate_limit: f64,
    pub caching_enabled: bool,
    pub cache_ttl_in_seconds: i64,
    pub cache_data_encrypted: bool,
    pub require_authorization_for_cache_control: bool,
    pub unauthorized_cache_control_header_strategy: String,
}

impl Default for Setting {
    /// What AWS gives a key whose first setting is made where the whole stage has none (recorded from AWS by localstack,
    /// `test_update_stage_remove_wildcard`).
    fn default() -> Self {
        Self {
            metrics_enabled: false,
            logging_level: "OFF".to_owned(),
            data_trace_enabled: false,
            throttling_burst_limit: 5_000,
            throttling_rate_limit: 10_000.0,
            caching_enabled: false,
            cache_ttl_in_seconds: 300,
            cache_data_encrypted: false,
            require_authorization_for_cache_control: true,
            unauthorized_cache_control_header_strategy: "SUCCEED_WITH_RESPONSE_HEADER".to_owned(),
        }
    }
}

/// A setting, as a patch names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Metrics,
    LogLevel,
    DataTrace,
    BurstLimit,
    RateLimit,
    Caching,
    CacheTtl,
    CacheEncrypted,
    CacheControlAuthorised,
    CacheControlStrategy,
}

impl Name {
    const ALL: [Self; 10] = [
        Self::Metrics,
        Self::LogLevel,
        Self::DataTrace,
        Self::BurstLimit,
        Self::RateLimit,
        Self::Caching,
        Self::CacheTtl,
        Self::CacheEncrypted,
        Self::CacheControlAuthorised,
        Self::CacheControlStrategy,
    ];

    /// What comes behind the key in the path of a patch (API Gateway developer guide, "Patch operations").
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Metrics => "metrics/enabled",
            Self::LogLevel => "logging/loglevel",
            Self::DataTrace => "logging/dataTrace",
            Self::BurstLimit => "throttling/burstLimit",
            Self::RateLimit => "throttling/rateLimit",
            Self::Caching => "caching/enabled",
            Self::CacheTtl => "caching/ttlInSeconds",
            Self::CacheEncrypted => "caching/dataEncrypted",
            Self::CacheControlAuthorised => "caching/requireAuthorizationForCacheControl",
            Self::CacheControlStrategy => "caching/unauthorizedCacheControlHeaderStrategy",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.word() == word)
    }
}

impl Setting {
    /// Whether no request at all is let through.
    pub(super) fn closes(&self) -> bool {
        self.throttling_burst_limit == 0 || self.throttling_rate_limit == 0.0
    }

    /// Writes one setting; nothing where the text is no value of it.
    pub(super) fn set(&mut self, name: Name, text: &str) -> Option<()> {
        match name {
            Name::Metrics => self.metrics_enabled = flag(text)?,
            Name::LogLevel => self.logging_level = word(text, &["OFF", "ERROR", "INFO"])?,
            Name::DataTrace => self.data_trace_enabled = flag(text)?,
            Name::BurstLimit => {
                self.throttling_burst_limit = text.parse().ok().filter(|limit| *limit >= -1)?;
            }
            Name::RateLimit => self.throttling_rate_limit = rate(text)?,
            Name::Caching => self.caching_enabled = flag(text)?,
            Name::CacheTtl => {
                self.cache_ttl_in_seconds = text.parse().ok().filter(|ttl| (0..=3_600).contains(ttl))?;
            }
            Name::CacheEncrypted => self.cache_data_encrypted = flag(text)?,
            Name::CacheControlAuthorised => self.require_authorization_for_cache_control = flag(text)?,
            Name::CacheControlStrategy => {
                self.unauthorized_cache_control_header_strategy = word(
                    text,
                    &[
                        "FAIL_WITH_403",
                        "SUCCEED_WITH_RESPONSE_HEADER",
                        "SUCCEED_WITHOUT_RESPONSE_HEADER",
                    ],
                )?;
            }
        }
        Some(())
    }
}

fn flag(text: &str) -> Option<bool> {
    text.parse().ok()
}

fn word(text: &str, words: &[&str]) -> Option<String> {
    words.contains(&text).then(|| text.to_owned())
}

fn rate(text: &str) -> Option<f64> {
    let rate: f64 = text.parse().ok()?;
    let is_limit = rate.is_finite() && rate >= 0.0;
    // Minus nothing is nothing, and shows as that.
    (is_limit || rate == -1.0).then_some(rate + 0.0)
}
