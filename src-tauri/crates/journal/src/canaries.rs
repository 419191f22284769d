//! Canaries of a home: users of Cognito pools who are made for probes, one for each target and pool. Client, user name and
//! password lie in the key ring only; the home keeps for which pools there is one, and when a sign-in of it was refused, so
//! that no other process of this home tries it again and locks it out.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use switchback_engine::ports::JournalError;
use switchback_model::TargetName;
use switchback_model::directory::PoolId;
use switchback_model::text::is_obeyed;
use zeroize::Zeroizing;

use crate::fault::io_not_read;
use crate::index;
use crate::keyring::KeyRingProblem;
use crate::secrets::SecretError;
use crate::store::Store;

/// The longest client id and user name, and the longest password, in characters (Cognito API reference, ClientIdType,
/// UsernameType and PasswordType).
const LONGEST_NAME: usize = 128;
const LONGEST_PASSWORD: usize = 256;
/// What an entry of the key ring begins with.
const FORMAT: &str = "canary 1";

/// Who signs in to a pool, and by which app client. It shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Canary {
    client: String,
    user: Zeroizing<String>,
    password: Zeroizing<String>,
}

/// What is no canary. It doesn't quote what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCanary {
    /// The app client's id.
    #[error("an app client's id has 1 to 128 letters and digits")]
    Client,
    /// The user name.
    #[error("a user name has 1 to 128 characters without blanks")]
    User,
    /// The password.
    #[error("a password has 1 to 256 characters that can be typed, in UTF-8")]
    Password,
}

impl Canary {
    /// Whether these can be a client's id and a user's name.
    pub fn named(client: &str, user: &str) -> Result<(), InvalidCanary> {
        let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+');
        if !fits(client, LONGEST_NAME) || !client.chars().all(is_id) {
            return Err(InvalidCanary::Client);
        }
        if !fits(user, LONGEST_NAME) || user.chars().any(|c| c.is_whitespace() || is_obeyed(c)) {
            return Err(InvalidCanary::User);
        }
        Ok(())
    }

    /// Takes what a person gives.
    pub fn new(client: &str, user: &str, password: &[u8]) -> Result<Self, InvalidCanary> {
        Self::named(client, user)?;
        let password = std::str::from_utf8(password).map_err(|_| InvalidCanary::Password)?;
        if !fits(password, LONGEST_PASSWORD) || password.chars().any(char::is_control) {
            return Err(InvalidCanary::Password);
        }
        Ok(Self {
            client: client.to_owned(),
            user: Zeroizing::new(user.to_owned()),
            password: Zeroizing::new(password.to_owned()),
        })
    }

    /// The app client's id.
    #[must_use]
    pub fn client(&self) -> &str {
        &self.client
    }

    /// The user name.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// One part a line, the password last: nothing is escaped, so that nothing is copied on the way.
    fn entry(&self, mark: &str) -> Zeroizing<Vec<u8>> {
        let parts = [FORMAT, mark, &self.client, &self.user, &self.password];
        let length = parts.iter().map(|part| part.len() + 1).sum();
        let mut entry = Zeroizing::new(Vec::with_capacity(length));
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                entry.push(b'\n');
            }
            entry.extend_from_slice(part.as_bytes());
        }
        entry
    }

    /// Reads an entry, with its mark.
    fn read(entry: &[u8]) -> Option<(&str, Self)> {
        let mut parts = std::str::from_utf8(entry).ok()?.splitn(5, '\n');
        if parts.next()? != FORMAT {
            return None;
        }
        let mark = parts.next()?;
        let (client, user) = (parts.next()?, parts.next()?);
        let canary = Self::new(client, user, parts.next()?.as_bytes()).ok()?;
        Some((mark, canary))
    }
}

fn fits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count())
}

impl fmt::Debug for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Canary(not shown)")
    }
}

/// When a sign-in was refused, and why. The words hold no user name and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryRefusal {
    /// When, by the clock of whoever tried.
    pub at: Timestamp,
    /// Why, as goes on "was refused: …".
    pub why: String,
    /// How to mend it.
    pub mend: String,
}

/// That there is a canary. The key ring isn't asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryRow {
    /// The target whose checks it serves.
    pub target: TargetName,
    /// The pool that it is in.
    pub pool: PoolId,
    /// Another one each time that it is set.
    pub mark: String,
    /// The refusal of its last sign-in, where it was refused since it was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<CanaryRefusal>,
}

#[derive(Serialize, Deserialize)]
struct Index {
    canaries: u32,
    kept: Vec<CanaryRow>,
}

