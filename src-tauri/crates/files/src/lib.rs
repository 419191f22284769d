//! Files that a person names. One door for reading: [`open`], [`bytes`] and [`text`] take regular files
//! only, up to a size, and never hang. One door for writing: [`write`](fn@write) and [`Draft`] put a whole file in its
//! place or none, private unless asked otherwise, over nothing that somebody else put there.

mod kind;
mod read;
mod write;

pub use kind::Kind;
pub use read::{Unread, bytes, open, text};
pub use write::{Draft, Existing, Readers, Unwritten, write};

#[cfg(test)]
mod tests;
