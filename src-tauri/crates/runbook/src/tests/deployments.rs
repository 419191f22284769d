//! Deployments that steps make and use, and paths that are dropped at the edges.

use super::errors;

/// The codes that a step with this action, after a snapshot, gets.
fn codes(action: &str, edges: &str) -> Vec<String> {
    let before = "[[phase.step]]\nid = \"switch\"";
    let step = |id: &str, way: &str, edges: &str, action: &str| {
        format!(
            "[[phase.step]]\nid = \"{id}\"\ntitle = \"T\"\nplan_ref = \"9\"\nkind = \"action\"\nwhy = \"W\"\n\
             reversibility = {{ kind = \"{way}\" }}\n{edges}\n[phase.step.action]\n{action}\n\n"
        )
    };
    let steps = step(
        "snapshot",
        "none_needed",
        "",
        "kind = \"apigateway.snapshot\"\napi = \"a1\"",
    ) + "[[phase.step]]\nid = \"release\"\ntitle = \"T\"\nplan_ref = \"9\"\nkind = \"attest\"\nwhy = \"W\"\n\
         automated = false\nwhy_not_automated = \"P\"\nreversibility = { kind = \"manual\", words = \"Back\" }\n\n"
        + &step("other", "undo", edges, action)
        + before;
    let said = errors(&[(before, &steps)]);
    let codes = said.lines().filter_map(|line| line.split(' ').nth(1));
    codes.map(|code| code.trim_end_matches(':').to_owned()).collect()
}

#[test]
fn a_stage_takes_what_a_snapshot_of_its_api_made_before() {
    let stage = |api: &str, deployment: &str| {
        format!("kind = \"apigateway.stage\"\napi = \"{api}\"\nstage = \"prod\"\ndeployment = {deployment}")
    };
    let needs = "needs = [\"snapshot\"]";
    for (api, deployment, edges, expected) in [
        ("a1", "{ from = \"snapshot\" }", needs, vec![]),
        ("a1", "\"d3p10y\"", "", vec![]),
        ("a1", "{ from = \"snapshot\" }", "", vec!["deployment-from"]),
        ("a2", "{ from = \"snapshot\" }", needs, vec!["deployment-from"]),
        ("a1", "{ from = \"nothing\" }", needs, vec!["deployment-from"]),
        (
            "a1",
            "{ from = \"lower\" }",
            "needs = [\"lower\"]",
            vec!["deployment-from"],
        ),
        (
            "a1",
            "{ of = \"snapshot\" }",
            needs,
            vec!["missing-key", "unknown-key"],
        ),
        ("a1", "\"arn:aws:x\"", "", vec!["aws-name"]),
        ("a1", "7", "", vec!["wrong-type"]),
    ] {
        let found = codes(&stage(api, deployment), edges);
        assert_eq!(found, expected, "{api} {deployment} {edges}");
    }
}

#[test]
fn a_snapshot_alone_needs_no_way_back_and_a_publication_names_what_it_shows() {
    let pointer = "kind = \"apigateway.stage\"\napi = \"a1\"\nstage = \"prod\"\ndeployment = \"d1\"";
    let none = codes(&format!("{pointer}\n"), "publishes = [\"switch\"]");
    assert_eq!(none, ["publishes-not-allowed"]);
    for action in [
        "kind = \"apigateway.flush\"\napi = \"a1\"\nstage = \"prod\"",
        "kind = \"cloudfront.invalidate\"\ndistribution = \"E1\"\npaths = [\"/*\"]",
    ] {
        assert_eq!(codes(action, ""), ["publishes-nothing"], "{action}");
        // What is about something else is not made seen by it.
        let elsewhere = codes(action, "publishes = [\"lower\"]");
        assert_eq!(elsewhere, ["publishes-elsewhere"], "{action}");
    }
}

#[test]
fn a_path_is_one_that_cloudfront_drops() {
    let of = |paths: &str| {
        codes(
            &format!("kind = \"cloudfront.invalidate\"\ndistribution = \"E1\"\npaths = {paths}"),
            "publishes = [\"release\"]",
        )
    };
    for paths in ["[\"/*\"]", "[\"/\", \"/index.html\", \"/static/*\", \"/a%20b\"]"] {
        assert_eq!(of(paths), [""; 0], "{paths}");
    }
    let many: Vec<String> = (0..16).map(|at| format!("\"/{at}*\"")).collect();
    let many = format!("[{}]", many.join(", "));
    for paths in [
        "[]",
        "[\"index.html\"]",
        "[\"/*.js\"]",
        "[\"/a*b*\"]",
        "[\"/a b\"]",
        "[\"/ä\"]",
        "[\"/a\", \"/a\"]",
        many.as_str(),
    ] {
        assert_eq!(of(paths), ["path"], "{paths}");
    }
}

#[test]
fn a_check_of_an_api_and_of_a_distribution_says_what_is_wrong_with_it() {
    let of = |check: &str| {
        let before = "[[phase.step.before]]";
        let check = format!("[[phase.step.before]]\nid = \"new\"\ntitle = \"T\"\n{check}\n\n{before}");
        let said = errors(&[(before, &check)]);
        let codes = said.lines().filter_map(|line| line.split(' ').nth(1));
        codes
            .map(|code| code.trim_end_matches(':').to_owned())
            .collect::<Vec<_>>()
    };
    let api = |rest: &str| {
        of(&format!(
            "kind = \"apigateway.api\"\napi = \"a1\"\nstage = \"prod\"\n{rest}"
        ))
    };
    assert_eq!(api("authorizer = \"au1\""), [""; 0]);
    assert_eq!(
        api("authorizer = \"au1\"\norigin = \"https://a.example.nhs.test\""),
        [""; 0]
    );
    assert_eq!(
        api("authorizer = \"au1\"\norigin = \"a.example.nhs.test\""),
        ["origin"]
    );
    assert_eq!(api("authorizer = \"au1\"\norigin = \"https://a/b\""), ["origin"]);
    assert_eq!(api(""), ["missing-key"]);
    let pool = "[\"arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE\"]";
    let pools = |rest: &str| {
        of(&format!(
            "kind = \"apigateway.authorizer\"\napi = \"a1\"\nauthorizer = \"au1\"\n{rest}"
        ))
    };
    assert_eq!(pools(&format!("only = {pool}")), [""; 0]);
    assert_eq!(pools(&format!("only = {pool}\naccept = {pool}")), ["either-key"]);
    let distribution = |rest: &str| {
        of(&format!(
            "kind = \"cloudfront.distribution\"\ndistribution = \"E1\"\n{rest}"
        ))
    };
    assert_eq!(distribution("hosts = [\"a.example.nhs.test\"]"), [""; 0]);
    assert_eq!(
        distribution("hosts = [\"a.example.nhs.test\"]\nrouted = [\"/api/users\"]"),
        [""; 0]
    );
    assert_eq!(distribution("hosts = []"), ["distribution"]);
    assert_eq!(distribution("hosts = [\"a b\"]"), ["distribution"]);
    assert_eq!(
        distribution("hosts = [\"a.test\", \"A.test.\"]"),
        ["distribution"]
    );
    for path in ["api", "/api/*", "/api?x=1", "/a b"] {
        let found = distribution(&format!("hosts = [\"a.test\"]\nrouted = [\"{path}\"]"));
        assert_eq!(found, ["distribution"], "{path}");
    }
}