impl Store {
    /// Keeps a canary in the key ring, in place of an earlier one of this target and pool. It is in the list before it is
    /// in the ring, so that none is ever kept unlisted.
    pub fn set_canary(&self, target: &TargetName, pool: &PoolId, canary: &Canary) -> Result<(), SecretError> {
        let _one_at_a_time = self.canary_lock()?;
        let before = self.read_canaries()?;
        let mark = uuid::Uuid::new_v4().to_string();
        let mut rows = before.clone();
        rows.retain(|row| !row.is_of(target, pool));
        rows.push(CanaryRow {
            target: target.clone(),
            pool: pool.clone(),
            mark: mark.clone(),
            refused: None,
        });
        self.write_canaries(rows)?;
        let (name, entry) = (self.canary_entry(target, pool), canary.entry(&mark));
        let kept = self.inner.keys.write(&name, &entry).and_then(|()| {
            // Some stores lose it without a word.
            self.inner.keys.read(&name)
        });
        match kept {
            Ok(Some(found)) if *found == *entry => Ok(()),
            Ok(_) => Err(SecretError::NotKept),
            Err(problem) => {
                // Without an answer it may be kept yet, once somebody unlocks the ring: it stays listed.
                if problem != KeyRingProblem::NoAnswer {
                    self.write_canaries(before)?;
                }
                Err(problem.into())
            }
        }
    }

    /// The pools of a target that have a canary, sorted. The key ring isn't asked.
    pub fn canaries(&self, target: &TargetName) -> Result<Vec<CanaryRow>, SecretError> {
        let mut rows = self.read_canaries()?;
        rows.retain(|row| row.target == *target);
        rows.sort_by(|one, other| one.pool.cmp(&other.pool));
        Ok(rows)
    }

    /// The canary of a row, from the key ring.
    pub fn canary(&self, row: &CanaryRow) -> Result<Canary, SecretError> {
        let name = self.canary_entry(&row.target, &row.pool);
        let entry = self.inner.keys.read(&name)?.ok_or(KeyRingProblem::Missing)?;
        match Canary::read(&entry) {
            Some((mark, canary)) if mark == row.mark => Ok(canary),
            // One that was set half-way, or whose like was set since the row was read.
            Some(_) => Err(KeyRingProblem::Missing.into()),
            None => Err(KeyRingProblem::Damaged.into()),
        }
    }

    /// Notes that the sign-in of a row's canary was refused, or that it was not; nothing where it was set anew meanwhile.
    pub fn canary_tried(&self, row: &CanaryRow, refused: Option<CanaryRefusal>) -> Result<(), SecretError> {
        let _one_at_a_time = self.canary_lock()?;
        let mut rows = self.read_canaries()?;
        let mut same = rows
            .iter_mut()
            .filter(|other| other.is_of(&row.target, &row.pool) && other.mark == row.mark);
        match same.next() {
            None => Ok(()),
            Some(same) => {
                same.refused = refused;
                self.write_canaries(rows)
            }
        }
    }

    /// Removes a canary: from the key ring first, then from the list.
    pub fn forget_canary(&self, target: &TargetName, pool: &PoolId) -> Result<(), SecretError> {
        let _one_at_a_time = self.canary_lock()?;
        let mut rows = self.read_canaries()?;
        if !rows.iter().any(|row| row.is_of(target, pool)) {
            return Err(SecretError::NotThere);
        }
        self.inner.keys.delete(&self.canary_entry(target, pool))?;
        rows.retain(|row| !row.is_of(target, pool));
        self.write_canaries(rows)
    }

    /// Each home has its own entries, as it has its own key.
    fn canary_entry(&self, target: &TargetName, pool: &PoolId) -> String {
        format!("canary-{}-{target}-{pool}", self.inner.store_id)
    }

    fn canary_index(&self) -> PathBuf {
        self.inner.home.join("canaries.json")
    }

    fn canary_lock(&self) -> Result<fs::File, SecretError> {
        Ok(index::lock(&self.inner.home.join("canaries.lock"))?)
    }

    fn read_canaries(&self) -> Result<Vec<CanaryRow>, SecretError> {
        let path = self.canary_index();
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io_not_read(&path)(error).into()),
        };
        match serde_json::from_slice::<Index>(&json) {
            Ok(Index { canaries: 1, kept }) => Ok(kept),
            _ => Err(JournalError::NotRead(format!(
                "{}: the list of canaries is damaged or of a newer program. Set it aside, then set each canary again",
                path.display()
            ))
            .into()),
        }
    }

    fn write_canaries(&self, kept: Vec<CanaryRow>) -> Result<(), SecretError> {
        let json = serde_json::to_vec(&Index { canaries: 1, kept }).map_err(|_| {
            JournalError::NotWritten("the list of canaries can't be written as JSON".to_owned())
        })?;
        Ok(index::write(&self.canary_index(), &json)?)
    }
}

impl CanaryRow {
    fn is_of(&self, target: &TargetName, pool: &PoolId) -> bool {
        self.target == *target && self.pool == *pool
    }
}
