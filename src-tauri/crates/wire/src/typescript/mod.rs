//! What the window has from Rust, beside the types that ts-rs writes by itself.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use switchback_model::Submission;
use ts_rs::{Config, TS as _};

/// The model does not export by itself: of two test programs that write one file, the second empties it.
#[test]
fn export_bindings_of_what_the_window_sends() {
    Submission::export_all(&Config::from_env()).unwrap();
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
