//! The whole plan with each of the faults that the Rehearsal screen offers, one at a time: a campaign. Whatever happens, the
//! run comes to an end that is told, and what is not done is said by name. A fault that lasts may stop the way back, too: once
//! it is mended, that goes on, and nothing of ours is left in the world.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use switchback_api::rehearse::{Audience, Line, Outcome, Script, Stage, auto, go_back};
use switchback_api::wire::ApiError;
use switchback_rehearsal::{Client, Fault};

use super::host;

/// Runs at a time: most of a run is waiting.
const LANES: usize = 4;

/// Notes how the world stood in the beginning.
struct Onlooker {
    client: Client,
    start: Vec<String>,
}

#[async_trait::async_trait]
impl Audience for Onlooker {
    fn hear(&mut self, _line: Line) {}

    async fn look(&mut self, stage: Stage, _endpoint: &str) -> Result<(), ApiError> {
        if stage == Stage::Start {
            self.start = self.client.state().await.unwrap().objects();
        }
        Ok(())
    }
}

/// How a run with a fault ended.
struct Ended {
    outcome: Outcome,
    /// What stands otherwise than in the beginning, after the fault was mended where that was needed.
    left: Vec<String>,
    /// Why the way back did not go on then.
    why: Option<String>,
}

async fn with(spelling: &str) -> Result<Ended, String> {
    let home = tempfile::tempdir().unwrap();
    let script = Script {
        runbook: Some("tis-cognito"),
        fault: Some(spelling),
    };
    let host = host(home.path(), 80);
    let client = Client::new(&host.closed_world().await.unwrap());
    let mut onlooker = Onlooker {
        client: client.clone(),
        start: Vec::new(),
    };
    let words = |error: ApiError| error.to_string();
    let outcome = auto(&host, &script, &mut onlooker).await.map_err(words)?;
    let mut ended = Ended {
        left: outcome.end_difference.clone(),
        outcome,
        why: None,
    };
    let fault: Fault = spelling.parse().unwrap();
    if ended.left.is_empty() || fault.happens_at_once() {
        return Ok(ended);
    }
    client.lift(fault.name()).await.unwrap();
    let run = ended.outcome.run.parse().unwrap();
    // What the world shows late after it was mended is waited for, as a person would who tries once more.
    for _again in 0..3 {
        ended.why = go_back(&host, &run, &mut onlooker).await.map_err(words)?;
        let end = client.state().await.unwrap().objects();
        ended.left = end
            .into_iter()
            .filter(|object| !onlooker.start.contains(object))
            .collect();
        if ended.why.is_none() {
            break;
        }
    }
    Ok(ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_plan_with_every_fault() {
    if std::env::var_os("SWITCHBACK_PROVE").is_none() {
        return;
    }
    // One alone, where it is looked into.
    let one = std::env::var("SWITCHBACK_FAULT").ok();
    let wanted = |spelling: &&str| one.as_ref().is_none_or(|one| one == spelling);
    let left: Vec<&str> = Fault::SWITCHES
        .iter()
        .map(|(spelling, _)| *spelling)
        .filter(wanted)
        .collect();
    assert!(!left.is_empty(), "no fault is spelt {one:?}");
    let count = left.len();
    let left = Arc::new(Mutex::new(left));
    let mut lanes = tokio::task::JoinSet::new();
    for _ in 0..LANES {
        let left = left.clone();
        lanes.spawn(async move {
            let mut ended = Vec::new();
            loop {
                let Some(fault) = left.lock().unwrap().pop() else {
                    return ended;
                };
                ended.push((fault, with(fault).await));
            }
        });
    }
    let mut ended = BTreeMap::new();
    while let Some(lane) = lanes.join_next().await {
        ended.extend(lane.unwrap());
    }
    assert_eq!(ended.len(), count);
    let mut wrong = Vec::new();
    for (fault, outcome) in &ended {
        match outcome {
            // The program itself failed: no fault of the world may do that.
            Err(error) => wrong.push(format!("{fault}: {error}")),
            Ok(Ended { outcome, left, why }) => {
                let told = outcome.difference.as_deref().unwrap_or("clean");
                println!(
                    "{fault:<34} {:<8} {} left, {} once mended  {}",
                    if outcome.went_all_the_way {
                        "there"
                    } else {
                        "stopped"
                    },
                    outcome.end_difference.len(),
                    left.len(),
                    told.chars().take(160).collect::<String>(),
                );
                let is_told = outcome.went_all_the_way || outcome.difference.is_some();
                let fault_kind: Fault = fault.parse().unwrap();
                // Tasks keep the image that the tag meant when they were started, until somebody rolls them once more.
                let theirs = fault_kind.happens_at_once() || matches!(fault_kind, Fault::RollOtherImage);
                if !is_told || (!left.is_empty() && !theirs) {
                    wrong.push(format!("{fault}: {told}; then {why:?}: {left:#?}"));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
