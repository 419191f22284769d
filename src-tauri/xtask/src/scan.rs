//! A small hand scan of cargo's JSON lines, test results and content stamps: no parser, no crates.

use std::{fs, path::Path};

/// The text value that follows the first `"key":` of the line.
pub fn text(line: &str, key: &str) -> Option<String> {
    let rest = after(line, key)?.strip_prefix('"')?;
    let mut value = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return Some(value),
            '\\' => match characters.next()? {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
}

/// The boolean that follows the first `"key":` of the line.
pub fn flag(line: &str, key: &str) -> Option<bool> {
    let rest = after(line, key)?;
    if rest.starts_with("true") {
        Some(true)
    } else {
        rest.starts_with("false").then_some(false)
    }
}

/// The first entry of the list of texts that follows `"key":`.
pub fn first_of(line: &str, key: &str) -> Option<String> {
    let rest = after(line, key)?.strip_prefix("[\"")?;
    rest.split('"').next().map(str::to_owned)
}

/// True when a package.json names the script.
pub fn has_script(package_json: &str, script: &str) -> bool {
    package_json
        .split_once("\"scripts\"")
        .and_then(|(_, rest)| rest.split_once('}'))
        .is_some_and(|(scripts, _)| after(scripts, script).is_some())
}

fn after<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let quoted = format!("\"{key}\"");
    line.match_indices(&quoted).find_map(|(at, _)| {
        line[at + quoted.len()..]
            .trim_start()
            .strip_prefix(':')
            .map(str::trim_start)
    })
}

/// How many tests passed, failed and were ignored.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed.
    pub failed: u32,
    /// Tests that were not run.
    pub ignored: u32,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; ...` (Rust) and
/// `Tests  1 failed | 11 passed (12)` (Vitest).
pub fn counts(line: &str) -> Option<Counts> {
    let line = plain(line);
    let line = line.trim();
    let rest = line
        .strip_prefix("test result: ")
        .and_then(|rest| rest.split_once(". "))
        .map(|(_, rest)| rest)
        .or_else(|| line.strip_prefix("Tests "))?;
    let mut found = Counts::default();
    for part in rest.split([';', '|', '(']) {
        let mut words = part.split_whitespace();
        if let (Some(Ok(number)), Some(what)) = (words.next().map(str::parse::<u32>), words.next()) {
            match what {
                "passed" => found.passed = number,
                "failed" => found.failed = number,
                "ignored" | "skipped" | "todo" => found.ignored += number,
                _ => {}
            }
        }
    }
    Some(found)
}

/// The name of a test that failed: from `test a::b ... FAILED` (Rust) or ` FAIL  a.test.tsx > b` (Vitest).
pub fn failed(line: &str) -> Option<String> {
    let line = plain(line);
    let line = line.trim();
    let name = line
        .strip_prefix("test ")
        .and_then(|rest| rest.strip_suffix(" ... FAILED"))
        .or_else(|| line.strip_prefix("FAIL "))?;
    Some(name.trim().to_owned())
}

/// The line without terminal colours.
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(character);
        }
    }
    out
}

/// A fingerprint of the files' names and contents (FNV-1a): it tells stale from fresh, it guards nothing.
pub fn stamp(paths: &[&Path]) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for path in paths {
        absorb(path, &mut hash);
    }
    format!("{hash:016x}")
}

fn absorb(path: &Path, hash: &mut u64) {
    let mut eat = |bytes: &[u8]| {
        for byte in bytes {
            *hash = (*hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    eat(path.file_name().unwrap_or_default().as_encoded_bytes());
    if let Ok(entries) = fs::read_dir(path) {
        let mut children: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        children.sort();
        for child in children {
            absorb(&child, hash);
        }
    } else if let Ok(contents) = fs::read(path) {
        eat(&contents);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARTIFACT: &str = r#"{"reason":"compiler-artifact","package_id":"path+file:///w#x@0.1.0","manifest_path":"/w/a \"b\"/Cargo.toml","target":{"kind":["test"],"crate_types":["bin"],"name":"kill_window","src_path":"/w/t.rs"},"profile":{"opt_level":"0","test":true},"features":["test"],"executable":"/w/target/debug/deps/kill_window-1","fresh":false}"#;

    #[test]
    fn reads_an_artifact_line() {
        assert_eq!(text(ARTIFACT, "name").as_deref(), Some("kill_window"));
        assert_eq!(
            text(ARTIFACT, "manifest_path").as_deref(),
            Some("/w/a \"b\"/Cargo.toml")
        );
        assert_eq!(first_of(ARTIFACT, "kind").as_deref(), Some("test"));
        assert_eq!(flag(ARTIFACT, "test"), Some(true));
        assert_eq!(flag(ARTIFACT, "fresh"), Some(false));
        assert_eq!(text(r#"{"executable":null}"#, "executable"), None);
    }

    #[test]
    fn reads_both_result_lines() {
        let rust = "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(
            counts(rust),
            Some(Counts {
                passed: 3,
                failed: 2,
                ignored: 1
            })
        );
        let vitest = " \u{1b}[2m     Tests \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m | 11 passed (12)";
        assert_eq!(
            counts(vitest),
            Some(Counts {
                passed: 11,
                failed: 1,
                ignored: 0
            })
        );
        assert_eq!(counts("test core::x ... ok"), None);
    }

    #[test]
    fn reads_the_name_of_a_failed_test() {
        for (line, name) in [
            (
                "test support::by_keyboard ... FAILED",
                Some("support::by_keyboard"),
            ),
            (
                " \u{1b}[41m FAIL \u{1b}[49m src/test/step.test.tsx > apply > goes",
                Some("src/test/step.test.tsx > apply > goes"),
            ),
            ("test support::by_keyboard ... ok", None),
            ("test result: FAILED. 14 passed; 1 failed; 0 ignored", None),
            ("FAILED", None),
        ] {
            assert_eq!(failed(line).as_deref(), name, "{line}");
        }
    }

    #[test]
    fn finds_a_script_by_name_only_among_scripts() {
        let package =
            r#"{"name": "check", "scripts": {"build": "vite build", "check": "tsc"}, "check2": {}}"#;
        assert!(has_script(package, "check"));
        assert!(!has_script(package, "vite build"));
        assert!(!has_script(r#"{"check": "x"}"#, "check"));
    }
}
