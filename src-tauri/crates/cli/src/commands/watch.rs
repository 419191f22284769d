//! `watch`: live status from the journal and a read-only look every two seconds. Takes no lease, so
//! it can stand beside whoever drives.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use switchback_api::view::snapshot;
use switchback_api::wire::ApiError;

use super::look::look;
use super::run::{document, driver, text};
use crate::exit;
use crate::host::{Cx, run_id};
use crate::print::{Style, versioned};
use crate::signals::Signals;

/// Real time between two looks.
const EVERY: Duration = Duration::from_secs(2);

pub async fn run(cx: &Cx<'_>, run: &str, count: Option<u64>) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(run)?;
    let mut signals = Signals::listen();
    let mut monitors = BTreeMap::new();
    let mut looks = 0;
    let outcome = loop {
        let looked = async {
            let run = host.load(&id).await?;
            let looked = look(&host, &run, &mut monitors, false).await?;
            let run = &looked.run;
            let mut snapshot = snapshot(run, &looked.live, looked.now);
            snapshot.driver = driver(&host, run)?;
            let (document, text) = match cx.out.json {
                true => (
                    document(run, &snapshot, &looked.rules, looked.problem.as_ref()),
                    String::new(),
                ),
                false => (serde_json::Value::Null, text(&snapshot, &looked.rules)),
            };
            if cx.out.json {
                cx.out.data(&versioned(document).to_string());
            } else {
                // On a terminal each look takes the place of the last one.
                let clear = match std::io::stdout().is_terminal() {
                    true => Style::Cleared.of(""),
                    false => String::new(),
                };
                cx.out.data(&format!("{clear}{text}"));
            }
            Ok::<(), ApiError>(())
        };
        tokio::select! {
            looked = looked => looked?,
            () = signals.next() => break Ok(exit::OK),
        }
        looks += 1;
        if cx.out.is_closed() || count.is_some_and(|count| looks >= count) {
            break Ok(exit::OK);
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = signals.next() => break Ok(exit::OK),
        }
    };
    host.stop_closed_world().await;
    outcome
}
