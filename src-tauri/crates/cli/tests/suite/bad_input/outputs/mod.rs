//! Files that a person names, to be written and to be read; what people write that is kept for good; and
//! texts of others on their way to the terminal.

#![cfg(unix)]

use std::path::Path;

mod copies;
mod files;
mod texts;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
