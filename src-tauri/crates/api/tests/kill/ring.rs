//! A key ring in a folder: for tests, so that a program and the one that is started after it was killed have
//! the same, and no computer's own is touched.

use std::fs;
use std::path::PathBuf;

use switchback_journal::{KeyRing, KeyRingProblem};
use zeroize::Zeroizing;

pub struct FileRing(PathBuf);

impl FileRing {
    pub fn new(folder: PathBuf) -> Self {
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Loses every value whose name begins like this.
    pub fn forget(&self, begins: &str) {
        for entry in fs::read_dir(&self.0).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().to_string_lossy().starts_with(begins) {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }
}

impl KeyRing for FileRing {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyRingProblem> {
        Ok(fs::read(self.0.join(name)).ok().map(Zeroizing::new))
    }

    fn write(&self, name: &str, value: &[u8]) -> Result<(), KeyRingProblem> {
        // A kill in the middle must not leave half a value.
        let draft = self.0.join(format!("draft-{name}"));
        fs::write(&draft, value).map_err(|_| KeyRingProblem::Denied)?;
        fs::rename(draft, self.0.join(name)).map_err(|_| KeyRingProblem::Denied)
    }

    fn delete(&self, name: &str) -> Result<(), KeyRingProblem> {
        let _ = fs::remove_file(self.0.join(name));
        Ok(())
    }
}
