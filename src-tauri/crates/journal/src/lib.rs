//! SQLite journal: hash chain, sealed images, lease with fence, mirror, export.
