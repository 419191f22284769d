//! `ecs.reread`: what the moments of tasks and parameters come to.

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use switchback_model::{CheckId, CheckKind, CheckReading, CheckSpec, RereadCheck, Verdict};

use super::{CLUSTER, PROFILES, SERVICE, TEN, listed, ok, operations, refusal, task, tasks, with};
use crate::AnyLook as _;
use crate::ecs::RereadLook;
use crate::tests::aws;
use crate::tests::server::{Play, server};

const FLAG: &str = "/tis/usermanagement/under-maintenance";
/// When the tasks of these tests were made and ran, in seconds from ten.
const MADE: i64 = -3_590;
const RAN: i64 = -3_580;

async fn looked(parameters: &[&str], plays: Vec<Play>) -> (CheckReading, Vec<String>) {
    let check = RereadCheck {
        cluster: CLUSTER.to_owned(),
        service: SERVICE.to_owned(),
        parameters: parameters.iter().map(|name| (*name).to_owned()).collect(),
    };
    let spec = CheckSpec {
        id: CheckId::new("reread").unwrap(),
        title: "The tasks are new".to_owned(),
        kind: CheckKind::Reread(check.clone()),
        believable_s: 60,
        within_s: None,
        mend: None,
    };
    let server = server(plays).await;
    let reading = RereadLook(&check)
        .reading(&aws(&server.url), &spec, Timestamp::UNIX_EPOCH)
        .await;
    (reading, server.requests())
}

/// A parameter that was written some seconds after ten.
fn written(name: &str, at: i64) -> Play {
    ok(&json!({"Parameters": [{"Name": name, "Type": "String", "Version": 3, "LastModifiedDate": TEN + at}]}))
}

fn moved(n: usize, made: Json, ran: Json) -> Json {
    let task = task(n, "ecs-svc/1", "sha256:aa");
    with(with(task, "/createdAt", made), "/startedAt", ran)
}

/// Of two tasks of which the second one is this.
fn beside(second: Json) -> Vec<Play> {
    let first = moved(1, json!(TEN), json!(TEN + 10));
    vec![listed(1..3, None), tasks(&[first, second])]
}

#[tokio::test]
async fn tasks_are_held_against_what_was_written_last() {
    let plain = || moved(2, json!(TEN + MADE), json!(TEN + RAN));
    let untimed = || moved(2, json!(null), json!(null));
    let pending = || {
        let pending = with(
            moved(2, json!(TEN + MADE), json!(null)),
            "/lastStatus",
            json!("PENDING"),
        );
        with(pending, "/startedAt", json!(null))
    };
    let stopped = || with(plain(), "/desiredStatus", json!("STOPPED"));
    for (second, at, verdict, observed) in [
        (
            plain(),
            MADE - 1,
            Verdict::Pass,
            "2 of 2 tasks are newer than /tis/usermanagement/profiles",
        ),
        // Equal moments prove nothing.
        (
            plain(),
            MADE,
            Verdict::Error,
            "1 of 2 tasks may have read either value",
        ),
        (
            plain(),
            RAN - 1,
            Verdict::Error,
            "1 of 2 tasks may have read either value",
        ),
        (plain(), RAN, Verdict::Fail, "1 of 2 tasks is older than"),
        (plain(), 20, Verdict::Fail, "2 of 2 tasks are older than"),
        (
            untimed(),
            MADE,
            Verdict::Error,
            "1 of 2 tasks may have read either value",
        ),
        // One that runs soon counts: what it is handed may be read already.
        (pending(), MADE - 1, Verdict::Pass, "2 of 2 tasks are newer than"),
        (
            pending(),
            MADE,
            Verdict::Error,
            "1 of 2 tasks may have read either value",
        ),
        // One that is being stopped does not.
        (stopped(), -1, Verdict::Pass, "1 of 1 tasks is newer than"),
    ] {
        let mut plays = beside(second);
        plays.push(written(PROFILES, at));
        let (reading, requests) = looked(&[PROFILES], plays).await;
        assert_eq!(reading.verdict, verdict, "{at}: {reading:?}");
        assert!(reading.observed.contains(observed), "{at}: {reading:?}");
        assert_eq!(reading.mend.is_none(), verdict == Verdict::Pass, "{reading:?}");
        assert_eq!(
            operations(&requests),
            ["ListTasks", "DescribeTasks", "DescribeParameters"]
        );
        assert_eq!(
            reading.source,
            "ecs:ListTasks, ecs:DescribeTasks, ssm:DescribeParameters"
        );
    }
}

#[tokio::test]
async fn of_several_parameters_the_one_that_was_written_last_counts() {
    let old = || moved(2, json!(TEN + MADE), json!(TEN + RAN));
    for (profiles, flag, verdict, named) in [
        (MADE - 9, MADE - 8, Verdict::Pass, FLAG),
        (MADE - 8, MADE - 9, Verdict::Pass, PROFILES),
        (MADE - 9, -1, Verdict::Fail, FLAG),
        (-1, MADE - 9, Verdict::Fail, PROFILES),
    ] {
        let mut plays = beside(old());
        plays.extend([written(PROFILES, profiles), written(FLAG, flag)]);
        let (reading, _) = looked(&[PROFILES, FLAG], plays).await;
        assert_eq!(reading.verdict, verdict, "{reading:?}");
        assert!(
            reading.observed.contains(&format!("than {named}, which")),
            "{reading:?}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_an_answer() {
    let nothing = || ok(&json!({"Parameters": []}));
    let old = || moved(2, json!(TEN + MADE), json!(TEN + RAN));
    let no_parameter = beside(old()).into_iter().chain([nothing()]).collect();
    for (plays, observed) in [
        (
            vec![listed(0..0, None), written(PROFILES, 0)],
            "no task of it runs",
        ),
        (no_parameter, "there is no parameter /tis/usermanagement/profiles"),
        (
            vec![refusal("ClusterNotFoundException")],
            "there is no cluster tis-prod, or no service tis-usermanagement in it",
        ),
        (
            vec![refusal("ServiceNotFoundException")],
            "there is no cluster tis-prod, or no service tis-usermanagement in it",
        ),
    ] {
        let (reading, _) = looked(&[PROFILES], plays).await;
        assert_eq!(reading.verdict, Verdict::Fail, "{observed}: {reading:?}");
        assert_eq!(reading.observed, observed);
        assert!(reading.mend.is_some());
    }
}

#[tokio::test]
async fn what_is_not_told_is_neither_right_nor_wrong() {
    let old = || moved(2, json!(TEN + MADE), json!(TEN + RAN));
    let and = |last: Play| beside(old()).into_iter().chain([last]).collect::<Vec<_>>();
    let timeless = ok(&json!({"Parameters": [{"Name": PROFILES, "Version": 3}]}));
    // The SDK asks again where an answer may be another one then.
    let denied = || std::iter::repeat_with(|| refusal("AccessDeniedException")).take(3);
    for (plays, observed) in [
        (and(timeless), "holds no moment of the last write"),
        (denied().collect(), "not allowed"),
        (beside(old()).into_iter().chain(denied()).collect(), "not allowed"),
        (
            vec![listed(1..3, None), tasks(&[old()])],
            "told nothing of the task",
        ),
    ] {
        let (reading, _) = looked(&[PROFILES], plays).await;
        assert_eq!(reading.verdict, Verdict::Error, "{observed}: {reading:?}");
        assert!(reading.observed.contains(observed), "{observed}: {reading:?}");
        assert!(!reading.observed.contains("123456789012"), "{reading:?}");
    }
}
