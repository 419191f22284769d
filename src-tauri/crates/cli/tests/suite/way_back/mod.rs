//! "The way back is there when needed", with real processes: five nights on which something is
//! wrong, and the rollback completes all the same; and what a keychain that is locked, gone or mute
//! means for it.
//!
//! Each night prints what was done, what the console said, and the world's fingerprint before and
//! after, read from the world itself:
//!
//! ```sh
//! cargo test -p switchback-cli --test way_back -- --nocapture --test-threads=1 night
//! ```

pub mod aws;
mod canary;
mod keychain;
pub mod laptop;
mod nights;
mod older_copy;
mod transcript;
mod vouched;
