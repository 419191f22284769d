//! The source list that a person chose: read once, held in memory for look-ups, kept nowhere.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use switchback_directory::{LARGEST_SOURCE, Source};

use super::{Desk, view};
use crate::wire::{ApiError, SourceListView};

/// The faults of a list that are told in words, and the lines that are named.
const TOLD: usize = 20;

/// A list that is joined into look-ups.
pub(super) struct Chosen {
    source: Arc<Source>,
}

impl std::fmt::Debug for Chosen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chosen").finish_non_exhaustive()
    }
}

impl Desk {
    /// Reads a list and joins it into look-ups that ask for it, instead of the one before.
    ///
    /// # Errors
    /// As [`read_source`]; then the one before stays.
    pub async fn choose_source(&self, file: &Path) -> Result<SourceListView, ApiError> {
        let path = file.to_owned();
        let source = tokio::task::spawn_blocking(move || read_source(&path))
            .await
            .map_err(|_| ApiError::internal("Reading the source list was interrupted."))??;
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        let mut lines: Vec<u64> = source.faults().iter().map(|fault| fault.line()).collect();
        lines.dedup();
        lines.truncate(TOLD);
        let told = view::source(&source, Vec::new());
        *self.list.lock().await = Some(Chosen {
            source: Arc::new(source),
        });
        Ok(SourceListView {
            name: name.chars().filter(|c| !c.is_control()).take(120).collect(),
            rows: told.rows,
            fault_count: told.fault_count,
            faults: told.faults,
            lines,
        })
    }

    /// Forgets the list.
    pub async fn forget_source(&self) {
        *self.list.lock().await = None;
    }

    /// The list that was chosen.
    ///
    /// # Errors
    /// Where there is none any more: an answer without it would mean something else.
    pub async fn chosen_source(&self) -> Result<Arc<Source>, ApiError> {
        let list = self.list.lock().await;
        list.as_ref()
            .map(|chosen| Arc::clone(&chosen.source))
            .ok_or_else(|| {
                ApiError::new(
                    "not_found",
                    "The source list has been forgotten.",
                    "Choose the file again, or look up without it.",
                    "the source list",
                )
            })
    }
}

/// Reads a source list from its file.
///
/// # Errors
/// Says what is wrong with the file or where in it, never its content.
pub fn read_source(file: &Path) -> Result<Source, ApiError> {
    let place = || file.display().to_string();
    let open = |words: String| {
        ApiError::new(
            "bad_input",
            format!("The source list can't be read: {words}."),
            "Name a CSV file that you may read.",
            place(),
        )
    };
    let mut bytes = Vec::new();
    // One byte more than the largest: that it is too large is the list's own to say.
    switchback_files::open(file)
        .and_then(|file| Ok(file.take(LARGEST_SOURCE as u64 + 1).read_to_end(&mut bytes)?))
        .map_err(|why| open(why.to_string()))?;
    Source::read(&bytes).map_err(|error| {
        let text = error.to_string();
        let (message, hint) = text.split_once(". ").unwrap_or((&text, "Export it again."));
        let message = message.trim_end_matches('.');
        ApiError::new("bad_input", format!("{message}."), hint, place())
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use crate::desk::tests::room;

    #[tokio::test]
    async fn a_chosen_list_is_told_by_line_and_forgotten_whole() {
        let room = room();
        let file = room.folder.path().join("people.csv");
        std::fs::write(&file, "email,active\nann@example.nhs.test,yes\n=1+1,yes\na,b,c\n").unwrap();
        let told = room.desk.choose_source(&file).await.unwrap();
        assert_eq!(
            (told.name.as_str(), told.rows, told.fault_count, told.lines),
            ("people.csv", 1, 2, vec![3, 4])
        );
        assert!(!told.faults.concat().contains("1+1"));
        assert_eq!(room.desk.chosen_source().await.unwrap().rows().len(), 1);
        assert!(!format!("{:?}", room.desk).contains("ann@"));
        // A file that can't be used leaves the one before.
        std::fs::write(&file, "x,y\n1,2\n").unwrap();
        let error = room.desk.choose_source(&file).await.unwrap_err();
        assert!(error.hint.contains("must name the columns"), "{error:?}");
        assert!(room.desk.chosen_source().await.is_ok());
        let folder = room.desk.choose_source(room.folder.path()).await.unwrap_err();
        assert!(folder.message.contains("it is a folder"), "{folder:?}");
        room.desk.forget_source().await;
        assert_eq!(room.desk.chosen_source().await.unwrap_err().code, "not_found");
    }
}
