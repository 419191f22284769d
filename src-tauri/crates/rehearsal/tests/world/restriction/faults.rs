//! What goes wrong with the restriction.

use std::time::Duration;

use serde_json::json;
use switchback_rehearsal::{FREEZE_RULE, LogEntry, Outcome, STAGE_SPREAD, Site, WAF_SPREAD, World};

use super::{
    STAGE, acl, act, ask, at, block, echo, pass, patch, rule, stage, status, waf, waf_refusal, written,
};
use crate::support::world;

/// Closes user management by both means, everywhere.
async fn closed(world: &World) {
    act(world, block()).await;
    patch(world, &["replace /*/*/throttling/rateLimit 0"]).await;
    pass(world, WAF_SPREAD).await;
}

async fn inject(world: &World, fault: &str) {
    world.inject(fault.parse().unwrap()).unwrap();
}

#[tokio::test]
async fn each_leak_lets_its_own_requests_past_both_restrictions() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    closed(&world).await;
    let mfa = "POST /api/users/anna/mfa/reset";
    for (fault, open, shut) in [
        (
            "leak",
            vec![(Site::New, mfa), (Site::Gateway, mfa)],
            vec![
                (Site::New, "POST /createUser"),
                (Site::Old, "PUT /api/users/anna/mfa/reset"),
            ],
        ),
        (
            "leak:method",
            vec![(Site::Old, "PUT /api/users/anna")],
            vec![(Site::Old, "DELETE /api/users/anna"), (Site::Old, mfa)],
        ),
        (
            "leak:spelling",
            vec![(Site::New, "POST /cre%61teUser")],
            vec![(Site::New, "POST //createUser;x"), (Site::New, mfa)],
        ),
        (
            "leak:name",
            vec![(Site::Gateway, "POST /createUser")],
            vec![(Site::New, "POST /createUser"), (Site::Old, mfa)],
        ),
    ] {
        for (site, line) in &open {
            assert_eq!(status(&world, *site, line).await, 503, "{line} before {fault}");
        }
        inject(&world, fault).await;
        for (site, line) in &open {
            assert_eq!(status(&world, *site, line).await, 401, "{line} with {fault}");
        }
        for (site, line) in &shut {
            assert_eq!(status(&world, *site, line).await, 503, "{line} with {fault}");
        }
        // With credentials, it does harm.
        let (site, line) = open[0];
        let reply = ask(&world, site, &at(site, line), "Authorization: x\r\n").await;
        assert_eq!(reply.status, 202, "{line} with {fault}");
        assert_eq!(world.lift(fault).unwrap(), 1);
        assert_eq!(status(&world, site, line).await, 503, "{line} after {fault}");
    }
    assert_eq!(written(&world).len(), 4);
    // Another method in a header means something only now.
    let line = at(Site::Gateway, "GET /api/users/anna");
    let deletes = "X-HTTP-Method-Override: DELETE\r\n";
    assert_eq!(ask(&world, Site::Gateway, &line, deletes).await.status, 503);
    inject(&world, "leak:override").await;
    assert_eq!(ask(&world, Site::Gateway, &line, deletes).await.status, 401);
    let with_token = format!("{deletes}Authorization: x\r\n");
    assert_eq!(ask(&world, Site::Gateway, &line, &with_token).await.status, 202);
    assert_eq!(written(&world)[4], "DELETE /api/users/{u}");
    // The method that is sent decides what is there at all.
    let line = at(Site::Gateway, "GET /createUser");
    assert_eq!(ask(&world, Site::Gateway, &line, deletes).await.status, 403);
    assert_eq!(status(&world, Site::New, "DELETE /api/users/anna").await, 503);
    world.lift("leak:override").unwrap();
    // Of the firewall only the freeze rule leaks.
    inject(&world, "leak:method").await;
    let bad = "user-agent: known-bad-scanner\r\n";
    let reply = ask(&world, Site::New, &at(Site::New, "PUT /api/users/anna"), bad).await;
    assert_eq!(reply.status, 403);
}

/// The statuses of a write behind these, as they are sent, under a site's own name and the gateway's.
async fn behind(world: &World, contexts: &[&str]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for context in contexts {
        for (site, prefix) in [(Site::New, ""), (Site::Gateway, "/prod")] {
            let line = format!("POST {prefix}{context}/createUser");
            statuses.push(ask(world, site, &line, "").await.status);
        }
    }
    statuses
}

const ESCAPED: [&str; 2] = ["/%75sermanagement", "//user%6danagement"];
const WITH_A_PARAMETER: [&str; 2] = ["/usermanagement;x=1", "/usermanagement;"];
const NEITHER: [&str; 3] = ["/usermanagement", "//usermanagement", "/usermanagement/"];

