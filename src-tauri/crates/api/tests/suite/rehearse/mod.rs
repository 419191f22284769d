//! The scripted operator on the closed world, through the real engine, journal and SDK.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use switchback_api::host::{Host, HostOptions};
use switchback_api::policy::Part;
use switchback_api::rehearse::{Audience, Line, Script, Stage, auto};
use switchback_api::wire::ApiError;
use switchback_aws::{Aws, AwsOptions};
use switchback_model::{CheckKind, CheckSpec, Operator};
use switchback_rehearsal::{ACCESS_KEY, Client, LogEntry, Outcome};

use self::policy::{Policy, asked, covers};

mod every_fault;
mod look_ups;
mod narrow;
mod own_time;
mod policy;

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
    let script = Script {
        fault,
        ..Script::default()
    };
    scripted(&script, 40).await
}

fn host(home: &Path, scale: u32) -> Arc<Host> {
    let mut options = HostOptions::new(Operator::new("m.example").unwrap());
    options.home = Some(home.to_owned());
    options.rehearsal_scale = scale;
    Host::start(options).unwrap()
}

async fn scripted(script: &Script<'_>, scale: u32) -> switchback_api::rehearse::Outcome {
    let home = tempfile::tempdir().unwrap();
    let host = host(home.path(), scale);
    let mut notes = Notes::default();
    let outcome = auto(&host, script, &mut notes).await.unwrap();
    assert_eq!(notes.stages, [Stage::Start, Stage::Far, Stage::End]);
    println!("{outcome:#?}");
    // Whatever was rehearsed, the operator's policy grants it.
    let client = Client::new(&host.closed_world().await.unwrap());
    let counts = client.counts().await.unwrap();
    let log = client.log(0).await.unwrap();
    covers(&Policy::operator(), &counts, &log);
    if script.fault.is_none() {
        own_policy(script.runbook(), &counts, &log);
    }
    if script.runbook() == "tis-cognito" && script.fault.is_none() {
        flushes_wait(&log);
        // The only kind of check that this runbook has no use for.
        let mfa: CheckSpec = serde_json::from_str(MFA).unwrap();
        let CheckKind::Cognito(check) = &mfa.kind else {
            panic!("{mfa:?}")
        };
        aws(&host)
            .await
            .check_cognito(&mfa, check, Timestamp::UNIX_EPOCH)
            .await;
        let counts = client.counts().await.unwrap();
        assert_eq!(
            clean_grants(&Policy::operator()),
            asked(&counts),
            "nothing more is granted"
        );
    }
    outcome
}

/// Asked only where the answer to an invalidation was lost, which happens in no clean rehearsal; `switchback-cli`'s
/// `reval::answers` sees it asked.
const ONLY_WHERE_LOST: &str = "cloudfront:ListInvalidations";

/// What is asked for where no answer is lost.
fn clean_grants(policy: &Policy) -> BTreeSet<String> {
    let mut grants = policy.grants();
    grants.retain(|operation| operation != ONLY_WHERE_LOST);
    grants
}

/// No verdict is dropped before the stage that is to be asked anew is served everywhere: a verdict that is kept once more
/// by the old deployment lasts.
fn flushes_wait(log: &[LogEntry]) {
    let mut pointed = None;
    let mut waits = Vec::new();
    for entry in log.iter().filter(|entry| entry.outcome == Outcome::Committed) {
        match (entry.operation.as_str(), pointed) {
            ("UpdateStage", _) => pointed = Some(entry.world_time),
            ("FlushStageAuthorizersCache", Some(at)) => waits.push(entry.world_time.duration_since(at)),
            _ => {}
        }
    }
    let least = SignedDuration::from_secs(5);
    assert!(
        waits.len() >= 4 && waits.iter().all(|wait| *wait >= least),
        "{waits:?}"
    );
}

/// The policy of this very plan is exactly what its rehearsal asked for: every call is granted, and every
/// grant was used. With any one taken out, that one is named.
fn own_policy(runbook: &str, counts: &BTreeMap<String, u64>, log: &[LogEntry]) {
    let plan = switchback_api::plan::resolve(runbook, "rehearsal").unwrap();
    let policy = Policy::of(switchback_api::policy::policy(&plan, Part::Operator).unwrap());
    covers(&policy, counts, log);
    let grants = clean_grants(&policy);
    assert_eq!(grants, asked(counts), "nothing more is granted");
    for operation in grants {
        let lacking = policy.without(&operation).missing(counts);
        assert_eq!(lacking, BTreeSet::from([operation]));
    }
}

/// The adapters as a run on the closed world has them.
async fn aws(host: &Host) -> Aws {
    let handle = host.closed_world().await.unwrap();
    Aws::connect(&AwsOptions {
        endpoint: Some(handle.endpoint.clone()),
        region: "eu-west-2".to_owned(),
        rehearsal_credentials: Some((ACCESS_KEY.to_owned(), "rehearsal".to_owned())),
        ..AwsOptions::default()
    })
    .unwrap()
}

const MFA: &str = r#"{"id": "mfa", "title": "MFA", "kind": "cognito.mfa", "pool_id": "eu-west-2_REHEARSAL1",
    "mfa": "off", "believable_s": 60}"#;

