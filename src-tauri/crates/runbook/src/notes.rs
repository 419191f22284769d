//! The problems of one file as they are found.

use std::ops::Range;

use crate::problem::Problem;
use crate::source::Source;

/// A stretch of a file's text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct At {
    pub start: usize,
    pub end: usize,
}

impl From<Range<usize>> for At {
    fn from(range: Range<usize>) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

/// A place in one of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// In the target; else in the runbook.
    pub in_target: bool,
    pub at: At,
}

/// What a reader of the runbook finds wrong in the target: an answer is written there, and what it
/// belongs to here.
#[derive(Debug)]
pub(crate) struct Aside {
    pub lint: bool,
    pub code: &'static str,
    pub at: At,
    pub message: String,
    pub fix: String,
}

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Located<T> {
    pub value: T,
    pub at: At,
}

/// The errors and lints of one file.
#[derive(Debug)]
pub(crate) struct Notes<'s> {
    source: &'s Source,
    pub errors: Vec<Problem>,
    pub lints: Vec<Problem>,
}

impl<'s> Notes<'s> {
    pub fn new(source: &'s Source) -> Self {
        Self {
            source,
            errors: Vec::new(),
            lints: Vec::new(),
        }
    }

    pub fn source(&self) -> &'s Source {
        self.source
    }

    /// The part of a string's span that holds a token, else all of it (it may be written with
    /// escapes).
    pub fn within(&self, at: At, token: &str) -> At {
        let raw = self.source.text.get(at.start..at.end);
        raw.and_then(|raw| raw.find(token)).map_or(at, |found| At {
            start: at.start + found,
            end: at.start + found + token.len(),
        })
    }

    pub fn error(&mut self, code: &'static str, at: At, message: impl Into<String>, fix: impl Into<String>) {
        let problem = self.problem(code, at, message.into(), fix.into());
        self.errors.push(problem);
    }

    pub fn lint(&mut self, code: &'static str, at: At, message: impl Into<String>, fix: impl Into<String>) {
        let problem = self.problem(code, at, message.into(), fix.into());
        self.lints.push(problem);
    }

    /// In the order of the file, each once.
    pub fn finish(mut self) -> (Vec<Problem>, Vec<Problem>) {
        for list in [&mut self.errors, &mut self.lints] {
            list.sort_by_key(|problem| problem.span.start);
            list.dedup();
        }
        (self.errors, self.lints)
    }

    fn problem(&self, code: &'static str, at: At, message: String, fix: String) -> Problem {
        let (line, column) = self.source.position(at.start);
        let span = at.start..at.end.max(at.start);
        Problem {
            code,
            message,
            file: self.source.file.clone(),
            line,
            column,
            fix,
            span,
        }
    }
}

/// The known word that was likely meant, if one is near.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&word, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// "Did you mean …?" where a word is near, else the list.
pub(crate) fn suggestion(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if known.is_empty() => "There is none to choose from: declare it, or remove this.".into(),
        None => {
            let list: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
            format!("Use one of {}.", list.join(", "))
        }
    }
}
