//! Every command line that a guide, the README or the window's help shows is one that this program understands.

#![expect(clippy::unwrap_used, reason = "tests")]

use clap::CommandFactory as _;

use crate::args::Args;

const GUIDES: [(&str, &str); 5] = [
    ("README.md", include_str!("../../../../README.md")),
    ("operator.md", include_str!("../../../docs/operator.md")),
    ("support.md", include_str!("../../../docs/support.md")),
    (
        "writing-a-runbook.md",
        include_str!("../../../docs/writing-a-runbook.md"),
    ),
    ("policies", include_str!("../../../docs/policies/README.md")),
];
const HELP: &str = include_str!("../../../../ui/src/components/help-text.ts");

/// The lines of a guide's shell blocks that call this program.
fn commands(guide: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut in_shell = false;
    for line in guide.lines().map(str::trim) {
        if line.starts_with("```") {
            in_shell = line == "```sh";
        } else if in_shell && line.starts_with("switchback ") {
            lines.push(line);
        }
    }
    lines
}

/// What the window's help says of the command line, one a screen.
fn in_the_window(source: &str) -> Vec<&str> {
    let lines = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("cli: \""));
    lines.map(|line| line.split('"').next().unwrap()).collect()
}

/// The words of a line as a shell makes them, without its comment and what its output is sent to.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    let ends = |word: &String| word.starts_with('#') || word == ">";
    let end = words.iter().position(ends).unwrap_or(words.len());
    words.truncate(end);
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_command_line_that_is_shown_is_understood() {
    let of_guides = GUIDES
        .iter()
        .flat_map(|(name, text)| commands(text).into_iter().map(move |line| (*name, line)));
    let of_window = in_the_window(HELP)
        .into_iter()
        .map(|line| ("the window's help", line));
    let all: Vec<_> = of_guides.chain(of_window).collect();
    assert!(all.len() > 50, "the guides were not read: {all:?}");
    let wrong: Vec<String> = all
        .iter()
        .filter_map(|(name, line)| {
            let error = Args::command().try_get_matches_from(words(line)).err()?;
            let help = error.kind() == clap::error::ErrorKind::DisplayHelp;
            (!help).then(|| format!("{name}: {line}\n{error}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_shown_line_is_taken_apart_as_a_shell_does() {
    let line = "switchback users find anna --purpose \"ticket 123\"   # made-up > people";
    assert_eq!(
        words(line),
        ["switchback", "users", "find", "anna", "--purpose", "ticket 123"]
    );
    assert_eq!(words("switchback runbook schema > x.json").len(), 3);
    assert_eq!(
        commands("switchback a\n```sh\n  switchback b\ncp c\n```\nswitchback d"),
        ["switchback b"]
    );
}