#[tokio::test]
async fn a_weak_rule_lets_past_what_it_does_not_name() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    act(&world, block()).await;
    pass(&world, WAF_SPREAD).await;
    let mut before = acl(&world).await["WebACL"].take();
    for (faults, escaped, with_a_parameter, both) in [
        (&["leak:undecoded"][..], 401, 503, 401),
        (&["leak:parameter"][..], 503, 401, 401),
        (&["leak:undecoded", "leak:parameter"][..], 401, 401, 401),
        (&[][..], 503, 503, 503),
    ] {
        for fault in faults {
            inject(&world, fault).await;
        }
        assert_eq!(behind(&world, &ESCAPED).await, [escaped; 4], "{faults:?}");
        let parameters = behind(&world, &WITH_A_PARAMETER).await;
        assert_eq!(parameters, [with_a_parameter; 4], "{faults:?}");
        assert_eq!(behind(&world, &["/%75sermanagement;x=1"]).await, [both; 2]);
        assert_eq!(behind(&world, &NEITHER).await, [503; 6], "{faults:?}");
        assert_eq!(status(&world, Site::New, "POST /%63reateUser;x=1").await, 503);
        // It is the rule that is weak, and whoever reads it sees that.
        let mut now = acl(&world).await["WebACL"].take();
        assert_eq!(now == before, faults.is_empty());
        rule(&mut now, FREEZE_RULE)["Statement"] = rule(&mut before, FREEZE_RULE)["Statement"].clone();
        assert_eq!(now, before);
        // Whoever sends it back as it was read leaves it to the fault.
        act(&world, block()).await;
        for fault in faults {
            assert_eq!(world.lift(fault).unwrap(), 1);
        }
        assert_eq!(acl(&world).await["WebACL"], before);
        pass(&world, WAF_SPREAD).await;
    }
    // The gateway's throttle reads a path as the router does.
    inject(&world, "leak:undecoded").await;
    inject(&world, "leak:parameter").await;
    patch(&world, &["replace /*/*/throttling/rateLimit 0"]).await;
    pass(&world, STAGE_SPREAD).await;
    assert_eq!(behind(&world, &ESCAPED).await, [429; 4]);
    assert_eq!(behind(&world, &WITH_A_PARAMETER).await, [429; 4]);
    assert_eq!(written(&world), [""; 0]);
}

#[tokio::test]
async fn leaks_are_told_apart_by_their_names() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for fault in ["leak", "leak:route", "leak:name", "leak:late"] {
        inject(&world, fault).await;
    }
    assert_eq!(world.snapshot().faults.len(), 3);
    assert_eq!(world.lift("leak:route").unwrap(), 1);
    assert_eq!(world.lift("leak").unwrap(), 2);
}

#[tokio::test]
async fn a_late_change_is_met_in_turn_for_long() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 30).await;
    inject(&world, "leak:late").await;
    act(&world, block()).await;
    patch(&world, &["replace /*/*/throttling/rateLimit 0"]).await;
    pass(&world, WAF_SPREAD + STAGE_SPREAD).await;
    let line = "POST /createUser";
    let mut met = [0; 4];
    for one in &mut met {
        *one = status(&world, Site::New, line).await;
    }
    assert_eq!(met, [401, 503, 401, 503]);
    pass(&world, Duration::from_secs(40)).await;
    assert_eq!(status(&world, Site::New, line).await, 503);
    assert_eq!(status(&world, Site::New, line).await, 503);
    world.lift("leak:late").unwrap();
    act(&world, json!({"Count": {}})).await;
    pass(&world, WAF_SPREAD).await;
    assert_eq!(status(&world, Site::New, "GET /api/users").await, 429);
    assert_eq!(status(&world, Site::New, "GET /api/users").await, 429);
}

/// What somebody else did last.
fn somebody(world: &World) -> LogEntry {
    let entry = world.log().pop().unwrap();
    assert_eq!(
        (entry.service.as_str(), entry.outcome),
        ("second-writer", Outcome::Committed)
    );
    entry
}

