//! What people read of an installed program names nothing that only the source tree has, and nothing in the
//! package's folder that is not in the package.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{FOLDER, documents};
use crate::shell::Workspace;

/// What only a clone has, or can do.
const SOURCE_TREE: [&str; 14] = [
    "src-tauri/",
    "xtask",
    "tauri.conf.json",
    "Cargo.toml",
    "cargo run",
    "cargo test",
    "cargo build",
    "npm run",
    "npm ci",
    "target/debug",
    "target/release",
    "README",
    "CONTRIBUTING",
    "docs/",
];

/// Where the words of both programs stand, and what of it nobody reads who installed them: tests, what only
/// tests and measurements use, and what writes files of the source tree.
const SPOKEN: [&str; 5] = [
    "src-tauri/src",
    "src-tauri/crates",
    "src-tauri/packaging",
    "ui/src",
    "ui/index.html",
];
const UNSPOKEN: [&str; 5] = [
    "src-tauri/crates/bench",
    "src-tauri/crates/testkit",
    "src-tauri/crates/rehearsal/examples",
    "src-tauri/crates/wire/src/typescript",
    "ui/src/test",
];
/// Here even a comment is said: the command line's help and its manual pages are made of them.
const HELP: &str = "src-tauri/crates/cli/src/args";

/// Lines that may be read by a person, as (place, text).
fn spoken(workspace: &Workspace) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for root in SPOKEN {
        walk(&workspace.path(root), &mut files);
    }
    let mut lines = Vec::new();
    for file in files {
        let place = file.strip_prefix(&workspace.root).unwrap_or(&file);
        let place = place.to_string_lossy().replace('\\', "/");
        let is_test = place.contains("/tests") || UNSPOKEN.iter().any(|unspoken| place.starts_with(unspoken));
        if is_test {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let said = said(&text, place.starts_with(HELP));
        lines.extend(said.map(|(number, line)| (format!("{place}:{number}"), line.to_owned())));
    }
    lines
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) {
    if let Ok(entries) = fs::read_dir(path) {
        entries.flatten().for_each(|entry| walk(&entry.path(), files));
        return;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let read = [".rs", ".ts", ".tsx", ".html", ".1", ".desktop", ".xml"];
    if read.iter().any(|ending| name.ends_with(ending)) {
        files.push(path.to_owned());
    }
}

/// The lines of a source that are no comment, take in no file, and stand before the tests; with their numbers.
fn said(text: &str, comments_too: bool) -> impl Iterator<Item = (usize, &str)> {
    let tests = ["mod tests {", "pub mod tests {"];
    let takes_in = [
        "include_str!",
        "include_bytes!",
        "import ",
        "export * from",
        "#[path",
    ];
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()))
        .take_while(move |(_, line)| !tests.contains(line))
        .filter(move |(_, line)| comments_too || !["//", "*", "/*"].iter().any(|mark| line.starts_with(mark)))
        .filter(move |(_, line)| !takes_in.iter().any(|macro_| line.contains(macro_)))
}

/// Every path below the folder of documents that a text names.
fn named(text: &str) -> Vec<String> {
    let start = format!("/{FOLDER}/");
    text.match_indices(&start)
        .map(|(at, _)| {
            let rest = &text[at + 1..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "/._-".contains(c)));
            rest[..end.unwrap_or(rest.len())]
                .trim_end_matches(['.', '/'])
                .to_owned()
        })
        .collect()
}

/// The targets of a guide's links to files beside it.
fn links(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|link| link.split('#').next().unwrap_or_default())
        .filter(|link| !link.is_empty() && !link.contains("://"))
        .collect()
}

#[test]
fn nothing_that_is_said_names_the_source_tree() {
    let workspace = Workspace::find().unwrap();
    let lines = spoken(&workspace);
    assert!(
        lines.len() > 50_000,
        "the sources were not found: {}",
        lines.len()
    );
    let found: Vec<String> = lines
        .iter()
        .filter(|(_, line)| SOURCE_TREE.iter().any(|needle| line.contains(needle)))
        .map(|(place, line)| format!("{place}: {line}"))
        .collect();
    assert!(
        found.is_empty(),
        "who installed the program has no source tree; say what to do, or name what is in /{FOLDER}:\n{}",
        found.join("\n")
    );
}

#[test]
fn what_is_installed_to_read_stands_by_itself() {
    let workspace = Workspace::find().unwrap();
    let documents = documents(&workspace).unwrap();
    let there: BTreeSet<&str> = documents.iter().map(|(there, _)| there.as_str()).collect();
    let has = |path: &str| {
        there
            .iter()
            .any(|one| *one == path || one.starts_with(&format!("{path}/")))
    };
    let mut wrong = Vec::new();
    let mut named_at_all = 0;
    for (place, line) in spoken(&workspace) {
        for path in named(&line) {
            named_at_all += 1;
            if !has(&path) {
                wrong.push(format!("{place}: /{path} is not in the package"));
            }
        }
    }
    for (there, here) in &documents {
        let text = fs::read_to_string(here).unwrap();
        for needle in SOURCE_TREE.iter().filter(|needle| text.contains(**needle)) {
            // The one word that tells readers of the tables' source who writes them.
            let made = there.ends_with("writing-a-runbook.md") && *needle == "xtask";
            if !made || text.matches(needle).count() > 1 {
                wrong.push(format!("{there} names {needle}"));
            }
        }
        for path in named(&text) {
            named_at_all += 1;
            if !has(&path) {
                wrong.push(format!("{there}: /{path} is not in the package"));
            }
        }
        let folder = there.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in links(&text).into_iter().filter(|_| there.ends_with(".md")) {
            if !has(&format!("{folder}/{}", link.trim_end_matches('/'))) {
                wrong.push(format!("{there} links to {link}, which is not in the package"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(named_at_all > 5, "nobody names the folder of documents");
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let workspace = Workspace::find().unwrap();
    let mut documents: Vec<PathBuf> = ["README.md", ".github/CONTRIBUTING.md"]
        .map(|path| workspace.path(path))
        .into();
    for folder in ["src-tauri/docs", "src-tauri/docs/adr", "src-tauri/docs/policies"] {
        let entries = fs::read_dir(workspace.path(folder)).unwrap().flatten();
        let files = entries.map(|entry| entry.path());
        documents.extend(files.filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    assert!(documents.len() > 20, "the documents were not found");
    let mut lost = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        let folder = document.parent().unwrap_or(Path::new(""));
        let pages = links(&text).into_iter().filter(|link| !link.ends_with(".png"));
        lost.extend(
            pages
                .filter(|link| !folder.join(link).exists())
                .map(|link| format!("{}: {link}", document.display())),
        );
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn a_line_that_is_said_is_told_from_one_that_is_not() {
    let source = "//! docs/a\nuse b;\nlet x = \"src-tauri/c\"; // d\n    /// src-tauri/e\nlet f = include_str!(\"src-tauri/g\");\n\
                  #[cfg(test)]\nmod tests {\n\"src-tauri/h\"\n}\n";
    let lines = |comments| said(source, comments).map(|(at, _)| at).collect::<Vec<_>>();
    assert_eq!(lines(false), [2, 3, 6]);
    assert_eq!(lines(true), [1, 2, 3, 4, 6]);
    assert_eq!(
        named("see /usr/share/doc/switchback/policies/support.json. Or /usr/share/doc/switchback/x"),
        [
            "usr/share/doc/switchback/policies/support.json",
            "usr/share/doc/switchback/x"
        ]
    );
    assert_eq!(
        links("[a](b.md#c) [d](https://e) [f](#g) [h](policies)"),
        ["b.md", "policies"]
    );
}
