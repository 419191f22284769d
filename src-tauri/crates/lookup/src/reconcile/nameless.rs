//! A file without a name until it is whole: what ends this process, a signal or a kill, leaves nothing of it that anybody
//! could read.
//!
//! Linux gives such a file its name by a link (`open(2)`, `O_TMPFILE`), which replaces nothing. Elsewhere, and on a file system
//! that can't, it is copied into a hidden file beside its place, which then takes the place: a kill between the two leaves that
//! copy, which is of a result that was recorded by then, and which the same command removes.

use std::fs::{self, File};
use std::io::{self, Seek as _, Write};
use std::path::Path;

/// A file that only its owner may read, and nobody finds.
pub(super) struct Nameless(File);

impl Nameless {
    /// In the folder of its later place.
    pub(super) fn beside(out: &Path) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder(out))?;
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        Ok(Self(file))
    }

    /// Where it is written.
    pub(super) fn writer(&mut self) -> impl Write + '_ {
        &mut self.0
    }

    /// Waits until the disk has it.
    pub(super) fn synced(&self) -> io::Result<()> {
        self.0.sync_all()
    }

    /// Gives it its name, where nothing may be yet. `draft` is this work's name for a copy.
    pub(super) fn named(mut self, out: &Path, draft: &str) -> io::Result<()> {
        match linked(&self.0, out) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => self.copied(out, draft),
            linked => linked,
        }
    }

    fn copied(&mut self, out: &Path, draft: &str) -> io::Result<()> {
        remove_left(out, draft)?;
        let mut named = tempfile::Builder::new()
            .prefix(&hidden(draft))
            .rand_bytes(0)
            .tempfile_in(folder(out))?;
        self.0.rewind()?;
        io::copy(&mut self.0, &mut named)?;
        named.as_file().sync_all()?;
        let persisted = named.persist_noclobber(out);
        persisted.map(drop).map_err(|error| error.error)
    }
}

/// Removes the copy that a killed process left; nobody else is at this work, because its spool is locked.
pub(super) fn remove_left(out: &Path, draft: &str) -> io::Result<()> {
    match fs::remove_file(folder(out).join(hidden(draft))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn hidden(draft: &str) -> String {
    format!(".switchback-{draft}")
}

fn folder(out: &Path) -> &Path {
    match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// As `open(2)` says it of `O_TMPFILE`: through the process's own list of files, which needs no right.
#[cfg(target_os = "linux")]
fn linked(file: &File, out: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd as _;

    use rustix::fs::{AtFlags, CWD, linkat};

    let of_process = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(
        CWD,
        of_process.as_str(),
        CWD,
        out,
        AtFlags::SYMLINK_FOLLOW,
    )?)
}

#[cfg(not(target_os = "linux"))]
fn linked(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const SEEDED: &[u8] = b"seeded.person@example.nhs.test";

    fn entries(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let name =
            |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().to_string_lossy().into_owned();
        entries.map(name).collect()
    }

    fn written(folder: &Path) -> Nameless {
        let mut file = Nameless::beside(&folder.join("out.csv")).unwrap();
        file.writer().write_all(SEEDED).unwrap();
        file.synced().unwrap();
        assert_eq!(entries(folder), Vec::<String>::new());
        file
    }

    #[test]
    fn nothing_has_a_name_until_it_is_whole_and_nothing_is_replaced() {
        for name in [
            Nameless::named as fn(Nameless, &Path, &str) -> io::Result<()>,
            |mut file, out, draft| file.copied(out, draft),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let out = folder.path().join("out.csv");
            name(written(folder.path()), &out, "draft").unwrap();
            assert_eq!(entries(folder.path()), ["out.csv"]);
            assert_eq!(fs::read(&out).unwrap(), SEEDED);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
            }
            let second = tempfile::tempdir().unwrap();
            let file = written(second.path());
            let out = second.path().join("out.csv");
            fs::write(&out, "mine").unwrap();
            let refused = name(file, &out, "draft").unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read(&out).unwrap(), b"mine");
            assert_eq!(entries(second.path()), ["out.csv"]);
        }
    }

    /// What takes the place of the name of a file is a link to somewhere else: it is not followed.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_is_given_its_name_by_a_link_where_linux_can() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.csv");
        let file = written(folder.path());
        linked(&file.0, &out).unwrap();
        assert_eq!(fs::read(&out).unwrap(), SEEDED);
        let to = folder.path().join("elsewhere");
        let dangling = folder.path().join("dangling.csv");
        std::os::unix::fs::symlink(&to, &dangling).unwrap();
        assert_eq!(
            linked(&file.0, &dangling).unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
        assert!(!to.exists());
    }

    #[test]
    fn what_a_killed_process_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.csv");
        fs::write(folder.path().join(".switchback-draft"), SEEDED).unwrap();
        remove_left(&out, "draft").unwrap();
        remove_left(&out, "draft").unwrap();
        assert_eq!(entries(folder.path()), Vec::<String>::new());
    }
}