#[tokio::test]
async fn somebody_else_edits_another_rule() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    let mut before = acl(&world).await;
    let mut stale = echo(before.clone());
    let text = |acl: &mut serde_json::Value| {
        rule(acl, "block-known-bad")["Statement"]["ByteMatchStatement"]["SearchString"].take()
    };
    let mut seen = vec![text(&mut before["WebACL"].clone())];
    for _ in 0..3 {
        inject(&world, "rule-edited").await;
        assert_eq!(somebody(&world).operation, "RuleEdited");
        let mut now = acl(&world).await;
        assert_ne!(now["LockToken"], before["LockToken"]);
        let is = text(&mut now["WebACL"]);
        assert_ne!(Some(&is), seen.last());
        seen.push(is);
        // Nothing else.
        let mut was = before["WebACL"].clone();
        text(&mut was);
        assert_eq!(now["WebACL"], was);
        before = acl(&world).await;
    }
    rule(&mut stale, FREEZE_RULE)["Action"] = block();
    assert_eq!(
        waf_refusal(&world, "UpdateWebACL", stale).await,
        "WAFOptimisticLockException"
    );
    assert_eq!(world.lift("rule-edited").unwrap(), 0);
    // A rule that is gone can't be edited.
    let mut update = echo(acl(&world).await);
    update["Rules"]
        .as_array_mut()
        .unwrap()
        .retain(|rule| rule["Name"] == FREEZE_RULE);
    waf(&world, "UpdateWebACL", update).await;
    let refused = world
        .inject("rule-edited".parse().unwrap())
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "somebody else could not change the firewall or the gateway: there is no rule “block-known-bad”"
    );
}

#[tokio::test]
async fn somebody_else_sets_the_rule() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    act(&world, block()).await;
    let before = acl(&world).await;
    inject(&world, "rule-set").await;
    assert_eq!(somebody(&world).operation, "RuleSet");
    let mut now = acl(&world).await;
    assert_ne!(now["LockToken"], before["LockToken"]);
    assert_eq!(
        rule(&mut now["WebACL"], FREEZE_RULE)["Action"],
        json!({"Allow": {}})
    );
    assert_eq!(world.lift("rule-set").unwrap(), 0);
    pass(&world, WAF_SPREAD).await;
    assert_eq!(status(&world, Site::New, "POST /createUser").await, 401);
}

#[tokio::test]
async fn firewall_manager_may_say_that_it_manages_the_web_acl() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    for (fault, managed) in [(true, true), (false, false)] {
        match fault {
            true => inject(&world, "firewall-managed").await,
            false => drop(world.lift("firewall-managed").unwrap()),
        }
        assert_eq!(acl(&world).await["WebACL"]["ManagedByFirewallManager"], managed);
        let of = waf(&world, "GetWebACLForResource", json!({"ResourceArn": STAGE})).await;
        assert_eq!(of["WebACL"]["ManagedByFirewallManager"], managed);
    }
}

#[tokio::test]
async fn the_rule_may_be_missing_and_the_web_acl_detached() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 60).await;
    let line = "POST /createUser";
    act(&world, block()).await;
    pass(&world, WAF_SPREAD).await;
    let before = acl(&world).await;

    inject(&world, "rule-missing").await;
    assert_eq!(status(&world, Site::New, line).await, 401);
    let now = acl(&world).await;
    let rules = now["WebACL"]["Rules"].as_array().unwrap();
    assert!(rules.len() == 2 && rules.iter().all(|rule| rule["Name"] != FREEZE_RULE));
    world.lift("rule-missing").unwrap();
    assert_eq!(acl(&world).await, before);
    assert_eq!(status(&world, Site::New, line).await, 503);

    inject(&world, "acl-detached").await;
    let of = || waf(&world, "GetWebACLForResource", json!({"ResourceArn": STAGE}));
    assert_eq!(of().await, json!({}));
    assert_eq!(stage(&world).await.get("webAclArn"), None);
    assert_eq!(status(&world, Site::New, line).await, 401);
    // It is there, but stands before nothing.
    assert_eq!(acl(&world).await, before);
    world.lift("acl-detached").unwrap();
    assert_eq!(of().await["WebACL"], before["WebACL"]);
    assert_eq!(status(&world, Site::New, line).await, 503);
}

#[tokio::test]
async fn somebody_else_throttles_a_method() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let key = "~1usermanagement~1createUser/POST";
    assert_eq!(stage(&world).await["methodSettings"].get(key), None);
    inject(&world, "throttle-set").await;
    assert_eq!(somebody(&world).operation, "ThrottleSet");
    let setting = stage(&world).await["methodSettings"][key].take();
    assert_eq!(
        (&setting["throttlingRateLimit"], &setting["throttlingBurstLimit"]),
        (&json!(50.0), &json!(50))
    );
    assert_eq!(setting["loggingLevel"], "ERROR");
    assert_eq!(world.lift("throttle-set").unwrap(), 0);
    assert_eq!(status(&world, Site::New, "POST /createUser").await, 401);
}
