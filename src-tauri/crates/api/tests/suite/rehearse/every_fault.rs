//! The whole plan with each of the faults that the Rehearsal screen offers, one at a time: a campaign. Whatever happens, the
//! run comes to an end that is told, nothing of ours is left in the world, and what is not done is said by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use switchback_api::rehearse::{Audience, Line, Outcome, Script, Stage, auto};
use switchback_api::wire::ApiError;
use switchback_rehearsal::Fault;

use super::host;

/// Runs at a time: most of a run is waiting.
const LANES: usize = 4;

struct Nobody;

#[async_trait::async_trait]
impl Audience for Nobody {
    fn hear(&mut self, _line: Line) {}

    async fn look(&mut self, _stage: Stage, _endpoint: &str) -> Result<(), ApiError> {
        Ok(())
    }
}

async fn with(fault: &str) -> Result<Outcome, String> {
    let home = tempfile::tempdir().unwrap();
    let script = Script {
        runbook: Some("tis-cognito"),
        fault: Some(fault),
    };
    let outcome = auto(&host(home.path(), 80), &script, &mut Nobody).await;
    outcome.map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_plan_with_every_fault() {
    if std::env::var_os("SWITCHBACK_PROVE").is_none() {
        return;
    }
    let left: Vec<&str> = Fault::SWITCHES.iter().map(|(spelling, _)| *spelling).collect();
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
            Ok(outcome) => {
                let told = outcome.difference.as_deref().unwrap_or("clean");
                println!(
                    "{fault:<34} {:<8} {} left  {}",
                    if outcome.went_all_the_way {
                        "there"
                    } else {
                        "stopped"
                    },
                    outcome.end_difference.len(),
                    told.chars().take(160).collect::<String>(),
                );
                let is_told = outcome.went_all_the_way || outcome.difference.is_some();
                let theirs = fault.parse::<Fault>().unwrap().happens_at_once();
                if !is_told || (!outcome.end_difference.is_empty() && !theirs) {
                    wrong.push(format!("{fault}: {told}: {:#?}", outcome.end_difference));
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
