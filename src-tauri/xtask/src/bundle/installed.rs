//! Where the package is put to be tried: on this machine itself, or unpacked into a folder where it may not be
//! installed.

use std::path::{Path, PathBuf};

use super::looks::{ended, success, text};
use crate::shell::{Outcome, Scratch, Stop, command};

/// The package's name, from the product's in `tauri.conf.json`.
const NAME: &str = "switchback";

/// The package on this machine, or below a folder. What was installed is purged when this is dropped, however
/// the suite ends.
pub struct PackageRoot {
    root: PathBuf,
    /// Kept for its end: an unpacked package goes with it.
    unpacked: Option<Scratch>,
}

impl PackageRoot {
    /// Installs the package, or unpacks it and says why.
    pub fn put(deb: &Path) -> Outcome<Self> {
        if let Some(why) = why_not_install() {
            println!("not installed but unpacked into a folder: {why}");
            let folder = Scratch::new("unpacked")?;
            text(command("dpkg-deb").arg("--extract").arg(deb).arg(&folder.0))?;
            return Ok(Self {
                root: folder.0.clone(),
                unpacked: Some(folder),
            });
        }
        // Made before dpkg runs: a package that stays half installed is purged too.
        let place = Self {
            root: PathBuf::from("/"),
            unpacked: None,
        };
        place.install(deb)?;
        Ok(place)
    }

    /// Whether dpkg knows the package.
    pub fn is_installed(&self) -> bool {
        self.unpacked.is_none()
    }

    /// Installs it, also over itself.
    pub fn install(&self, deb: &Path) -> Outcome<()> {
        dpkg(&["--install", &deb.display().to_string()])
    }

    /// Takes it off again, as a person would; its configuration too.
    pub fn purge(&self) -> Outcome<()> {
        dpkg(&["--purge", NAME])
    }

    /// A file of the package, by its path on a machine that has it.
    pub fn file(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }
}

impl Drop for PackageRoot {
    fn drop(&mut self) {
        if self.is_installed()
            && known()
            && let Err(stop) = self.purge()
        {
            eprintln!(
                "xtask: {}\nxtask: remove it with `dpkg --purge {NAME}`",
                stop.message
            );
        }
    }
}

/// A person's own package is never replaced, and nothing is installed without the right to.
fn why_not_install() -> Option<String> {
    if known() {
        return Some(format!(
            "this machine has a package {NAME} already, which the suite must not replace"
        ));
    }
    let root = text(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    (!root).then(|| "dpkg installs for root only, and this is another user".to_owned())
}

/// The version that dpkg has installed, if it has.
pub fn version() -> Option<String> {
    status()?.strip_prefix("installed ").map(str::to_owned)
}

/// Whether dpkg knows anything of it: installed, half installed, or removed with its configuration left.
pub fn known() -> bool {
    status().is_some_and(|status| !status.starts_with("not-installed"))
}

fn status() -> Option<String> {
    let output = ended(command("dpkg-query").args(["-W", "-f=${db:Status-Status} ${Version}", NAME])).ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn dpkg(arguments: &[&str]) -> Outcome<()> {
    let output = ended(
        command("dpkg")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )?;
    success(&output)
        .map(|_| ())
        .map_err(|said| Stop::failed(format!("dpkg {}: {said}", arguments.join(" "))))
}