#[tokio::test(flavor = "multi_thread")]
async fn forward_and_all_the_way_back() {
    let outcome = rehearse(None).await;
    assert!(outcome.is_clean(), "{outcome:?}");
    assert_eq!(outcome.far_difference.len(), 2, "one record set gone, one new");
}

/// The whole plan: forward through mid.3 and back by R3, forward through mid.4 and back by R4, through mid.5 and back by
/// R5, and forward to the end and all the way back.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_plan_there_and_back() {
    let script = Script {
        runbook: Some("tis-cognito"),
        fault: None,
    };
    let outcome = scripted(&script, 80).await;
    assert!(outcome.is_clean(), "{outcome:?}");
    assert_eq!(outcome.difference, None);
    let rules: Vec<_> = outcome
        .rules
        .iter()
        .map(|tried| (tried.rule.as_str(), tried.after.as_str(), tried.items))
        .collect();
    // Each rule's steps and its notice.
    let expected = [
        ("R3", "switch-dns", 2),
        ("R4", "reval-invalidate", 7),
        ("R5", "unmigrated-user-page", 7),
    ];
    assert_eq!(rules, expected);
    // After a rollback people decide again whether the night goes on.
    assert_eq!(outcome.gates, ["pre", "mid", "mid", "mid", "post", "mid", "post"]);
    // A record set, the profiles, and what the running tasks have read of them; the authoriser, edited and deployed, and
    // what the tokens of both pools get; the release, and what two edges keep of it; the canary: gone and new.
    assert_eq!(outcome.far_difference.len(), 22, "{:#?}", outcome.far_difference);
    let seen = |sign: &str, profiles: &str| {
        let lines = outcome.far_difference.iter();
        lines
            .filter(|line| {
                line.starts_with(sign) && line.contains(&format!("\\\"profiles\\\":\\\"{profiles}\\\""))
            })
            .count()
    };
    assert_eq!((seen("-", "prod"), seen("+", "prod,cognito")), (1, 1));
    let by_hand: Vec<_> = outcome
        .by_hand
        .iter()
        .map(|one| {
            format!(
                "{} {} {} {}/{}",
                one.plan_ref, one.step, one.kind, one.attested, one.taken_back
            )
        })
        .collect();
    // Said and taken back: what has no effect is not, and the rules' notices are sent.
    let expected = [
        "pre.4 amplify-noted attest 1/0",
        "pre.5 reval-ready attest 1/0",
        "pre.6 user-management-tested attest 1/0",
        "pre.7 notice-in-advance notice 1/1",
        "mid.1 notice-start notice 1/1",
        "mid.3 freeze-pipelines attest 1/1",
        " notice notice 3/0",
        "mid.4 reval-ui attest 2/2",
        "mid.2 prove-writes attest 1/0",
        "mid.3 terraform-agrees attest 1/1",
        "post.1 unmigrated-user-page attest 2/2",
        "post.2 amplify-upgrade attest 1/1",
    ];
    assert_eq!(by_hand, expected);
}

/// Reval fails on the night: the monitor of Reval proposes R4, which goes back.
#[tokio::test(flavor = "multi_thread")]
async fn reval_fails_and_its_rule_goes_back() {
    let script = Script {
        runbook: Some("tis-cognito"),
        fault: Some("site-down:reval"),
    };
    let outcome = scripted(&script, 80).await;
    assert!(outcome.is_clean(), "{outcome:?}");
    let rules: Vec<_> = outcome.rules.iter().map(|tried| tried.rule.as_str()).collect();
    assert_eq!(rules, ["R4"]);
}

/// A pool that is not as planned stops the run at the step that reads it, before anything is changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_not_as_planned_stops_the_run() {
    for (fault, step) in [
        ("partial-policy", "pool-settings"),
        ("missing-trigger", "pool-triggers"),
        ("wrong-client-flow", "pool-client"),
        ("domain-creating", "pool-client"),
        ("default-mail", "pool-email"),
    ] {
        let script = Script {
            runbook: Some("tis-cognito"),
            fault: Some(fault),
        };
        let outcome = scripted(&script, 80).await;
        assert!(!outcome.went_all_the_way, "{fault}");
        let why = outcome.difference.clone().unwrap_or_default();
        assert!(
            why.starts_with(&format!("step {step} is blocked: ")),
            "{fault}: {why}"
        );
        assert!(
            outcome.far_difference.is_empty() && outcome.end_difference.is_empty(),
            "{fault}"
        );
    }
}

/// What somebody else changed and the plan does not touch stays, and is not passed over: the world does not end
/// as it began.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_left_is_told_of_every_kind_of_object() {
    let outcome = rehearse(Some("parameter-changed")).await;
    assert!(outcome.went_all_the_way && !outcome.is_clean(), "{outcome:?}");
    let difference = outcome.end_difference.join("\n");
    assert!(
        outcome.end_difference.len() == 2 && difference.contains("changed-by-somebody-else"),
        "{difference}"
    );
    assert_eq!(
        outcome.difference.as_deref(),
        Some("the world does not end as it began")
    );
}

/// With each fault the run goes all the way and comes back, or it says by name what differs.
#[tokio::test(flavor = "multi_thread")]
async fn with_each_fault() {
    let mut rehearsals = tokio::task::JoinSet::new();
    for (fault, all_the_way) in [
        ("site-down", true),
        ("site-slow:new:200", true),
        ("site-slow", true),
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
