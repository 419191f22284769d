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
        let made = std::fs::create_dir_all(&folder).and_then(|()| private(&folder));
        made.map_err(|error| {
            ApiError::new(
                "journal",
                format!(
                    "The folder for Switchback's state can't be used: {}.",
                    error.kind()
                ),
                "Make it writable, or set SWITCHBACK_HOME to another folder.",
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

#[cfg(unix)]
fn private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}
