//! The made-up world of the window's tests, written by the product's own code.
//!
//! The window is tested against what the core says, and not against what somebody thinks that it says: a small runbook is
//! resolved, driven through a night by the engine over a world in memory, and what a window would be sent is written to
//! `ui/src/test/world`. `cargo xtask types` writes the files; this test fails where they are not what the code says.

mod courses;
mod desk;
mod in_memory;
mod looks;
mod night;
mod people;
mod plan;
mod plans;
mod scripted;
mod seats;
mod stories;
mod ways;
mod written;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json as object};

use crate::connection::tests::made_up;
use crate::wire::ConnectionView;
use stories::Scene;
pub(super) use stories::scenes;
use written::{grown, kept, named, pretty};

/// Set where the files are to be written rather than compared.
const WRITE: &str = "SWITCHBACK_WRITE_WORLD";

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("what crosses the boundary is JSON")
}

/// Every scene, each as what differs from the one that it grew out of.
fn of_scenes(scenes: &[Scene]) -> Value {
    let whole: BTreeMap<&str, (Value, Vec<Value>)> = scenes
        .iter()
        .map(|scene| {
            let events = scene.events.iter().map(json).collect();
            (scene.name, (json(&scene.snapshot), events))
        })
        .collect();
    named(scenes.iter().map(|scene| {
        let (snapshot, events) = &whole[scene.name];
        let from = scene.from.map(|from| (from, &whole[from]));
        let mut entry = grown(snapshot, from.map(|(name, (before, _))| (name, before)));
        let kept = from.map_or(0, |(_, (_, earlier))| kept(events, earlier));
        entry["kept"] = kept.into();
        entry["events"] = events[kept..].into();
        (scene.name, entry)
    }))
}

/// Connections, each as what differs from the first.
fn of_connections(connections: &[(&str, ConnectionView)]) -> Value {
    let first = connections.first().map(|(name, view)| (*name, json(view)));
    named(connections.iter().map(|(name, view)| {
        let from = first.as_ref().filter(|(first, _)| first != name);
        (
            *name,
            grown(&json(view), from.map(|(name, first)| (*name, first))),
        )
    }))
}

/// Every file with its content.
async fn files() -> Vec<(&'static str, Value)> {
    let scenes = scenes().await;
    let night = courses::waiting(plan::REHEARSAL, None).await;
    let now = night.now();
    let production = plan::on(plan::PRODUCTION);
    let connections = made_up::all(now, &night.run().plan, &production).await;
    vec![
        ("scenes.json", of_scenes(&scenes)),
        ("seats.json", seats::all(&night)),
        (
            "plans.json",
            object!({
                "rollbacks": plans::rollbacks(&scenes).await,
                "fields": plans::fields().await,
                "amendments": plans::amendments().await,
            }),
        ),
        ("people.json", people::look_ups().await),
        (
            "desk.json",
            object!({
                "now": json(&now),
                "program": desk::program(&night),
                "profiles": json(&made_up::of_computer(now)),
                "connections": of_connections(&connections),
                "rehearsal": desk::rehearsal(),
                "runbooks": desk::of_runbooks(),
                "report": desk::of_run().await,
            }),
        ),
    ]
}

#[tokio::test]
async fn the_made_up_world_of_the_window_is_what_the_core_says() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/test/world");
    let is_written = std::env::var_os(WRITE).is_some();
    let mut drifted = Vec::new();
    for (name, content) in files().await {
        let (file, text) = (folder.join(name), pretty(&content));
        let there = std::fs::read_to_string(&file).unwrap_or_default();
        if there == text {
            continue;
        }
        if is_written {
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(&file, text).expect("a file");
        } else {
            let line = std::iter::zip(there.lines(), text.lines())
                .take_while(|(a, b)| a == b)
                .count()
                + 1;
            drifted.push(format!("ui/src/test/world/{name}, from line {line}"));
        }
    }
    assert!(
        drifted.is_empty(),
        "not what the core says any more: {}. Write the files with `cargo xtask types`, look at what changed, and commit it",
        drifted.join("; ")
    );
}
