//! Finds the files that a command line names.

use std::path::{Path, PathBuf};

use switchback_model::TargetName;

use crate::bundled;
use crate::problem::RunbookError;
use crate::source::Source;

/// The files of one runbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The runbook.
    pub runbook: Source,
    /// The target, where one was named.
    pub target: Option<Source>,
}

/// Reads a runbook and, where named, one of its targets.
///
/// `runbook` is a built-in name ("dns-switch"), a folder that holds `runbook.toml`, or a file; write
/// `./dns-switch` for a folder that is called like a built-in one. `target` is a name (the file
/// `targets/NAME.toml` beside the runbook) or the path of a `.toml` file, so that a copy of a
/// built-in target can be used without copying its runbook.
///
/// # Errors
/// When either does not exist, can't be read, is larger than 1 MiB or is not UTF-8.
pub fn load(runbook: &str, target: Option<&str>) -> Result<Loaded, RunbookError> {
    if let Some(found) = bundled::find(runbook) {
        let target = target.map(|name| bundled_target(found, name)).transpose()?;
        return Ok(Loaded {
            runbook: found.source(),
            target,
        });
    }
    let given = Path::new(runbook);
    let file = if given.is_dir() {
        given.join("runbook.toml")
    } else {
        given.to_owned()
    };
    // What is there and is no file is said to be that.
    if !file.exists() {
        let built_in = bundled::ALL.iter().map(|b| b.name.to_owned()).collect();
        return Err(RunbookError::NoRunbook {
            name: runbook.to_owned(),
            built_in,
        });
    }
    let beside = file.parent().unwrap_or(Path::new(""));
    let targets = beside.join("targets");
    let runbook = Source::read(&file)?;
    let target = target.map(|name| named_target(&targets, name)).transpose()?;
    let notices = notices(&beside.join("notices"))?;
    Ok(Loaded {
        runbook: runbook.with_notices(notices),
        target,
    })
}

/// Reads a target without its runbook: the path of a `.toml` file, or the name of a target that is built
/// in.
///
/// # Errors
/// As [`load`].
pub fn load_target(name: &str) -> Result<Source, RunbookError> {
    if is_path(name) {
        return Source::read(name);
    }
    // The look-up is part of moving people to Cognito, so that runbook's targets come first.
    let mut bundled = bundled::ALL.iter().rev();
    bundled.find_map(|runbook| runbook.target(name)).ok_or_else(|| {
        let targets = bundled::ALL.iter().rev().flat_map(|runbook| runbook.targets);
        let mut built_in: Vec<String> = targets.map(|(name, _)| (*name).to_owned()).collect();
        built_in.sort();
        built_in.dedup();
        RunbookError::UnknownTarget {
            name: name.to_owned(),
            built_in,
        }
    })
}

fn bundled_target(runbook: &bundled::Bundled, name: &str) -> Result<Source, RunbookError> {
    match runbook.target(name) {
        Some(source) => Ok(source),
        None if is_path(name) => Source::read(name),
        None => Err(RunbookError::NoTarget {
            name: name.to_owned(),
            available: runbook
                .targets
                .iter()
                .map(|(name, _)| (*name).to_owned())
                .collect(),
        }),
    }
}

fn named_target(folder: &Path, name: &str) -> Result<Source, RunbookError> {
    // A name can't leave the folder: an id holds no separator and does not start with a dot.
    let file: Option<PathBuf> = TargetName::new(name)
        .ok()
        .map(|name| folder.join(format!("{name}.toml")));
    match file.filter(|file| file.is_file()) {
        Some(file) => Source::read(file),
        None if is_path(name) => Source::read(name),
        None => Err(RunbookError::NoTarget {
            name: name.to_owned(),
            available: available(folder),
        }),
    }
}

/// The texts of the files in a folder that end in `.txt`; none where there is no such folder.
fn notices(folder: &Path) -> Result<Vec<(String, String)>, RunbookError> {
    let mut notices = Vec::new();
    for name in names_of(folder, ".txt") {
        let text = Source::read(folder.join(format!("{name}.txt")))?.text;
        notices.push((name, text.replace("\r\n", "\n")));
    }
    Ok(notices)
}

fn is_path(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "toml")
}

fn available(folder: &Path) -> Vec<String> {
    names_of(folder, ".toml")
}

/// The names of a folder's files that end so, without the ending.
fn names_of(folder: &Path, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            entry
                .file_name()
                .to_str()
                .and_then(|n| n.strip_suffix(ending))
                .map(str::to_owned)
        })
        .collect();
    names.sort();
    names
}
