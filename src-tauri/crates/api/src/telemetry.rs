//! Logs: spans per run, step, attempt and call in a daily file, never more than what the types allow
//! to be shown. Nothing goes to the terminal but warnings.

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::home::Home;

/// Keeps the writer alive; drop it last.
#[derive(Debug)]
pub struct Telemetry {
    _writer: tracing_appender::non_blocking::WorkerGuard,
}

/// Starts logging to `<home>/logs/switchback.<date>.jsonl`. Our own crates at `info`; everything
/// else at `warn`, because a library may log what it sends. A second call in one process does
/// nothing.
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
    let (writer, guard) = tracing_appender::non_blocking(files);
    let ours = [
        "switchback_api",
        "switchback_engine",
        "switchback_aws",
        "switchback_probes",
        "switchback_journal",
        "switchback_console",
        "switchback",
    ]
    .map(|name| format!("{name}=info"))
    .join(",");
    let filter = EnvFilter::try_new(format!("warn,{ours}")).ok()?;
    let layer = fmt::layer()
        .json()
        .with_writer(writer)
        .with_span_list(true)
        .with_filter(filter);
    tracing_subscriber::registry().with(layer).try_init().ok()?;
    Some(Telemetry { _writer: guard })
}
