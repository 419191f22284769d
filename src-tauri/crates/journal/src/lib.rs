//! The journal of runs: one SQLite file for each home, append-only and hash-chained.
//!
//! * [`Store`] opens `<home>/journal.db`, creates runs, gives and takes leases.
//! * [`RunJournal`] is one run behind the engine's `Journal` port.
//! * Personal data and secrets are kept as `Sealed<T>`: see [`Store::seal`] and [`RecoveryCode`].
//! * A mirror folder and [`Store::export`] hold the same lines; [`Store::import`] continues a run
//!   from them on another workstation.
//!
//! What the chain proves and what it doesn't is said at [`Verification`].

mod anchor;
mod append;
mod canaries;
mod chain;
mod copy;
mod crypto;
mod events;
mod fault;
mod import;
mod index;
mod keychain;
mod keyring;
mod lease;
mod life;
mod memory;
mod mirror;
mod mirror_folder;
mod os_keyring;
mod read;
mod recovery;
mod run_journal;
mod schema;
mod seal;
mod secrets;
mod spool;
mod store;
mod story;
mod timed;
mod trail;
mod vault;
mod vouch;

pub use canaries::{Canary, CanaryRefusal, CanaryRow, InvalidCanary};
pub use copy::{CopyVerification, verify_file, verify_file_with};
pub use crypto::Secret;
pub use import::{Imported, Takeover};
pub use keychain::KeychainLook;
pub use keyring::{KeyRing, KeyRingProblem, MemoryKeyRing};
pub use life::{Life, SIGN_OF_LIFE};
pub use mirror::MirrorState;
pub use os_keyring::OsKeyRing;
pub use read::Verification;
pub use recovery::{InvalidCode, RecoveryCode};
pub use run_journal::RunJournal;
pub use schema::FORMAT;
pub use seal::SealError;
pub use secrets::{InvalidSecretName, LONGEST_SECRET, SecretError, SecretName};
pub use spool::{Opened, Spool, SpoolError};
pub use store::{RunRow, Store};
pub use trail::{Fingerprint, Link, Trail, TrailEnd};
