//! The same rehearsed night read by other people's code: on their emulators of AWS, and in our own closed
//! world by boto3 and by an onlooker in plain Python. User pools and parameters as well.
//!
//! Needs SWITCHBACK_VENV: a Python venv with what `xtask/python-requirements.txt` names.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod gateway;
mod lookups;
mod onlookers;
mod parameter_switched;
mod parameters;
mod pools;
mod restricted;
mod sandbox;
mod service_rolled;
#[path = "../shared/mod.rs"]
mod shared;
mod there_and_back;
mod triggers;
mod weighted;

use serde_json::Value;

/// What is in one list and not in the other, as (gone, new).
fn difference<'a>(before: &'a [Value], after: &'a [Value]) -> (Vec<&'a Value>, Vec<&'a Value>) {
    (
        before.iter().filter(|set| !after.contains(set)).collect(),
        after.iter().filter(|set| !before.contains(set)).collect(),
    )
}

fn addresses(set: &Value) -> Vec<&str> {
    set["ResourceRecords"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["Value"].as_str().unwrap())
        .collect()
}
