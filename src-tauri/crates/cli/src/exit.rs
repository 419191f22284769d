//! Exit codes, and how an error is said.

use std::process::ExitCode;

use switchback_api::wire::{ApiError, SCHEMA_VERSION};
use switchback_model::text::line;

use crate::print::{Out, Style, complain};

/// Done as asked.
pub const OK: u8 = 0;
/// The command line is not understood.
pub const USAGE: u8 = 2;
/// A rollback completed.
pub const ROLLED_BACK: u8 = 7;

/// Says an error on stderr and gives its exit code.
pub fn failed(out: &Out, error: &ApiError) -> ExitCode {
    if out.json {
        let document = serde_json::json!({ "schema_version": SCHEMA_VERSION, "error": error });
        complain(&document.to_string(), true);
    } else {
        // Each part is one line: none of it can pass for another part.
        let mut text = format!("{} {}", Style::Error.of("error:"), line(&error.message));
        if !error.place.is_empty() {
            text.push_str(&format!("\n  where: {}", line(&error.place)));
        }
        if !error.hint.is_empty() {
            text.push_str(&format!("\n  fix: {}", line(&error.hint)));
        }
        complain(&text, false);
    }
    ExitCode::from(error.exit_code())
}

/// The exit code of an answer that is the bad news itself, and has been given. Whoever reads JSON finds the
/// error of every exit code on stderr; in words it would be said twice.
pub fn told(out: &Out, error: &ApiError) -> u8 {
    if out.json {
        failed(out, error);
    }
    error.exit_code()
}

/// An error of the command line that clap can't see.
pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> ApiError {
    ApiError::new("usage", message, hint, "the command line")
}
