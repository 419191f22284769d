//! The direction of dependencies, as `cargo metadata` says it: what may see what.

use std::collections::{BTreeMap, BTreeSet};

/// Crate → workspace crates that it may depend on, dev-dependencies apart.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("files", &[]),
    ("engine", &["model"]),
    ("journal", &["model", "engine", "files"]),
    ("runbook", &["model", "engine", "files"]),
    ("aws", &["model", "engine", "files"]),
    ("probes", &["model"]),
    ("directory", &["model"]),
    ("rehearsal", &["model"]),
    ("testkit", &["model", "engine"]),
    ("wire", &["model", "engine"]),
    (
        "lookup",
        &["model", "engine", "files", "journal", "aws", "directory", "wire"],
    ),
    ("kinds", &["model", "engine", "aws", "probes", "wire"]),
    (
        "api",
        &[
            "model",
            "engine",
            "files",
            "journal",
            "runbook",
            "aws",
            "probes",
            "directory",
            "rehearsal",
            "wire",
            "lookup",
            "kinds",
        ],
    ),
    (
        "cli",
        &[
            "model",
            "engine",
            "files",
            "journal",
            "runbook",
            "rehearsal",
            "directory",
            "api",
        ],
    ),
    ("bench", &["model", "engine", "journal", "rehearsal"]),
    ("console", &["model", "rehearsal", "api"]),
];

/// What only one crate (or the ones named) may use, so that the inner loop compiles in seconds.
const ONLY_IN: &[(&str, &str)] = &[
    ("aws-", "aws"),
    // The bench makes the same requests with the SDK alone.
    ("aws-", "bench"),
    // Not of the SDK: the keys by which the rehearsal signs real tokens.
    ("aws-lc-", "rehearsal"),
    ("tauri", "console"),
    ("rusqlite", "journal"),
    // The bench measures plain SQLite beside the journal.
    ("rusqlite", "bench"),
    ("keyring", "journal"),
    // The schema that TypeScript is generated from has one home.
    ("ts-rs", "wire"),
    // What the window sends is the model's own command: a copy of it in the wire could drift.
    ("ts-rs", "model"),
];

#[test]
fn dependencies_point_one_way() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let allowed: BTreeMap<&str, BTreeSet<&str>> = ALLOWED
        .iter()
        .map(|(name, may)| (*name, may.iter().copied().collect()))
        .collect();
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let Some(name) = package["name"].as_str().unwrap().strip_prefix("switchback-") else {
            continue;
        };
        let may = allowed
            .get(name)
            .unwrap_or_else(|| panic!("the new crate {name} has no place in the layers"));
        seen += 1;
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = dependency["name"].as_str().unwrap();
            let dev = dependency["kind"] == "dev";
            if let Some(other) = other.strip_prefix("switchback-") {
                assert!(dev || may.contains(other), "{name} must not see {other}");
                assert!(dev || other != "testkit", "testkit is a dev-dependency only");
            }
            let owners: Vec<&str> = ONLY_IN
                .iter()
                .filter(|(prefix, _)| other.starts_with(prefix))
                .map(|(_, owner)| *owner)
                .collect();
            assert!(
                dev || owners.is_empty() || owners.contains(&name),
                "{other} belongs to {} alone, and {name} uses it",
                owners.join(" and ")
            );
        }
    }
    assert_eq!(seen, ALLOWED.len(), "a crate of the layers is gone");
}
