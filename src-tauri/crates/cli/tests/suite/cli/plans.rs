//! What `plan` prints.

use serde_json::Value;

use super::Home;

#[test]
fn a_plan_has_the_shape_that_checks_rely_on() {
    let home = Home::new();
    let plan = home
        .json(&["plan", "dns-switch", "--target", "rehearsal"])
        .code(0)
        .json();
    // In words it names as much: every check of a step with its time, and every decision.
    let words = home
        .run(&["plan", "dns-switch", "--target", "rehearsal"])
        .code(0)
        .out;
    let has_row = |cells: [&Value; 3]| {
        let row = cells.map(|cell| cell.as_str().unwrap()).join(" ");
        let rows = words
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        assert!(
            rows.into_iter().any(|line| line.starts_with(&row)),
            "{row}\n{words}"
        );
    };
    assert_eq!(plan["runbook"], "dns-switch");
    assert_eq!(plan["target"], "rehearsal");
    assert_eq!(plan["digest"].as_str().unwrap().len(), 64);
    let steps: Vec<&Value> = plan["phases"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|phase| phase["steps"].as_array().unwrap())
        .collect();
    assert!(!steps.is_empty());
    for step in steps {
        for text in ["id", "title", "plan_ref", "kind", "reversibility"] {
            assert!(step[text].is_string(), "{text} of {step}");
        }
        for list in ["needs", "after", "decisions", "checks", "actions"] {
            assert!(step[list].is_array(), "{list} of {step}");
        }
        assert!(step["automated"].is_boolean());
        let of_undo = step["undo"]["checks"].as_array().unwrap();
        for check in step["checks"].as_array().unwrap().iter().chain(of_undo) {
            has_row([&step["id"], &check["when"], &check["id"]]);
        }
        assert!(
            ["undo", "manual", "correct", "none needed", "point of no return"]
                .contains(&step["reversibility"].as_str().unwrap())
        );
        assert_eq!(step["actions"][0]["service"], "route53");
    }
    assert_eq!(plan["rules"][0]["plan_ref"], "rollback.3");
    assert!(plan["rules"][0]["undo"].is_array() && plan["rules"][0]["keep"].is_array());
    let decision = &plan["decisions"][0];
    has_row([&decision["id"], &decision["question"], &decision["decided"]]);
    // The same files give the same plan.
    assert_eq!(
        home.json(&["plan", "dns-switch", "--target", "rehearsal"]).json()["digest"],
        plan["digest"]
    );
}

#[test]
fn a_plan_prints_the_least_policy_of_either_part() {
    let home = Home::new();
    let document = |runbook: &str, part: &str| -> Value {
        let args = ["plan", runbook, "--target", "rehearsal", "--iam", part];
        serde_json::from_str(&home.run(&args).code(0).out).unwrap()
    };
    let actions = |document: &Value| -> Vec<String> {
        let statements = document["Statement"].as_array().unwrap().iter();
        let mut all: Vec<String> = statements
            .flat_map(|one| one["Action"].as_array().unwrap().clone())
            .map(|action| action.as_str().unwrap().to_owned())
            .collect();
        all.sort();
        all
    };
    let switch = document("dns-switch", "operator");
    assert_eq!(switch["Version"], "2012-10-17");
    let switch = actions(&switch);
    assert!(switch.contains(&"route53:ChangeResourceRecordSets".to_owned()));
    assert!(
        switch.iter().all(|action| action.starts_with("route53:")),
        "{switch:?}"
    );
    // A plan with checks of a pool needs more, and still nobody is looked up by who drives it.
    let whole = actions(&document("tis-cognito", "operator"));
    assert!(
        whole.contains(&"cognito-idp:DescribeUserPool".to_owned()),
        "{whole:?}"
    );
    assert!(!whole.contains(&"cognito-idp:ListUsers".to_owned()), "{whole:?}");
    let support = actions(&document("tis-cognito", "support"));
    let reads = [
        "cognito-idp:AdminGetUser",
        "cognito-idp:DescribeUserPool",
        "cognito-idp:ListUsers",
    ];
    assert_eq!(support, reads);
    // The same document where a script asks for JSON.
    let args = ["plan", "dns-switch", "--target", "rehearsal", "--iam", "operator"];
    let same: Value = serde_json::from_str(&home.json(&args).code(0).out).unwrap();
    assert_eq!(actions(&same), switch);
    let args = ["plan", "dns-switch", "--target", "rehearsal", "--iam", "support"];
    let refused = home.json(&args).code(1).error();
    assert!(
        refused["message"].as_str().unwrap().contains("no user pools"),
        "{refused}"
    );
    home.run(&[
        "plan",
        "dns-switch",
        "--target",
        "rehearsal",
        "--iam",
        "everybody",
    ])
    .code(2);
}
