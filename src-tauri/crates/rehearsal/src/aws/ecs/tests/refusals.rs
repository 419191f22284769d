//! What UpdateService refuses, and by which names it finds things.

use serde_json::json;

use super::{Bench, CLUSTER_NAME, SERVICE_NAME, Update, caller, deployments, update};
use crate::log::Caller;

const ARN: &str = "arn:aws:ecs:eu-west-2:123456789012";

fn asked(cluster: Option<&str>, service: &str, definition: Option<&str>) -> Update {
    Update {
        cluster: cluster.map(str::to_owned),
        service: service.to_owned(),
        task_definition: definition.map(str::to_owned),
        force_new_deployment: Some(true),
        ..Update::default()
    }
}

fn code(asked: &Update, caller: &Caller) -> String {
    let mut bench = Bench::new();
    let before = deployments(&bench.at(0));
    let answer = bench.change(0, |state, now| update(state, caller, asked, now));
    match answer {
        Ok(_) => "none".to_owned(),
        Err(error) => {
            assert_eq!(deployments(&bench.at(0)), before, "{asked:?}");
            error.code
        }
    }
}

#[test]
fn names_and_arns_are_taken_and_others_refused() {
    let cluster = format!("{ARN}:cluster/{CLUSTER_NAME}");
    let long = format!("{ARN}:service/{CLUSTER_NAME}/{SERVICE_NAME}");
    let short = format!("{ARN}:service/{SERVICE_NAME}");
    let definition = format!("{ARN}:task-definition/tis-usermanagement:7");
    let here = Some(CLUSTER_NAME);
    for (asked, refusal) in [
        (asked(here, SERVICE_NAME, None), "none"),
        (asked(Some(&cluster), &long, Some(&definition)), "none"),
        (asked(here, &short, Some("tis-usermanagement")), "none"),
        (asked(here, SERVICE_NAME, Some("tis-usermanagement:5")), "none"),
        (asked(None, SERVICE_NAME, None), "ClusterNotFoundException"),
        (asked(Some("tis"), SERVICE_NAME, None), "ClusterNotFoundException"),
        (
            asked(
                Some(&cluster.replace("eu-west-2", "eu-west-1")),
                SERVICE_NAME,
                None,
            ),
            "ClusterNotFoundException",
        ),
        (asked(here, "", None), "InvalidParameterException"),
        (asked(here, "tis-profile", None), "ServiceNotFoundException"),
        (
            asked(here, &long.replace(CLUSTER_NAME, "tis"), None),
            "ServiceNotFoundException",
        ),
        (
            asked(here, "tis-usermanagement-old", None),
            "ServiceNotActiveException",
        ),
        (
            asked(here, SERVICE_NAME, Some("tis-usermanagement:6")),
            "ClientException",
        ),
        (
            asked(here, SERVICE_NAME, Some("tis-usermanagement:8")),
            "ClientException",
        ),
        (
            asked(here, SERVICE_NAME, Some("tis-usermanagement:x")),
            "ClientException",
        ),
        (asked(here, SERVICE_NAME, Some("tis-profile")), "ClientException"),
        (asked(here, SERVICE_NAME, Some("")), "ClientException"),
    ] {
        assert_eq!(code(&asked, &caller("ecs")), refusal, "{asked:?}");
    }
    for stranger in [
        Caller {
            region: "eu-west-1".to_owned(),
            ..caller("ecs")
        },
        Caller {
            account: crate::seed::OTHER_ACCOUNT.to_owned(),
            ..caller("ecs")
        },
    ] {
        let refusal = code(&asked(here, SERVICE_NAME, None), &stranger);
        assert_eq!(refusal, "ClusterNotFoundException");
    }
    let more: Update = serde_json::from_value(json!({
        "cluster": CLUSTER_NAME, "service": SERVICE_NAME, "desiredCount": 0
    }))
    .unwrap();
    assert_eq!(code(&more, &caller("ecs")), "NotRehearsed");
}

#[test]
fn what_changes_nothing_makes_no_deployment() {
    let quiet = |definition: Option<&str>| Update {
        force_new_deployment: None,
        ..asked(Some(CLUSTER_NAME), SERVICE_NAME, definition)
    };
    for (asked, listed) in [
        (quiet(None), 1),
        (quiet(Some("tis-usermanagement:7")), 1),
        (quiet(Some("tis-usermanagement:5")), 2),
    ] {
        let mut bench = Bench::new();
        let (answer, entry) = bench
            .change(0, |state, now| update(state, &caller("ecs"), &asked, now))
            .unwrap();
        assert_eq!(answer["service"]["deployments"].as_array().unwrap().len(), listed);
        assert_eq!(entry.rolled.is_some(), listed == 2);
    }
}
