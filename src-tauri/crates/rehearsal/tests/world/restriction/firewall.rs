//! WAF's own operations.

use serde_json::{Value, json};
use switchback_rehearsal::{FREEZE_RULE, Outcome, WEB_ACL_ID, WEB_ACL_NAME};

use super::{STAGE, WAF, acl, act, block, code_of, echo, named, rule, waf, waf_refusal, waf_sent};
use crate::support::{json_as, world};

const ARN: &str =
    "arn:aws:wafv2:eu-west-2:123456789012:regional/webacl/tis-gateway/5b1c9a52-0f3e-4c0a-9d8e-7a6b5c4d3e2f";

#[tokio::test]
async fn the_web_acl_is_found_by_its_resource_its_names_and_in_the_list() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let got = acl(&world).await;
    let shown = &got["WebACL"];
    assert_eq!((&shown["ARN"], &shown["Id"]), (&json!(ARN), &json!(WEB_ACL_ID)));
    assert_eq!(shown["Description"], "");
    assert_eq!(shown["ManagedByFirewallManager"], false);
    assert_eq!(shown["FutureSetting"], json!({"Kept": ["as", "it", "is"]}));
    let token = got["LockToken"].as_str().unwrap();
    assert!(uuid::Uuid::parse_str(token).is_ok());
    assert_eq!(
        waf(&world, "GetWebACLForResource", json!({"ResourceArn": STAGE})).await,
        json!({"WebACL": shown})
    );
    assert_eq!(
        waf(&world, "ListWebACLs", json!({"Scope": "REGIONAL"})).await,
        json!({"WebACLs": [{
            "Name": WEB_ACL_NAME,
            "Id": WEB_ACL_ID,
            "Description": "",
            "LockToken": token,
            "ARN": ARN,
        }]})
    );
}

#[tokio::test]
async fn what_is_echoed_stays_and_what_is_left_out_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let first = acl(&world).await;
    let answer = waf(&world, "UpdateWebACL", echo(first.clone())).await;
    let second = acl(&world).await;
    // To the last member, those too that nobody knows.
    assert_eq!(second["WebACL"].to_string(), first["WebACL"].to_string());
    assert_ne!(second["LockToken"], first["LockToken"]);
    assert_eq!(answer, json!({"NextLockToken": second["LockToken"]}));

    let mut update = echo(second);
    update["Description"] = json!("the gateway of TIS");
    let rules = update["Rules"].as_array_mut().unwrap();
    rules.retain(|rule| rule["Name"] == FREEZE_RULE);
    for member in [
        "FutureSetting",
        "TokenDomains",
        "CustomResponseBodies",
        "ApplicationConfig",
    ] {
        update.as_object_mut().unwrap().remove(member);
    }
    update["CaptchaConfig"] = Value::Null;
    rule(&mut update, FREEZE_RULE)
        .as_object_mut()
        .unwrap()
        .remove("FutureSetting");
    waf(&world, "UpdateWebACL", update).await;
    let mut shown = acl(&world).await["WebACL"].take();
    assert_eq!(shown["Description"], "the gateway of TIS");
    for gone in [
        "FutureSetting",
        "TokenDomains",
        "CustomResponseBodies",
        "CaptchaConfig",
    ] {
        assert_eq!(shown.get(gone), None, "{gone}");
    }
    assert_eq!(
        shown["ApplicationConfig"]["Attributes"][0]["Values"],
        json!(["api"])
    );
    assert_eq!(shown["Rules"].as_array().unwrap().len(), 1);
    assert_eq!(rule(&mut shown, FREEZE_RULE).get("FutureSetting"), None);
    let committed = world
        .log()
        .into_iter()
        .filter(|entry| entry.outcome == Outcome::Committed);
    let committed: Vec<_> = committed
        .map(|entry| (entry.operation, entry.comment.unwrap()))
        .collect();
    assert_eq!(committed, vec![("UpdateWebACL".to_owned(), ARN.to_owned()); 2]);
}

#[tokio::test]
async fn only_who_holds_the_lock_token_may_replace() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let old = echo(acl(&world).await);
    act(&world, block()).await;
    let held = acl(&world).await;
    let mut bogus = old.clone();
    bogus["LockToken"] = json!("no token");
    let mut unheard = old.clone();
    unheard["LockToken"] = json!("00000000-0000-4000-8000-000000000000");
    for stale in [old, bogus, unheard] {
        assert_eq!(
            waf_refusal(&world, "UpdateWebACL", stale).await,
            "WAFOptimisticLockException"
        );
    }
    assert_eq!(acl(&world).await, held);
}

