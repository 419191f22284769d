//! What the window has from Rust, beside the types that ts-rs writes: the shell's commands, and for the tests
//! of its checks every type's JSON. `cargo xtask types` has these tests write the files; else they compare.
#![expect(clippy::unwrap_used, reason = "tests")]

mod commands;
mod print;
mod samples;

use std::path::{Path, PathBuf};
use std::{env, fs};

use switchback_model::Submission;
use ts_rs::{Config, TS as _};

/// Set by `cargo xtask types`: the files are written instead of compared.
const WRITE: &str = "SWITCHBACK_WRITE_TYPES";

/// The repository's top folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// Writes the file where that is asked, else fails if it is not this text.
fn fits(name: &str, wanted: &str) {
    let path = root().join("ui/src/ipc/generated").join(name);
    if env::var_os(WRITE).is_some() {
        fs::write(&path, wanted).unwrap();
        return;
    }
    let have = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        have == wanted,
        "{name} does not fit the code: run `cargo xtask types` and commit what it writes"
    );
}

/// The model does not export by itself: of two test programs that write one file, the second empties it.
#[test]
fn export_bindings_of_what_the_window_sends() {
    Submission::export_all(&Config::from_env()).unwrap();
}

#[test]
fn the_commands_of_the_window_are_those_of_the_shell() {
    let commands = commands::read(&root().join("src-tauri/src"));
    assert!(commands.len() > 25, "the commands were not found");
    fits("commands.ts", &print::file(&commands));
}

#[test]
fn the_samples_are_what_serde_writes() {
    fits("samples.json", &samples::all().text());
}

/// A time that is exported as a plain string would lose its check.
#[test]
fn no_type_is_exported_as_a_plain_string_but_the_time() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = 0;
    for entry in fs::read_dir(here).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "rs") || path.ends_with("time.rs") {
            continue;
        }
        files += 1;
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| line.trim_start().starts_with("#[ts(")) {
            assert!(
                !line.contains(r#"type = "string"#),
                "{}: {line}: of a time write `as = \"Time\"`",
                path.display()
            );
        }
    }
    assert!(files > 15, "the sources were not found");
}
