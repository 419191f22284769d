//! Runbooks and targets as TOML: parse with spans, validate, lint, resolve into a plan.
