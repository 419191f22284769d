//! Steps: checked, applied, decided about.

use std::str::FromStr;

use clap::{Args as Group, Subcommand};
use switchback_model::FieldChoice;

use super::{Patience, Reason};

/// A run and one of its steps.
#[derive(Debug, Group)]
pub struct OfRun {
    /// The run
    pub run: String,
    /// The step's id
    pub step: String,
}

#[derive(Debug, Subcommand)]
pub enum Step {
    /// Run the checks before a step: exit 0 ready, 3 blocked, 4 unknown
    Check {
        #[command(flatten)]
        of: OfRun,
    },
    /// Show the exact change, the exact calls and the undo
    Preview {
        #[command(flatten)]
        of: OfRun,
    },
    /// Apply a step and wait until it is proven
    Apply {
        #[command(flatten)]
        of: OfRun,
        /// The target's name, to say where
        #[arg(long, value_name = "TARGET-NAME")]
        confirm: Option<String>,
        /// The digest of the preview that you saw
        #[arg(long, value_name = "DIGEST")]
        preview: Option<String>,
        /// Go on although this guard stands in the way, by its name: sign-in
        #[arg(long = "override", value_name = "GUARD", requires = "reason")]
        overrides: Vec<String>,
        /// Why; it is recorded
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        #[command(flatten)]
        patience: Patience,
    },
    /// Read checks that nobody has to attend, one after the other, and record those that pass: the first that does
    /// not ends it, exit 3 blocked, 4 unknown
    Record {
        /// The run
        run: String,
        /// The last check to record; without it, all that stand in one row from where the run is
        #[arg(long, value_name = "STEP")]
        upto: Option<String>,
        #[command(flatten)]
        patience: Patience,
    },
    /// Say that a step that a person carries out is done, or that people were told
    Attest {
        #[command(flatten)]
        of: OfRun,
        /// What was done and how you know; of a notice: where it was told, to how many, when. It is recorded
        #[arg(long, visible_alias = "evidence", value_name = "TEXT")]
        reason: String,
    },
    /// Leave a step out
    Skip {
        #[command(flatten)]
        of: OfRun,
        /// Of a step that has still to publish: a step whose change then stays unseen. Name each one
        #[arg(long, value_name = "STEP")]
        unseen: Vec<String>,
        #[command(flatten)]
        reason: Reason,
    },
    /// Accept what could not be verified
    Accept {
        #[command(flatten)]
        of: OfRun,
        #[command(flatten)]
        reason: Reason,
    },
    /// Start an undone or skipped step anew
    Reopen {
        #[command(flatten)]
        of: OfRun,
        #[command(flatten)]
        reason: Reason,
    },
    /// Look at a step's object again
    Inspect {
        #[command(flatten)]
        of: OfRun,
        #[command(flatten)]
        patience: Patience,
    },
    /// Resolve a doubt, or somebody else's change
    Resolve {
        #[command(flatten)]
        of: OfRun,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        patience: Patience,
    },
}

/// How the world is, or what shall stay.
#[derive(Debug, Group)]
pub struct How {
    /// before or after (how the world is), keep (somebody else's change stays), restore (a rollback of
    /// this step), or FIELD=keep|restore once for each field that somebody else changed
    #[arg(long = "as", value_name = "HOW", required = true)]
    pub how: Vec<As>,
    /// By fields: the target's name; without it the three images and the exact change are shown
    #[arg(long, value_name = "TARGET-NAME")]
    pub confirm: Option<String>,
    /// By fields: the digest of the change that you saw; without it, the one as it is now
    #[arg(long, value_name = "DIGEST")]
    pub preview: Option<String>,
    /// By fields: go on although this check does not hold; may be given again
    #[arg(long = "override", value_name = "CHECK")]
    pub overrides: Vec<String>,
    /// Why; it is recorded
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// How a doubt is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum As {
    /// The world is as before the step
    Before,
    /// The world is as the step leaves it
    After,
    /// Somebody else's change stays
    Keep,
    /// The image from before is restored: a rollback of this step
    Restore,
    /// One field is kept or restored
    Field(String, FieldChoice),
}

impl FromStr for As {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            None => match text {
                "before" => Ok(Self::Before),
                "after" => Ok(Self::After),
                "keep" => Ok(Self::Keep),
                "restore" => Ok(Self::Restore),
                _ => Err("use before, after, keep, restore, FIELD=keep or FIELD=restore"),
            },
            Some((field, "keep")) => Ok(Self::Field(field.to_owned(), FieldChoice::Keep)),
            Some((field, "restore")) => Ok(Self::Field(field.to_owned(), FieldChoice::Restore)),
            Some(_) => Err("a field is kept or restored: FIELD=keep or FIELD=restore"),
        }
    }
}
