//! A spool: what a long reading has got so far, kept sealed, so that a process that was killed can go on from it.
//!
//! The file begins with [`MAGIC`] and 32 random bytes, the salt. Behind it stand frames: four bytes of length (little
//! endian), 24 of nonce, and XChaCha20-Poly1305's ciphertext. The key comes of the salt and a key in the key ring
//! (HKDF), never of anything in the home; a frame is bound to the spool's name, so that it opens for no other work, and to its
//! number, so that none can be moved or left out. Nothing of it is in the clear, not even how much is known of whom.
//!
//! What can go wrong:
//! * The process is killed, or the disk is full, while a frame is written: the next start finds a frame that does not
//!   open, takes it and what stands behind it off, and goes on from the one before. Frames are not synced one by one:
//!   a kill loses nothing that was written, and after a power cut some pages are read again.
//! * A file of another name, key or version lies in its place: nothing of it opens, which [`Opened`] says, and one begins
//!   anew.
//! * No key ring answers, or it lost the key: nothing is kept, and what an earlier process kept can't be read and is
//!   thrown away. The lock holds all the same.
//! * Two processes do the same: the second is told, by the lock, which ends with its process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use switchback_engine::ports::JournalError;
use zeroize::Zeroizing;

use crate::crypto::{Boxed, Secret, decrypt, derive, encoded, encrypt, fill_random};
use crate::fault::io_not_written;
use crate::keyring::{KeyRing, KeyRingProblem};

const MAGIC: &[u8; 16] = b"switchback-spool";
const DOMAIN: &str = "switchback/spool/1";
/// What a frame is bound by; the first version's had its number alone.
const BOUND: &str = "switchback/spool/2";
const NAME: &str = "switchback/spool/name";
/// The key's name in the key ring.
const KEY: &str = "spool";
const SALT: usize = 32;
const NONCE: usize = 24;
/// The longest frame that is believed, in bytes: a page of sixty accounts has some ten thousand.
const LONGEST: usize = 4 * 1024 * 1024;

/// Why there is no spool.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// Another process has it open.
    #[error("another process is at the same work")]
    Busy,
    /// The home can't be written.
    #[error(transparent)]
    Home(#[from] JournalError),
}

/// What of a spool could be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// Nothing was kept in it yet.
    Empty,
    /// The frames that were given.
    Frames,
    /// Something was kept in it, of which nothing opens: it is sealed for other work, by another key or by another version
    /// of this program, or harmed.
    Nothing,
}

/// A file of sealed frames that only this process writes.
pub struct Spool {
    path: PathBuf,
    /// Of the work: what each frame is bound to.
    name: String,
    file: File,
    key: Result<Secret, KeyRingProblem>,
    /// Derived from `key` and the salt in the file; none where there is no key.
    seal: Option<Secret>,
    frames: u64,
    end: u64,
}

impl std::fmt::Debug for Spool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spool")
            .field("path", &self.path)
            .field("frames", &self.frames)
            .finish_non_exhaustive()
    }
}

impl Spool {
    /// The name of a spool for work that these parts tell apart, in the order given: 32 hex digits that say none of
    /// them.
    #[must_use]
    pub fn name(parts: &[&str]) -> String {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        hex::encode(&Sha256::digest(encoded(NAME, &parts))[..16])
    }

