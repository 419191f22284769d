//! Moments, as TypeScript and the window's checks know them.

use ts_rs::TS;

/// A moment: RFC 3339 in UTC, such as `2026-08-06T16:30:00Z`. In Rust it is a [`jiff::Timestamp`]; every field
/// of that type is exported as this one (`#[ts(as = "Time")]`), because the tag below is where its check comes from.
///
/// @schema .refine((text) => !Number.isNaN(Date.parse(text)), "not a time")
#[derive(TS)]
#[ts(export, export_to = "wire.ts", type = "string")]
pub enum Time {}
