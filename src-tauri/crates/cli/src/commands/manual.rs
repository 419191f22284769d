//! `manual`: the manual pages, one a command, for those who package the program.

use std::path::Path;

use clap::CommandFactory as _;
use serde_json::json;
use switchback_api::wire::ApiError;

use crate::args::Args;
use crate::exit;
use crate::host::Cx;
use crate::manual;

/// Writes `switchback.1` and a page for each command, such as `switchback-run-new.1`, to an existing folder.
pub fn run(cx: &Cx<'_>, folder: &Path) -> Result<u8, ApiError> {
    let pages = manual::write(Args::command(), folder).map_err(|error| {
        ApiError::new(
            "error",
            format!("The manual could not be written: {error}."),
            "Give a folder that exists and that you may write to.",
            folder.display().to_string(),
        )
    })?;
    cx.out.answer(json!({ "folder": folder, "pages": pages }), || {
        format!("{pages} manual pages are in {}", folder.display())
    });
    Ok(exit::OK)
}
