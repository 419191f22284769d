//! The scripted operator on the closed world, through the real engine, journal and SDK.
#![expect(clippy::unwrap_used, reason = "tests")]

use switchback_api::host::{Host, HostOptions};
use switchback_api::rehearse::{Audience, Line, Stage, auto};
use switchback_api::wire::ApiError;
use switchback_model::Operator;

#[derive(Default)]
struct Notes {
    lines: Vec<String>,
    stages: Vec<Stage>,
}

#[async_trait::async_trait]
impl Audience for Notes {
    fn hear(&mut self, line: Line) {
        let line = format!(
            "{:>12}  {:<14} {}",
            line.step.unwrap_or_default(),
            line.what,
            line.text
        );
        println!("{line}");
        self.lines.push(line);
    }
    async fn look(&mut self, stage: Stage, _endpoint: &str) -> Result<(), ApiError> {
        self.stages.push(stage);
        Ok(())
    }
}

async fn rehearse(fault: Option<&str>) -> switchback_api::rehearse::Outcome {
    let home = tempfile::tempdir().unwrap();
    let mut options = HostOptions::new(Operator::new("m.example").unwrap());
    options.home = Some(home.path().to_owned());
    options.rehearsal_scale = 40;
    let host = Host::start(options).unwrap();
    let mut notes = Notes::default();
    let outcome = auto(&host, fault, &mut notes).await.unwrap();
    assert_eq!(notes.stages, [Stage::Start, Stage::Far, Stage::End]);
    println!("{outcome:#?}");
    outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn forward_and_all_the_way_back() {
    let outcome = rehearse(None).await;
    assert!(outcome.is_clean(), "{outcome:?}");
    assert_eq!(outcome.far_difference.len(), 2, "one record set gone, one new");
}

/// With each fault the run goes all the way and comes back, or it says by name what differs.
#[tokio::test(flavor = "multi_thread")]
async fn with_each_fault() {
    let mut rehearsals = tokio::task::JoinSet::new();
    for (fault, all_the_way) in [
        ("site-down", true),
        ("site-slow:new:200", true),
        ("throttle:ChangeResourceRecordSets:2", true),
        (
            "error-before:ChangeResourceRecordSets:PriorRequestNotComplete:1",
            true,
        ),
        ("error-before:ChangeResourceRecordSets:AccessDenied:1", false),
        ("lost-response", true),
        ("delay:ChangeResourceRecordSets:700", true),
        ("insync-slow:120", true),
        ("expired-credentials", true),
        ("second-writer", false),
        ("tls-expired", false),
        ("tls-wrong-name", false),
        ("other-zone:private", false),
        // What is wrong with a user pool does not stop a switch of a name.
        ("partial-policy", true),
        ("denied:ListUsers", true),
    ] {
        rehearsals.spawn(async move { (fault, all_the_way, rehearse(Some(fault)).await) });
    }
    while let Some(ended) = rehearsals.join_next().await {
        let (fault, all_the_way, outcome) = ended.unwrap();
        assert_eq!(outcome.end_difference, Vec::<String>::new(), "{fault}");
        assert_eq!(outcome.went_all_the_way, all_the_way, "{fault}: {outcome:?}");
        assert_eq!(outcome.difference.is_none(), all_the_way, "{fault}: {outcome:?}");
    }
}