    /// Opens the spool of a name in a folder, or makes it; it stays locked until it is dropped. It may wait for the
    /// key ring: call it where that holds nobody up. [`Self::replay`] comes before the first [`Self::append`].
    ///
    /// # Errors
    /// Where another process has it, or the folder can't be written. A key ring without a key is no error:
    /// [`Self::unkept`] says so.
    pub fn open(folder: &Path, name: &str, keys: &dyn KeyRing) -> Result<Self, SpoolError> {
        let path = folder.join(format!("{name}.spool"));
        let failed = io_not_written(&path);
        make_folder(folder).map_err(&failed)?;
        let file = open(&path).map_err(&failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SpoolError::Busy),
            Err(TryLockError::Error(error)) => return Err(failed(error).into()),
        }
        Ok(Self {
            key: key(keys),
            path: path.clone(),
            name: name.to_owned(),
            file,
            seal: None,
            frames: 0,
            end: 0,
        })
    }

    /// Why nothing is kept, where nothing is.
    #[must_use]
    pub fn unkept(&self) -> Option<KeyRingProblem> {
        self.key.as_ref().err().copied()
    }

    /// Gives every frame that an earlier process kept, in its order, until one does not open or `take` says that it
    /// is of no use. That one and what stands behind it are taken off the file.
    ///
    /// # Errors
    /// Where the file can't be read or cut.
    pub fn replay(&mut self, mut take: impl FnMut(&[u8]) -> bool) -> Result<Opened, JournalError> {
        let path = self.path.clone();
        let failed = io_not_written(&path);
        let Ok(key) = self.key.clone() else {
            // Whether something was kept is of no use to anybody who can't keep anything.
            self.clear()?;
            return Ok(Opened::Empty);
        };
        let held = self.file.metadata().map_err(&failed)?.len();
        self.file.seek(SeekFrom::Start(0)).map_err(&failed)?;
        let mut from = BufReader::new(&self.file);
        let mut head = [0; MAGIC.len() + SALT];
        if !filled(&mut from, &mut head).map_err(&failed)? || head[..MAGIC.len()] != *MAGIC {
            self.clear()?;
            return Ok(match held {
                0 => Opened::Empty,
                _ => Opened::Nothing,
            });
        }
        let seal = derive(key.expose(), &head[MAGIC.len()..], DOMAIN.as_bytes());
        let (mut frames, mut end) = (0, head.len() as u64);
        let mut opened = match held > end {
            true => Opened::Nothing,
            false => Opened::Empty,
        };
        while let Some((frame, length)) = next(&mut from, &seal, &self.name, frames).map_err(&failed)? {
            opened = Opened::Frames;
            if !take(&frame) {
                break;
            }
            (frames, end) = (frames + 1, end + length);
        }
        (self.seal, self.frames, self.end) = (Some(seal), frames, end);
        self.file.set_len(end).map_err(&failed)?;
        Ok(opened)
    }

    /// Forgets everything, and begins with another salt.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub fn clear(&mut self) -> Result<(), JournalError> {
        let path = self.path.clone();
        let failed = io_not_written(&path);
        (self.seal, self.frames, self.end) = (None, 0, 0);
        self.file.set_len(0).map_err(&failed)?;
        let Ok(key) = &self.key else {
            return Ok(());
        };
        let mut head = Vec::from(MAGIC);
        head.resize(MAGIC.len() + SALT, 0);
        fill_random(&mut head[MAGIC.len()..]);
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.write_all(&head))
            .map_err(&failed)?;
        self.seal = Some(derive(key.expose(), &head[MAGIC.len()..], DOMAIN.as_bytes()));
        self.end = head.len() as u64;
        Ok(())
    }

    /// Keeps a frame, sealed; nothing where there is no key. It is not synced: a kill loses nothing, a power cut may.
    ///
    /// # Errors
    /// Where it can't be written; then the file is as it was before, as far as the disk lets it be.
    pub fn append(&mut self, plain: &[u8]) -> Result<(), JournalError> {
        let failed = io_not_written(&self.path);
        let Some(seal) = &self.seal else {
            return Ok(());
        };
        let Boxed { nonce, ciphertext } = encrypt(seal, &bound(&self.name, self.frames), plain);
        let length = u32::try_from(NONCE + ciphertext.len())
            .ok()
            .filter(|length| *length as usize <= LONGEST)
            .ok_or_else(|| failed(io::ErrorKind::FileTooLarge.into()))?;
        let mut frame = Vec::with_capacity(4 + NONCE + ciphertext.len());
        frame.extend_from_slice(&length.to_le_bytes());
        frame.extend_from_slice(&nonce);
        frame.extend_from_slice(&ciphertext);
        let written = self
            .file
            .seek(SeekFrom::Start(self.end))
            .and_then(|_| self.file.write_all(&frame));
        if let Err(error) = written {
            // What a half frame would be is taken off by the next replay, too.
            let _ = self.file.set_len(self.end);
            return Err(failed(error));
        }
        self.frames += 1;
        self.end += frame.len() as u64;
        Ok(())
    }

    /// Removes the file: what it held is no longer needed.
    ///
    /// # Errors
    /// Where it can't be removed.
    pub fn remove(self) -> Result<(), JournalError> {
        let Self { path, file, .. } = self;
        // Where an open file can't be removed, it is closed first.
        drop(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_not_written(&path)(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes the spools of a folder that nobody has open and nobody wrote to for so long.
    pub fn sweep(folder: &Path, now: Timestamp, older: SignedDuration) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_spool = path.extension().is_some_and(|extension| extension == "spool");
            let written = fs::metadata(&path).and_then(|about| about.modified());
            let written = written.ok().and_then(|at| Timestamp::try_from(at).ok());
            // One of a time to come is as good as new: a clock was set back.
            let old = written.is_some_and(|at| now.duration_since(at) > older);
            // One that another process is at is locked, whatever its age.
            if is_spool && old && open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

/// The next frame and how many bytes it takes; nothing at the end, and nothing where it does not open.
fn next(
    from: &mut impl Read,
    seal: &Secret,
    name: &str,
    number: u64,
) -> io::Result<Option<(Zeroizing<Vec<u8>>, u64)>> {
    let mut length = [0; 4];
    if !filled(from, &mut length)? {
        return Ok(None);
    }
    let length = u32::from_le_bytes(length) as usize;
    if !(NONCE..=LONGEST).contains(&length) {
        return Ok(None);
    }
    let mut frame = vec![0; length];
    if !filled(from, &mut frame)? {
        return Ok(None);
    }
    let plain = decrypt(seal, &bound(name, number), &frame[..NONCE], &frame[NONCE..]);
    Ok(plain.map(|plain| (plain, 4 + length as u64)))
}

/// Whether there was enough to fill it.
fn filled(from: &mut impl Read, into: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(into) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn bound(name: &str, number: u64) -> Vec<u8> {
    encoded(BOUND, &[name.as_bytes(), &number.to_le_bytes()])
}

/// The key of the key ring, made where there is none. Two processes that make one at the same time have one of them
/// begin anew the next time, which is all that a spool ever loses.
fn key(keys: &dyn KeyRing) -> Result<Secret, KeyRingProblem> {
    if let Some(key) = keys.get(KEY)? {
        return Ok(key);
    }
    keys.put(KEY, &Secret::random())?;
    // Some stores lose it without a word.
    keys.get(KEY)?.ok_or(KeyRingProblem::Locked)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests;
