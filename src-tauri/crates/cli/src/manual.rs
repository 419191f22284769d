//! The manual pages, from the same description of the command line as `--help`: `switchback.1`, and one
//! page for each command below it.

use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use switchback_files::{Existing, Readers};

/// The name of the manual that the pages belong to, as `man` shows it at the top.
const MANUAL: &str = "Switchback";

/// What the program reads from the environment, besides what is said at each option.
const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "SWITCHBACK_HOME",
        "The folder of journal, logs and rehearsal world, in place of the one under FILES.",
    ),
    (
        "SWITCHBACK_MIRROR",
        "A folder on another disk or share that gets every event too.",
    ),
    (
        "SWITCHBACK_OPERATOR",
        "Who decides, as recorded in the journal; else your user name.",
    ),
    (
        "SWITCHBACK_LOG",
        "How much is logged: error, warn, info, debug or trace.",
    ),
    (
        "AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_CA_BUNDLE, HTTPS_PROXY, NO_PROXY",
        "As for every AWS program. A profile that the target names goes before those of the environment.",
    ),
];

/// What the package brings to read and to copy.
const INSTALLED: &[(&str, &str)] = &[
    (
        "/usr/share/doc/switchback/operator.md, support.md, writing-a-runbook.md, accessibility.md",
        "The guides for who drives a run, who looks people up and who writes the plan; who can use the windows.",
    ),
    (
        "/usr/share/doc/switchback/runbooks",
        "The built-in runbooks with their targets, to copy.",
    ),
    (
        "/usr/share/doc/switchback/policies",
        "The IAM policies of the built-in plan, and what each statement is for.",
    ),
];

/// Writes every page into the folder, which must be there; the number of pages.
pub fn write(command: Command, folder: &Path) -> io::Result<usize> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    collect(&command, &mut pages);
    for page in &pages {
        let to = folder.join(file_name(page));
        switchback_files::write(&to, &render(page)?, Existing::Replace, Readers::Everybody)
            .map_err(|why| io::Error::other(format!("{}: {why}", to.display())))?;
    }
    Ok(pages.len())
}

/// The command and everything below it that `--help` shows.
fn collect(command: &Command, pages: &mut Vec<Command>) {
    pages.push(command.clone());
    for below in shown(command) {
        collect(below, pages);
    }
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|below| !below.is_hide_set())
}

/// `switchback-run-new` for `switchback run new`.
fn page_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn file_name(command: &Command) -> String {
    format!("{}.1", page_name(command))
}

fn render(command: &Command) -> io::Result<Vec<u8>> {
    let version = command.get_version().unwrap_or_default();
    let man = Man::new(command.clone())
        .source(format!("switchback {version}"))
        .manual(MANUAL);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if shown(command).next().is_some() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut end = Roff::default();
    let name = page_name(command);
    match name.rsplit_once('-') {
        None => end_of_first_page(command, &mut end),
        Some((parent, _)) => {
            end.control("SH", ["SEE ALSO"]);
            end.text([bold(parent), roman("(1)")]);
        }
    }
    end.to_writer(&mut page)?;
    Ok(page)
}

fn end_of_first_page(command: &Command, end: &mut Roff) {
    let codes = command
        .get_after_help()
        .map(|text| text.to_string())
        .unwrap_or_default();
    end.control("SH", ["EXIT STATUS"]);
    let codes = codes.trim_start_matches("Exit codes: ").trim_end_matches('.');
    for code in codes.split(", ") {
        let (code, meaning) = code.trim().split_once(' ').unwrap_or((code, ""));
        end.control("TP", []);
        end.text([bold(code)]);
        end.text([roman(meaning)]);
    }
    end.control("SH", ["ENVIRONMENT"]);
    for (name, meaning) in ENVIRONMENT {
        end.control("TP", []);
        end.text([bold(*name)]);
        end.text([roman(*meaning)]);
    }
    end.control("SH", ["FILES"]);
    end.control("TP", []);
    end.text([bold("~/.local/share/switchback")]);
    end.text([roman(
        "The journal of every run in clear text, personal data only sealed; logs; the rehearsal world. Removing the program leaves it.",
    )]);
    // The pages are made for the package alone, which brings these.
    for (path, what) in INSTALLED {
        end.control("TP", []);
        end.text([bold(*path)]);
        end.text([roman(*what)]);
    }
    end.control("SH", ["SEE ALSO"]);
    end.text([
        bold("switchback-console"),
        roman("(1), "),
        bold("aws"),
        roman("(1)"),
    ]);
}

#[cfg(test)]
pub mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Args;

    /// Every command that a person may type, as its words.
    fn typed(command: &Command, before: &[&str], all: &mut Vec<Vec<String>>) {
        let words = [before, &[command.get_name()]].concat();
        all.push(words.iter().map(|word| (*word).to_owned()).collect());
        for below in shown(command).filter(|below| below.get_name() != "help") {
            typed(below, &words, all);
        }
    }

    pub fn commands() -> Vec<Vec<String>> {
        let mut all = Vec::new();
        typed(&Args::command(), &[], &mut all);
        assert!(all.len() > 30, "the walk finds the commands: {all:?}");
        all
    }

    #[test]
    fn every_command_has_a_page_with_its_options_and_no_page_is_left_over() {
        let folder = tempfile::tempdir().unwrap();
        let written = write(Args::command(), folder.path()).unwrap();
        let have: BTreeSet<String> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let wanted: BTreeSet<String> = commands()
            .iter()
            .map(|words| format!("{}.1", words.join("-")))
            .collect();
        assert_eq!(have, wanted);
        assert_eq!(written, wanted.len());

        let mut root = Args::command();
        root.build();
        for words in commands() {
            let command = words[1..]
                .iter()
                .fold(&root, |command, word| command.find_subcommand(word).unwrap());
            let page = std::fs::read_to_string(folder.path().join(format!("{}.1", words.join("-")))).unwrap();
            // roff writes a hyphen that may be copied as \-.
            let page = page.replace("\\-", "-");
            for option in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
                let name = option.get_long().map_or_else(
                    || option.get_value_names().unwrap()[0].to_string(),
                    |long| format!("--{long}"),
                );
                assert!(page.contains(&name), "{words:?} lacks {name}");
            }
        }
    }

    #[test]
    fn the_first_page_says_what_the_codes_mean_and_where_the_state_is() {
        let mut command = Args::command();
        command.build();
        let page = String::from_utf8(render(&command).unwrap()).unwrap();
        for part in [
            "EXIT STATUS",
            "6",
            "sign\\-in needed",
            "SWITCHBACK_HOME",
            "FILES",
            "/usr/share/doc/switchback/runbooks",
            "switchback\\-console",
        ] {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
    }
}
