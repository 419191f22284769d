//! Secrets of a home: values that a person gives once, such as a password of a system that a step
//! calls. The value lies in the key ring only; the home keeps the names, because a key ring can't
//! list them on every platform.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use switchback_engine::ports::JournalError;
use zeroize::Zeroizing;

use crate::fault::io_not_read;
use crate::index;
use crate::keyring::KeyRingProblem;
use crate::store::Store;

/// The longest value, in bytes: what the Windows Credential Manager takes
/// (`CRED_MAX_CREDENTIAL_BLOB_SIZE`, 5 × 512).
pub const LONGEST_SECRET: usize = 2560;

/// The name of a secret: 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`, beginning with a letter or a
/// digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretName(String);

/// A text that is no name of a secret. It doesn't quote the text: somebody may have typed the
/// secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a secret's name has 1 to 64 characters: small letters, digits, dots, hyphens and underscores, beginning with a \
     letter or a digit"
)]
pub struct InvalidSecretName;

impl SecretName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretName {
    type Err = InvalidSecretName;

    fn from_str(text: &str) -> Result<Self, InvalidSecretName> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let fits = (1..=64).contains(&text.len())
            && text.starts_with(plain)
            && text.chars().all(|c| plain(c) || matches!(c, '.' | '_' | '-'));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSecretName)
        }
    }
}

impl TryFrom<String> for SecretName {
    type Error = InvalidSecretName;

    fn try_from(text: String) -> Result<Self, InvalidSecretName> {
        text.parse()
    }
}

impl From<SecretName> for String {
    fn from(name: SecretName) -> Self {
        name.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a secret can't be kept, read or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Nothing to keep.
    #[error("the secret is empty. Give its value on stdin")]
    Empty,
    /// Longer than [`LONGEST_SECRET`].
    #[error("the secret is longer than {LONGEST_SECRET} bytes, which not every keychain keeps")]
    TooLong,
    /// No such name.
    #[error("there is no secret of this name in this home")]
    NotThere,
    /// The key ring took the value but does not give it back.
    #[error("the keychain took the secret but does not give it back. Unlock it, then try again")]
    NotKept,
    /// The key ring can't be used.
    #[error(transparent)]
    Ring(#[from] KeyRingProblem),
    /// The list of names can't be read or written.
    #[error(transparent)]
    Index(#[from] JournalError),
}

#[derive(Serialize, Deserialize)]
struct Index {
    secrets: u32,
    names: Vec<SecretName>,
}

impl Store {
    /// Keeps a secret in the key ring, in place of an earlier one of this name. Its name is in the
    /// list before its value is in the ring, so that no value is ever kept unlisted.
    pub fn set_secret(&self, name: &SecretName, value: &[u8]) -> Result<(), SecretError> {
        if value.is_empty() {
            return Err(SecretError::Empty);
        }
        if value.len() > LONGEST_SECRET {
            return Err(SecretError::TooLong);
        }
        let _one_at_a_time = self.index_lock()?;
        let mut names = self.secret_names()?;
        let known = names.contains(name);
        if !known {
            names.push(name.clone());
            self.write_index(&names)?;
        }
        let entry = self.entry(name);
        let kept = self.inner.keys.write(&entry, value).and_then(|()| {
            // Some stores lose it without a word.
            self.inner.keys.read(&entry)
        });
        match kept {
            Ok(Some(found)) if found.as_slice() == value => Ok(()),
            Ok(_) => Err(SecretError::NotKept),
            Err(problem) => {
                // Without an answer it may be kept yet, once somebody unlocks the ring: it stays listed.
                if !known && problem != KeyRingProblem::NoAnswer {
                    names.retain(|other| other != name);
                    self.write_index(&names)?;
                }
                Err(problem.into())
            }
        }
    }

    /// The names of this home's secrets, sorted. The key ring isn't asked.
    pub fn secret_names(&self) -> Result<Vec<SecretName>, SecretError> {
        let path = self.index_path();
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io_not_read(&path)(error).into()),
        };
        match serde_json::from_slice::<Index>(&json) {
            Ok(Index { secrets: 1, mut names }) => {
                names.sort();
                names.dedup();
                Ok(names)
            }
            _ => Err(JournalError::NotRead(format!(
                "{}: the list of secrets' names is damaged or of a newer program. Set it aside, then set each \
                 secret again",
                path.display()
            ))
            .into()),
        }
    }

    /// A secret's value.
    pub fn secret(&self, name: &SecretName) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        if !self.secret_names()?.contains(name) {
            return Err(SecretError::NotThere);
        }
        Ok(self
            .inner
            .keys
            .read(&self.entry(name))?
            .ok_or(KeyRingProblem::Missing)?)
    }

    /// Removes a secret: its value first, then its name.
    pub fn delete_secret(&self, name: &SecretName) -> Result<(), SecretError> {
        let _one_at_a_time = self.index_lock()?;
        let mut names = self.secret_names()?;
        if !names.contains(name) {
            return Err(SecretError::NotThere);
        }
        self.inner.keys.delete(&self.entry(name))?;
        names.retain(|other| other != name);
        self.write_index(&names)
    }

    /// Each home has its own entries, as it has its own key.
    fn entry(&self, name: &SecretName) -> String {
        format!("secret-{}-{name}", self.inner.store_id)
    }

    fn index_path(&self) -> PathBuf {
        self.inner.home.join("secrets.json")
    }

    fn index_lock(&self) -> Result<fs::File, SecretError> {
        Ok(index::lock(&self.inner.home.join("secrets.lock"))?)
    }

    fn write_index(&self, names: &[SecretName]) -> Result<(), SecretError> {
        let index = Index {
            secrets: 1,
            names: names.to_vec(),
        };
        let json = serde_json::to_vec(&index)
            .map_err(|_| JournalError::NotWritten("the names can't be written as JSON".to_owned()))?;
        Ok(index::write(&self.index_path(), &json)?)
    }
}
