//! Where state lives: the platform's data folder, or `SWITCHBACK_HOME`.

use std::path::{Path, PathBuf};

use etcetera::AppStrategy;

use crate::wire::ApiError;

/// The folder of this program's state.
#[derive(Debug, Clone)]
pub struct Home(PathBuf);

impl Home {
    /// Takes the folder given, or `SWITCHBACK_HOME`, or the platform's, and makes it, readable by
    /// its owner only.
    pub fn open(given: Option<&Path>) -> Result<Self, ApiError> {
        let folder = match given.map(Path::to_owned).or_else(|| {
            std::env::var_os("SWITCHBACK_HOME")
                .filter(|v| !v.is_empty())
                .map(PathBuf::from)
        }) {
            Some(folder) => folder,
            None => etcetera::choose_app_strategy(etcetera::AppStrategyArgs {
                top_level_domain: "app".to_owned(),
                author: "switchback".to_owned(),
                app_name: "switchback".to_owned(),
            })
            .map_err(|_| {
                ApiError::new(
                    "bad_input",
                    "The home folder of this user is not known.",
                    "Set SWITCHBACK_HOME to a folder.",
                    "SWITCHBACK_HOME",
                )
            })?
            .data_dir(),
        };
        // What is written down about this home, such as a takeover's mark, must mean the same from
        // everywhere.
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        let made = std::fs::create_dir_all(&folder).and_then(|()| private(&folder));
        made.map_err(|error| {
            ApiError::new(
                "journal",
                format!(
                    "The folder for Switchback's state can't be used: {}.",
                    reason(&error)
                ),
                "Make it a folder that you may write in, or set SWITCHBACK_HOME to another one.",
                folder.display().to_string(),
            )
        })?;
        Ok(Self(folder))
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the rehearsal world lies.
    #[must_use]
    pub fn rehearsal(&self) -> PathBuf {
        self.0.join("rehearsal")
    }

    /// Where the log lies.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }
}

/// The operating system's reason in words for people.
fn reason(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind as Kind;
    match error.kind() {
        Kind::AlreadyExists => "there is a file of that name",
        Kind::NotADirectory => "a part of its path is a file, not a folder",
        Kind::PermissionDenied => "it is not yours to write in",
        Kind::ReadOnlyFilesystem => "the disk is read-only",
        Kind::StorageFull | Kind::QuotaExceeded => "the disk is full",
        Kind::NotFound => "it can't be made there",
        _ => "the disk gave an error",
    }
}

#[cfg(unix)]
fn private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}
