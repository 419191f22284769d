//! Keys that kinds of several services share, so that they mean the same everywhere.

use super::key::{Key, Shape};

/// The owner of a record set.
pub(super) const NAME: Key = Key::needed(
    "name",
    Shape::Text,
    "The record's name",
    "\"apps.example.nhs.test\"",
);

pub(super) const ZONE: Key = Key::needed("zone", Shape::Text, "The zone's name", "\"example.nhs.test\"");

pub(super) const ADDRESS: Key = Key::optional(
    "address",
    Shape::Text,
    "The address to dial instead of asking DNS",
    "\"198.51.100.20\"",
);
