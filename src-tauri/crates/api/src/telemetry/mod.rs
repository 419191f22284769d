//! Logs: spans per run, step, attempt and call in a daily file, never more than what the types allow
//! to be shown. Nothing goes to the terminal.

mod redact;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::home::Home;

/// Keeps the writer alive; drop it last.
#[derive(Debug)]
pub struct Telemetry {
    _writer: tracing_appender::non_blocking::WorkerGuard,
}

/// Lines that wait for the disk at most; more than that are dropped, because no log holds the night up. The library's own
/// number takes room, and is written through, for 128,000 at every start.
const WAITING: usize = 4_096;

/// Chooses how much of our own is logged: `error`, `warn`, `info` (else), `debug` or `trace`.
const LEVEL: &str = "SWITCHBACK_LOG";

/// Starts logging to `<home>/logs/switchback.<date>.jsonl`. Our own crates at `info`, or as
/// `SWITCHBACK_LOG` says; everything else at `warn`, because a library may log what it sends. The
/// AWS SDK says nothing at all: it repeats what a `credential_process` printed. A second call in one
/// process does nothing.
#[must_use]
pub fn start(home: &Home) -> Option<Telemetry> {
    std::fs::create_dir_all(home.logs()).ok()?;
    let files = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("switchback")
        .filename_suffix("jsonl")
        .max_log_files(14)
        .build(home.logs())
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking::NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING)
        .finish(redact::Redacting(files));
    let level = std::env::var(LEVEL)
        .ok()
        .map(|level| level.trim().to_ascii_lowercase())
        .filter(|level| matches!(level.as_str(), "error" | "warn" | "info" | "debug" | "trace"))
        .unwrap_or_else(|| "info".to_owned());
    // A directive fits every target that begins with its name: all our crates, all of the SDK's.
    let filter = EnvFilter::try_new(format!("warn,aws_=off,switchback={level}")).ok()?;
    let layer = fmt::layer()
        .json()
        .with_writer(writer)
        .with_span_list(true)
        .with_filter(filter);
    tracing_subscriber::registry().with(layer).try_init().ok()?;
    Some(Telemetry { _writer: guard })
}