#[tokio::test]
async fn what_waf_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let good = echo(acl(&world).await);
    let with = |member: &str, value: Value| {
        let mut update = good.clone();
        update[member] = value;
        update
    };
    let without = |member: &str| with(member, Value::Null);
    let freeze = |action: Value| {
        let mut update = good.clone();
        rule(&mut update, FREEZE_RULE)["Action"] = action;
        update
    };
    let other = "00000000-0000-4000-8000-000000000000";
    let invalid = "WAFInvalidParameterException";
    for (update, code) in [
        (with("Name", json!("other")), "WAFNonexistentItemException"),
        (with("Id", json!(other)), "WAFNonexistentItemException"),
        (with("Scope", json!("CLOUDFRONT")), invalid),
        (with("Scope", json!("GLOBAL")), invalid),
        (with("Description", json!("")), invalid),
        (without("DefaultAction"), invalid),
        (without("VisibilityConfig"), invalid),
        (without("CustomResponseBodies"), "none"),
        (without("LockToken"), "ValidationException"),
        (without("Id"), "ValidationException"),
        (with("Name", json!(1)), "SerializationException"),
        (with("ARN", json!("x")), "SerializationException"),
        (with("Capacity", json!(1)), "SerializationException"),
        (freeze(Value::Null), invalid),
        (
            freeze(json!({"Block": {"CustomResponse": {"ResponseCode": 100}}})),
            invalid,
        ),
    ] {
        // The one that is no refusal comes by itself below.
        if code != "none" {
            assert_eq!(
                waf_refusal(&world, "UpdateWebACL", update.clone()).await,
                code,
                "{update}"
            );
        }
    }
    waf(&world, "UpdateWebACL", without("CustomResponseBodies")).await;

    let read = |name: &str, scope: &str, id: &str| json!({"Name": name, "Scope": scope, "Id": id});
    for (operation, body, code) in [
        (
            "GetWebACL",
            read("other", "REGIONAL", WEB_ACL_ID),
            "WAFNonexistentItemException",
        ),
        (
            "GetWebACL",
            read(WEB_ACL_NAME, "REGIONAL", other),
            "WAFNonexistentItemException",
        ),
        ("GetWebACL", read(WEB_ACL_NAME, "CLOUDFRONT", WEB_ACL_ID), invalid),
        (
            "GetWebACL",
            json!({"Name": WEB_ACL_NAME}),
            "SerializationException",
        ),
        ("ListWebACLs", json!({"Scope": "CLOUDFRONT"}), invalid),
        ("ListWebACLs", json!({"Scope": "REGIONAL", "Limit": 0}), invalid),
        (
            "ListWebACLs",
            json!({"Scope": "REGIONAL", "NextMarker": "x"}),
            invalid,
        ),
        ("GetWebACLForResource", json!({"ResourceArn": "x"}), invalid),
        (
            "GetWebACLForResource",
            json!({"ResourceArn": STAGE.replace("prod", "test")}),
            "WAFNonexistentItemException",
        ),
    ] {
        assert_eq!(waf_refusal(&world, operation, body.clone()).await, code, "{body}");
    }
    let reply = waf_sent(&world, "GetSampledRequests", &json!({})).await.unwrap();
    assert_eq!(
        (reply.status, reply.header("x-amzn-errortype")),
        (501, Some("NotRehearsed"))
    );
}

#[tokio::test]
async fn another_account_and_another_region_have_no_web_acl() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (key, region) in [
        ("AKIAREHEARSAL", "us-east-1"),
        ("AKIAREHEARSALOTHER", "eu-west-2"),
    ] {
        let asked = |operation: &'static str, body: Value| {
            let world = &world;
            async move { json_as(world, WAF, key, region, operation, &body).await.unwrap() }
        };
        let list = asked("ListWebACLs", json!({"Scope": "REGIONAL"})).await;
        assert_eq!(list.body, "{\"WebACLs\":[]}");
        for (operation, body) in [
            ("GetWebACL", named()),
            ("UpdateWebACL", echo(acl(&world).await)),
            ("GetWebACLForResource", json!({"ResourceArn": STAGE})),
        ] {
            assert_eq!(
                code_of(&asked(operation, body).await),
                "WAFNonexistentItemException"
            );
        }
        if region == "us-east-1" {
            let list = asked("ListWebACLs", json!({"Scope": "CLOUDFRONT"})).await;
            assert_eq!(list.body, "{\"WebACLs\":[]}");
        }
    }
}

#[tokio::test]
async fn the_faults_of_every_service_are_this_ones_too() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    world.inject("denied:UpdateWebACL".parse().unwrap()).unwrap();
    let update = echo(acl(&world).await);
    let reply = waf_sent(&world, "UpdateWebACL", &update).await.unwrap();
    assert_eq!(
        code_of_denial(&reply.body),
        format!("wafv2:UpdateWebACL on resource: {ARN}")
    );
    world.lift("denied").unwrap();
    world.inject("throttle:UpdateWebACL".parse().unwrap()).unwrap();
    assert_eq!(
        waf_refusal(&world, "UpdateWebACL", update.clone()).await,
        "ThrottlingException"
    );
    world
        .inject("lost-response:UpdateWebACL".parse().unwrap())
        .unwrap();
    assert!(waf_sent(&world, "UpdateWebACL", &update).await.is_none());
    // It was made: the token has moved.
    assert_eq!(
        waf_refusal(&world, "UpdateWebACL", update).await,
        "WAFOptimisticLockException"
    );
    world.inject("repeated:UpdateWebACL".parse().unwrap()).unwrap();
    let update = echo(acl(&world).await);
    assert_eq!(
        waf_refusal(&world, "UpdateWebACL", update).await,
        "WAFOptimisticLockException"
    );
    world
        .inject(
            "error-after:UpdateWebACL:WAFInternalErrorException"
                .parse()
                .unwrap(),
        )
        .unwrap();
    let update = echo(acl(&world).await);
    let reply = waf_sent(&world, "UpdateWebACL", &update).await.unwrap();
    assert_eq!(reply.status, 500);
}

/// What a denial is of.
fn code_of_denial(body: &str) -> String {
    let (_, from) = body.split_once("perform: ").unwrap();
    from.split_once(" because").unwrap().0.to_owned()
}
