//! The desktop console: opens the window and drives runs for it. Everything else is in the library.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    switchback_console::run(std::env::args_os().skip(1))
}
