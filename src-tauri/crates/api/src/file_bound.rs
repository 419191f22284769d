//! The limit for the size of a file (`ulimit -f`), which ends a program by default.

/// Takes the system's signal for a file that would outgrow its limit (SIGXFSZ): by default it ends the process in the
/// middle of a change, without a word. Once it is taken, and it stays so, the write itself fails (EFBIG), as on a full disk.
///
/// To be called once by each program, within its runtime.
#[cfg(unix)]
pub fn take() {
    use tokio::signal::unix::{SignalKind, signal};
    // 25 on every Linux but that of MIPS and PA-RISC, and on macOS. The handler outlives what is returned.
    if let Err(error) = signal(SignalKind::from_raw(25)) {
        tracing::warn!(%error, "a limit for the size of files would end this program");
    }
}

/// There is no such signal.
#[cfg(not(unix))]
pub fn take() {}
