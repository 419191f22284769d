//! Files that this program writes for a person, one way for all of them; and the copy that comes in.

use std::path::{Path, PathBuf};

use switchback_engine::ports::Clock as _;
use switchback_files::{Existing, Readers, Unwritten};
use switchback_journal::{Imported, Takeover};
use switchback_model::{Holder, Operator, RunId};

use crate::clock::SystemClock;
use crate::host::Host;
use crate::wire::ApiError;

/// The flag with which a person has another file replaced.
pub const FORCE: &str = "--force";

/// Where a file goes that a person asked for.
#[derive(Debug, Clone, Copy)]
pub struct Output<'a> {
    /// Its name.
    pub file: &'a Path,
    /// Another file of this name is replaced.
    pub force: bool,
    /// Others on this computer may read it.
    pub shared: bool,
}

impl<'a> Output<'a> {
    /// A file that only its owner may read, over nothing else.
    #[must_use]
    pub fn new(file: &'a Path) -> Self {
        Self {
            file,
            force: false,
            shared: false,
        }
    }

    /// The file by its whole path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        std::path::absolute(self.file).unwrap_or_else(|_| self.file.to_owned())
    }

    /// What becomes of a file that is there, where an earlier one of the same thing may be replaced.
    pub(crate) fn existing<'b>(&self, own: &'b dyn Fn(&str) -> bool) -> Existing<'b> {
        if self.force {
            Existing::Replace
        } else {
            Existing::Own(own)
        }
    }

    /// Who may read it.
    #[must_use]
    pub fn readers(&self) -> Readers {
        if self.shared {
            Readers::Everybody
        } else {
            Readers::Owner
        }
    }
}

/// Why a file was not written, for people. `what` begins the sentence: "The report".
#[must_use]
pub fn not_written(what: &str, file: &Path, why: Unwritten) -> ApiError {
    ApiError::new(
        "bad_input",
        format!("{what} could not be written: {why}."),
        why.mend(Some(FORCE)),
        file.display().to_string(),
    )
}

impl Host {
    /// Continues a run here from a copy of its journal.
    ///
    /// # Errors
    /// `usage` where the reason holds what must not be kept, else as the journal says; then nothing was
    /// taken over or marked.
    pub fn import(&self, file: &Path, by: &Operator, reason: String) -> Result<Imported, ApiError> {
        crate::screen::operator(by, "the operator's name")?;
        crate::screen::kept(&reason, "the reason")?;
        let takeover = Takeover {
            by: by.clone(),
            reason,
            holder: Holder {
                by: by.clone(),
                host: "import".to_owned(),
                pid: std::process::id(),
            },
        };
        let at = SystemClock::default().now();
        Ok(self
            .store
            .import_with(file, at, &takeover, self.recovery_code())?)
    }

    /// Writes a copy of a run's journal to a file. Nothing that is there is replaced unless a person
    /// says so, not even an older copy: it may be the evidence of what was so then.
    ///
    /// # Errors
    /// `bad_input` where the file can't be written, else as the journal says.
    pub fn export_journal(&self, id: &RunId, output: Output<'_>) -> Result<(), ApiError> {
        let existing = match output.force {
            true => Existing::Replace,
            false => Existing::Keep,
        };
        let refused = |why| not_written("The export", output.file, why);
        let draft = switchback_files::Draft::new(output.file, existing, output.readers()).map_err(refused)?;
        self.store.export_into(id, draft.file(), output.file)?;
        draft.keep(existing).map_err(refused)
    }
}
