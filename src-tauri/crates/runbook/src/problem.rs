//! What is wrong with a file: where, what, and how to fix it.

use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode,
};
use serde::Serialize;
use switchback_files::Unread;
use switchback_model::text;

use crate::source::{MAX_BYTES, Source};

/// One error or lint of a runbook or target file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable word for the kind of problem, such as `unknown-key`.
    pub code: &'static str,
    /// What is wrong, as a sentence.
    pub message: String,
    /// The file, as named by its [`Source`].
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What to do about it.
    pub fix: String,
    /// The bytes of the file's text that it is about.
    #[serde(skip)]
    pub span: Range<usize>,
}

impl Problem {
    /// Where it is, for people: file, line and column, or the file alone where all of it is meant.
    #[must_use]
    pub fn place(&self) -> String {
        match self.code {
            "unreadable" | "too-large" | "no-runbook" => self.file.clone(),
            "no-target" => format!("target {}", self.file),
            _ => format!("{}:{}:{}", self.file, self.line, self.column),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}: {} [{}]",
            self.file, self.line, self.column, self.message, self.code
        )
    }
}

/// Everything found in a runbook and its target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What must be fixed before a plan can be made; runbook first, then target, each in the order
    /// of the file.
    pub errors: Vec<Problem>,
    /// What is allowed but likely a mistake.
    pub lints: Vec<Problem>,
}

/// Why a file could not be had at all.
#[derive(Debug, thiserror::Error)]
pub enum RunbookError {
    /// The file can't be opened or read.
    #[error("The file can't be read: {why}.")]
    Unreadable {
        /// The path as given.
        file: String,
        /// Why.
        why: Unread,
    },
    /// More than [`MAX_BYTES`].
    #[error("The file is larger than 1 MiB ({MAX_BYTES} bytes), so it was not parsed.")]
    TooLarge {
        /// The path as given.
        file: String,
    },
    /// The text is not UTF-8.
    #[error("The byte here is not valid UTF-8.")]
    NotUtf8 {
        /// The path as given.
        file: String,
        /// The line of the first bad byte, from 1.
        line: u32,
        /// Its column in characters, from 1.
        column: u32,
        /// Its offset in bytes.
        offset: usize,
    },
    /// Neither a file, nor a folder with a runbook, nor the name of a built-in one.
    #[error("There is no runbook {name:?}.")]
    NoRunbook {
        /// The argument as given.
        name: String,
        /// The names of the built-in runbooks.
        built_in: Vec<String>,
    },
    /// The runbook has no such target.
    #[error("The runbook has no target {name:?}.")]
    NoTarget {
        /// The argument as given.
        name: String,
        /// The targets that it has.
        available: Vec<String>,
    },
    /// Neither a target file nor the name of a built-in target, where no runbook was asked for.
    #[error("There is no target {name:?}.")]
    UnknownTarget {
        /// The argument as given.
        name: String,
        /// The names of the built-in targets.
        built_in: Vec<String>,
    },
}

impl RunbookError {
    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::Unreadable { .. } => "Check the path and that you may read the file.".into(),
            Self::TooLarge { .. } => {
                "Check that this is the right file: a runbook is a few hundred lines of TOML.".into()
            }
            Self::NotUtf8 { .. } => "Save the file as UTF-8.".into(),
            Self::NoRunbook { built_in, .. } => format!(
                "Give a runbook.toml, a folder that holds one, or a built-in name: {}.",
                built_in.join(", ")
            ),
            Self::NoTarget { available, .. } if available.is_empty() => {
                "Add targets/NAME.toml beside the runbook.".into()
            }
            Self::NoTarget { available, .. } => {
                format!(
                    "Use one of: {}; or the path of a .toml file.",
                    available.join(", ")
                )
            }
            Self::UnknownTarget { built_in, .. } => format!(
                "Give the path of a target file, which ends in .toml, or a name that is known here: {}. Pools are named by \
                 their ids, such as eu-west-2_EXAMPLE1.",
                built_in.join(", ")
            ),
        }
    }

    /// The same as a problem, so that `runbook check` lists it like any other.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let (code, file, line, column, offset) = match self {
            Self::Unreadable { file, .. } => ("unreadable", file, 1, 1, 0),
            Self::TooLarge { file } => ("too-large", file, 1, 1, 0),
            Self::NotUtf8 {
                file,
                line,
                column,
                offset,
            } => ("not-utf8", file, *line, *column, *offset),
            Self::NoRunbook { name, .. } => ("no-runbook", name, 1, 1, 0),
            Self::NoTarget { name, .. } | Self::UnknownTarget { name, .. } => ("no-target", name, 1, 1, 0),
        };
        Problem {
            code,
            message: self.to_string(),
            file: file.clone(),
            line,
            column,
            fix: self.fix(),
            span: offset..offset,
        }
    }
}

/// A problem together with its text, for miette.
#[derive(Debug)]
struct Shown<'a> {
    problem: &'a Problem,
    source: Option<&'a NamedSource<String>>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.problem.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.problem.fix))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source?;
        let label = LabeledSpan::new(
            Some("here".into()),
            self.problem.span.start,
            self.problem.span.len(),
        );
        Some(Box::new(std::iter::once(label)))
    }
}

/// As [`text::shown`], but the end of a line of Windows stays as it is.
fn visible(source: &str) -> String {
    source
        .split_inclusive("\r\n")
        .map(|line| match line.strip_suffix("\r\n") {
            Some(line) => format!("{}\r\n", text::shown(line)),
            None => text::shown(line),
        })
        .collect()
}

/// Whether a problem's lines can be shown: they are there, and nobody would scroll past them for ever.
fn fits(source: &Source, problem: &Problem) -> bool {
    let Range { start, end } = problem.span;
    let (Some(before), Some(after)) = (source.text.get(..start), source.text.get(end..)) else {
        return false;
    };
    let from = before.rfind('\n').map_or(0, |at| at + 1);
    let to = end + after.find('\n').unwrap_or(after.len());
    to - from <= LONGEST_SHOWN
}

/// Lines of a problem that are longer than this are not shown beside it.
const LONGEST_SHOWN: usize = 2_000;

/// So many problems are shown with their lines. Who has more mends these first; JSON has them all.
pub const SHOWN: usize = 50;

/// Shows the first [`SHOWN`] problems with the lines that they are about, for a terminal, without colour, and
/// counts the rest.
#[must_use]
pub fn render(problems: &[Problem], sources: &[Source]) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .with_context_lines(1)
        .with_links(false);
    let texts: Vec<NamedSource<String>> = sources
        .iter()
        .map(|source| NamedSource::new(text::line(&source.file), visible(&source.text)))
        .collect();
    let mut out = String::new();
    for problem in problems.iter().take(SHOWN) {
        let source = std::iter::zip(sources, &texts)
            .find(|(source, _)| source.file == problem.file && fits(source, problem))
            .map(|(_, text)| text);
        let shown = Shown { problem, source };
        if handler.render_report(&mut out, &shown).is_err() {
            // A label that miette can't place must not hide the problem.
            out.push_str(&format!("{problem}\n  {}\n", problem.fix));
        }
        out.push('\n');
    }
    out.push_str(&and_more(problems.len()));
    out
}

/// The line that counts what is not shown of so many problems; empty where all are.
#[must_use]
pub fn and_more(all: usize) -> String {
    match all.saturating_sub(SHOWN) {
        0 => String::new(),
        more => {
            format!("… and {more} more, which are not shown: mend these first, or list all with --json.\n")
        }
    }
}
