//! Runbooks as a person chooses one: what it is, where it can run, and what is wrong with it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A target that a runbook can be opened on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct TargetRow {
    /// The target's name.
    pub name: String,
    /// `rehearsal`, `test`, `preproduction` or `production`; empty = its file can't be read.
    pub kind: String,
    /// Steps of the plan on this target; 0 where it can't be resolved.
    pub steps: u32,
    /// Why no run can be opened on it, with its place; empty = one can.
    pub problems: Vec<ProblemRow>,
}

/// Something found in a runbook or target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ProblemRow {
    /// Whether it must be mended before a run can be opened; else it is a lint.
    pub stops: bool,
    /// The lint's or error's code.
    pub code: String,
    /// What it is, in one sentence.
    pub message: String,
    /// `file:line:column`.
    pub place: String,
    /// How to mend it.
    pub fix: String,
}

/// A runbook with its targets, read and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RunbookView {
    /// What it was asked for by: a built-in name, a folder or a file.
    pub runbook: String,
    /// Whether it is built into the program.
    pub built_in: bool,
    /// Its title, with a target's values where one can be resolved.
    pub title: String,
    /// Its targets, the rehearsal first and production last.
    pub targets: Vec<TargetRow>,
    /// What is wrong with the runbook itself, errors first.
    pub problems: Vec<ProblemRow>,
}
