//! Runbooks and targets as TOML: parse with spans, validate, lint, resolve into a plan.
//!
//! A runbook says what is done; a target says where, with its values. Both are read by hand from
//! the spanned TOML tree rather than by serde, so that one run shows every mistake with its place
//! and its fix. `runbooks/dns-switch/runbook.toml` documents the format by its comments, and
//! [`schema()`] describes it to editors.

mod actions;
mod checks;
mod draft;
mod fields;
mod gates;
mod graph;
mod kinds;
mod lints;
mod lists;
mod load;
mod near;
mod notes;
mod parse;
mod problem;
mod reader;
mod records;
mod resolve;
mod rules;
mod schema;
mod source;
mod steps;
mod target;
mod values;
mod wish;

pub mod bundled;

pub use load::{Loaded, load, load_target};
pub use notes::nearest;
pub use problem::{Problem, Report, RunbookError, SHOWN, and_more, render};
pub use resolve::{check, resolve, target as read_target};
pub use schema::{schema, target_schema};
pub use source::{MAX_BYTES, MAX_STRING, Source};

#[cfg(test)]
mod tests;
