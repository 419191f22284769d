//! What each window may call, checked over the files that say so. That Tauri enforces them is shown in the
//! real window (`tests/window/support.rs`).
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

const QUERIES: &str = include_str!("../permissions/queries.toml");
const SUBMIT: &str = include_str!("../permissions/submit.toml");
const CONSOLE: &str = include_str!("../capabilities/console.json");
const SUPPORT: &str = include_str!("../capabilities/support.json");
const CONFIG: &str = include_str!("../../tauri.conf.json");
const SHELL: &str = include_str!("lib.rs");
/// What the page can ask for: generated, so nobody writes a command there that the program has not.
const PAGE: &str = include_str!("../../ui/src/ipc/generated/commands.ts");

/// All that support needs. A command that is added to a permission of its, for whatever reason, is added
/// here by a person too, or this fails.
const LOOK_UP: [&str; 9] = [
    "submit_support",
    "ui_ready",
    "set_zoom",
    "users_detail",
    "users_find",
    "users_forget",
    "users_place",
    "users_places",
    "window_info",
];

#[derive(Deserialize)]
struct Permissions {
    permission: Vec<Permission>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Permission {
    identifier: String,
    description: String,
    commands: Commands,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Commands {
    allow: Vec<String>,
}

/// `deny_unknown_fields`: a capability that grants in another way, such as to a remote page or to a webview,
/// is not understood here and must not pass.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Capability {
    #[serde(rename = "$schema")]
    _schema: String,
    identifier: String,
    description: String,
    windows: Vec<String>,
    permissions: Vec<String>,
}

fn permissions() -> BTreeMap<String, Permission> {
    let mut all = BTreeMap::new();
    for file in [QUERIES, SUBMIT] {
        for permission in toml::from_str::<Permissions>(file).unwrap().permission {
            let name = permission.identifier.clone();
            assert!(
                all.insert(name.clone(), permission).is_none(),
                "{name} stands twice"
            );
        }
    }
    all
}

fn capabilities() -> Vec<Capability> {
    let read = |text| serde_json::from_str::<Capability>(text).unwrap();
    vec![read(CONSOLE), read(SUPPORT)]
}

/// The commands that a window may call.
fn granted(label: &str) -> BTreeSet<String> {
    let permissions = permissions();
    capabilities()
        .into_iter()
        .filter(|capability| capability.windows.iter().any(|window| window == label))
        .flat_map(|capability| capability.permissions)
        .flat_map(|name| permissions[&name].commands.allow.clone())
        .collect()
}

/// The commands that the program answers at all.
fn handled() -> BTreeSet<String> {
    let list = SHELL.split_once("generate_handler![").unwrap().1;
    let list = list.split_once(']').unwrap().0;
    let names = list.split(',').map(str::trim).filter(|path| !path.is_empty());
    names
        .map(|path| path.rsplit("::").next().unwrap().to_owned())
        .collect()
}

/// The commands that the page knows.
fn known() -> BTreeSet<String> {
    let rows = PAGE.split("{ name: \"").skip(1);
    rows.map(|row| row.split_once('"').unwrap().0.to_owned())
        .collect()
}

#[test]
fn these_are_all_the_files() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src-tauri");
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(root.join(folder)).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(
        names("capabilities"),
        ["console.json", "support.json"].map(str::to_owned).into()
    );
    assert_eq!(
        names("permissions"),
        ["queries.toml", "submit.toml"].map(str::to_owned).into()
    );
}

#[test]
fn every_command_has_a_permission_and_a_place_in_the_page_and_the_other_way_round() {
    let handled = handled();
    assert!(handled.len() > 25, "the list was not found: {handled:?}");
    let mut allowed = BTreeSet::new();
    for permission in permissions().into_values() {
        assert!(
            permission.description.ends_with('.'),
            "{} does not say what it is for",
            permission.identifier
        );
        for command in permission.commands.allow {
            assert!(
                allowed.insert(command.clone()),
                "{command} is allowed by two permissions"
            );
        }
    }
    assert_eq!(allowed, handled);
    assert_eq!(known(), handled);
}

#[test]
fn a_capability_names_only_permissions_that_exist_and_none_of_tauris_own() {
    let permissions = permissions();
    let mut used = BTreeSet::new();
    for capability in capabilities() {
        assert!(
            capability.description.starts_with("For "),
            "{}: whom is it for?",
            capability.identifier
        );
        for name in capability.permissions {
            assert!(
                !name.contains(':'),
                "{name} is Tauri's or a plugin's: the page is granted none of those"
            );
            assert!(permissions.contains_key(&name), "there is no permission {name}");
            used.insert(name);
        }
    }
    let all: BTreeSet<String> = permissions.into_keys().collect();
    assert_eq!(used, all, "a permission that no window has");
}

#[test]
fn every_window_has_one_capability_and_opens_only_on_purpose() {
    let config: serde_json::Value = serde_json::from_str(CONFIG).unwrap();
    let windows = config["app"]["windows"].as_array().unwrap();
    let enabled: Vec<&str> = config["app"]["security"]["capabilities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert_eq!(windows.len(), 2);
    for window in windows {
        let label = window["label"].as_str().unwrap();
        assert_eq!(window["create"], false, "{label} would open by itself");
        let of: Vec<Capability> = capabilities()
            .into_iter()
            .filter(|capability| capability.windows.iter().any(|name| name == label))
            .collect();
        assert_eq!(of.len(), 1, "{label}");
        assert_eq!(of[0].windows, [label]);
        assert!(enabled.contains(&of[0].identifier.as_str()), "{label}");
    }
    assert_eq!(enabled.len(), 2);
}

#[test]
fn the_support_window_looks_people_up_and_nothing_else() {
    let wanted: BTreeSet<String> = LOOK_UP.map(str::to_owned).into();
    assert_eq!(granted("support"), wanted);
    // The operator's window can do what the program can.
    assert_eq!(granted("console"), handled());
}
