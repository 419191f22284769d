//! Every type that the window is answered with, as serde writes it: once with all that it can hold, once with
//! as little as it can. The struct literals are whole, so that a new field has to be thought of here.

mod account;
mod people;
mod plan;
mod report;
mod rollback;
mod run;
mod step;
mod way;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use ts_rs::{Config, TS};

/// By the type's name in TypeScript.
#[derive(Default)]
pub struct Samples(BTreeMap<String, Vec<Value>>);

impl Samples {
    /// Adds a type that can hold more or less.
    fn both<T: TS + Serialize>(&mut self, of: impl Fn(bool) -> T) {
        self.each([of(true), of(false)]);
    }

    /// Adds all values of a type.
    fn each<T: TS + Serialize>(&mut self, values: impl IntoIterator<Item = T>) {
        let name = T::ident(&Config::new());
        let values: Vec<Value> = values
            .into_iter()
            .map(|value| serde_json::to_value(value).unwrap())
            .collect();
        let again = self.0.insert(name.clone(), values);
        assert!(again.is_none(), "{name} stands twice");
    }

    /// As JSON, a line for each value: what changes is seen in a diff.
    pub fn text(&self) -> String {
        let types = self.0.iter().map(|(name, values)| {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            format!("\"{name}\": [\n{}\n]", values.join(",\n"))
        });
        format!("{{\n{}\n}}\n", types.collect::<Vec<_>>().join(",\n"))
    }
}

/// All of them.
pub fn all() -> Samples {
    let mut samples = Samples::default();
    run::add(&mut samples);
    way::add(&mut samples);
    step::add(&mut samples);
    rollback::add(&mut samples);
    plan::add(&mut samples);
    report::add(&mut samples);
    account::add(&mut samples);
    people::add(&mut samples);
    samples
}

/// A text.
fn text() -> String {
    "text".to_owned()
}

/// Some texts, or none.
fn texts(full: bool) -> Vec<String> {
    list(full, text)
}

/// A time with as many digits as the core ever writes.
fn time() -> Timestamp {
    "2026-08-06T16:30:00.123456789Z".parse().unwrap()
}

/// One of them, or none.
fn list<T>(full: bool, of: impl FnOnce() -> T) -> Vec<T> {
    maybe(full, of).into_iter().collect()
}

/// It, or nothing.
fn maybe<T>(full: bool, of: impl FnOnce() -> T) -> Option<T> {
    full.then(of)
}
