//! The break-glass sheet. What is left and the way back as AWS CLI commands with the exact values,
//! for the day on which this program can't be used. The home remembers when a run's sheet was last
//! exported, so that readiness can say that it is older than the last change.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use switchback_files::{Existing, Readers, write};
use switchback_model::RunId;

use self::written::FIRST;
use crate::core::Core;
use crate::home::Home;
use crate::host::Host;
use crate::output::{Output, not_written};
use crate::wire::{ApiError, SheetExported};

mod written;

/// A sheet as made from a fresh look at the world.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The whole sheet: comments, and commands that can be run as they stand.
    pub text: String,
    /// Only the commands.
    pub commands: Vec<String>,
    /// When it was made, by the run's clock.
    pub made_at: Timestamp,
    /// Up to which event it knows the run.
    pub to_seq: u64,
    /// Why the world could not be looked at: then it holds what the journal says.
    pub blind: Option<ApiError>,
    /// Whether no call was in flight when it was made.
    settled: bool,
}

/// What the home remembers of a run's last export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetRecord {
    /// When it was made, by the run's clock.
    pub at: Timestamp,
    /// Up to which event it knows the run.
    pub seq: u64,
    /// The file.
    pub file: PathBuf,
    /// Whether no call was in flight when it was made.
    pub settled: bool,
}

impl SheetRecord {
    /// The last export of a run's sheet; none where there was none, or nobody can tell.
    #[must_use]
    pub fn read(home: &Home, run: &RunId) -> Option<Self> {
        let json = switchback_files::bytes(&record_path(home, run), 64 * 1024).ok()?;
        serde_json::from_slice(&json).ok()
    }
}

fn record_path(home: &Home, run: &RunId) -> PathBuf {
    home.path().join("sheets").join(format!("{run}.json"))
}

impl Core {
    /// Makes the sheet of a run from a fresh look at the world.
    pub async fn sheet(&self, id: &RunId) -> Result<Sheet, ApiError> {
        let run = self.load(id).await?;
        let (around, blind) = match self.surroundings(&run).await {
            Ok(around) => (Some(around), None),
            Err(error) => (None, Some(error)),
        };
        let now = around
            .as_ref()
            .map_or_else(|| self.now_of(&run), |around| around.clock.now());
        let mut sheet = Sheet {
            made_at: now,
            to_seq: run.seq,
            blind,
            settled: run.in_flight().is_none(),
            ..Sheet::default()
        };
        sheet.head(self, &run, now).await;
        sheet.way_back(&run, around.as_ref()).await;
        sheet.left(&run, around.as_ref()).await;
        Ok(sheet)
    }
}

impl Host {
    /// Writes a sheet to a file, whole or not at all, and remembers that it was exported. Without a
    /// file it goes to the mirror folder, which is on another disk or share, or else to the home:
    /// then a person has to carry it off this machine.
    pub async fn export_sheet(
        &self,
        id: &RunId,
        file: Option<Output<'_>>,
    ) -> Result<SheetExported, ApiError> {
        let sheet = self.sheet(id).await?;
        self.keep_sheet(id, &sheet, file).await
    }

    /// The same with a sheet that was made already. An earlier sheet of the run is replaced.
    pub async fn keep_sheet(
        &self,
        id: &RunId,
        sheet: &Sheet,
        output: Option<Output<'_>>,
    ) -> Result<SheetExported, ApiError> {
        let mirror = self.store.mirror_state(id).map(|mirror| mirror.folder);
        let in_mirror = output.is_none() && mirror.is_some();
        let file = match (output, mirror) {
            (Some(output), _) => output.path(),
            // The folder is not made here: the place of a share that is away must not be filled in.
            (None, Some(mirror)) => mirror.join(format!("{id}.sheet.sh")),
            (None, None) => made_below(&self.home, "sheets")?.join(format!("{id}.sh")),
        };
        let output = Output {
            file: &file,
            ..output.unwrap_or(Output::new(&file))
        };
        let own = |text: &str| is_sheet_of(text, id);
        write(
            &file,
            sheet.text.as_bytes(),
            output.existing(&own),
            output.readers(),
        )
        .map_err(|why| not_written("The sheet", &file, why))?;
        let record = SheetRecord {
            at: sheet.made_at,
            seq: sheet.to_seq,
            file: file.clone(),
            settled: sheet.settled,
        };
        let json = serde_json::to_string(&record)
            .map_err(|_| ApiError::internal("the record of a sheet can't be written as JSON"))?;
        made_below(&self.home, "sheets")?;
        let record = record_path(&self.home, id);
        write(&record, json.as_bytes(), Existing::Replace, Readers::Owner)
            .map_err(|why| not_written("The record of the sheet", &record, why))?;
        self.tell(id).await;
        Ok(SheetExported {
            file: file.display().to_string(),
            in_mirror,
            seq: sheet.to_seq,
            text: sheet.text.clone(),
        })
    }
}

/// A folder of the home, made where it is missing.
pub(crate) fn made_below(home: &Home, name: &str) -> Result<PathBuf, ApiError> {
    let folder = home.path().join(name);
    std::fs::create_dir_all(&folder).map_err(|error| {
        ApiError::new(
            "bad_input",
            format!("The folder could not be made: {}.", error.kind()),
            "Make the home's folder writable.",
            folder.display().to_string(),
        )
    })?;
    Ok(folder)
}

/// Whether a text is an earlier sheet of a run.
fn is_sheet_of(text: &str, id: &RunId) -> bool {
    let of = format!("# Run {id}, plan ");
    text.starts_with(FIRST) && text.lines().take(3).any(|line| line.starts_with(&of))
}
