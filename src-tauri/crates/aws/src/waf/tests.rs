#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use switchback_engine::ports::{Action as _, ProviderError, ProviderErrorKind};
use switchback_model::event::Receipt;
use switchback_model::{
    ApiStage, CheckId, CheckKind, CheckReading, CheckSpec, Image, Preview, RuleAction, RuleActionWord,
    RuleCheck, Scope, SetRuleAction, Verdict, WebAcl,
};

use super::{RuleChange, RuleLook};
use crate::tests::aws;
use crate::tests::server::{Play, server};
use crate::{AnyLook, Bound};

const RULE: &str = "user-management-writes";

fn acl() -> WebAcl {
    WebAcl {
        name: "tis-gateway".to_owned(),
        id: "11111111-2222-3333-4444-555555555555".to_owned(),
        scope: Scope::Regional,
    }
}

fn block() -> Value {
    json!({"Block": {"CustomResponse": {"ResponseCode": 503,
        "ResponseHeaders": [{"Name": "x-restricted", "Value": "firewall"}]}}})
}

fn change(url: &str) -> Bound<RuleChange> {
    let change = RuleChange(SetRuleAction {
        web_acl: acl(),
        rule: RULE.to_owned(),
        action: RuleAction::of(&block()),
    });
    Bound::new(aws(url), change)
}

/// As a driver has it made, after approval.
async fn sent(url: &str, preview: &Preview) -> Result<Receipt, ProviderError> {
    let (bound, RuleChange(spec)) = (change(url), change(url).change);
    bound.as_approved(preview)?;
    let mut tries = 0;
    loop {
        let guard = bound.still(None, preview).await?;
        tries += 1;
        match RuleChange(spec.clone()).update(&aws(url), preview, guard).await {
            Err(error) if error.kind == ProviderErrorKind::Conflict && tries < 5 => {}
            answer => return answer,
        }
    }
}

fn image(action: &Value) -> Image {
    Image::RuleAction {
        web_acl: acl(),
        rule: RULE.to_owned(),
        content: Box::new(RuleAction::of(action)),
    }
}

fn document(rules: Value) -> Value {
    json!({"WebACL": {"Name": acl().name, "Id": acl().id, "ARN": "arn:aws:wafv2:eu-west-2:123456789012:regional/webacl/x/y",
        "DefaultAction": {"Allow": {}}, "Description": "", "Capacity": 7, "LabelNamespace": "awswaf:x",
        "ManagedByFirewallManager": false, "Rules": rules, "Later": {"z": [1], "a": "kept"},
        "VisibilityConfig": {"SampledRequestsEnabled": true}}, "LockToken": "token-1"})
}

fn rules(action: Value) -> Value {
    json!([
        {"Name": "managed", "Priority": 0, "OverrideAction": {"None": {}}, "Statement": {"ManagedRuleGroupStatement": {}}},
        {"Name": RULE, "Priority": 1, "Action": action, "Statement": {"LaterStatement": {"SearchString": "L2FwaQ=="}}},
    ])
}

fn answer(body: &Value) -> Play {
    Play::Answer(200, body.to_string())
}

#[tokio::test]
async fn the_action_alone_is_read_and_everything_else_goes_back_as_it_came() {
    let told = document(rules(json!({"Count": {}})));
    let server = server(vec![
        answer(&told),
        answer(&told),
        answer(&json!({"NextLockToken": "token-2"})),
    ])
    .await;
    let change = change(&server.url);
    let now = change.read(None).await.unwrap();
    assert_eq!(now.image, image(&json!({"Count": {}})));
    let preview = change.plan(&now.image, None).unwrap();
    assert_eq!(preview.to, image(&block()));
    assert_eq!(preview.changes[0].before, ["Count"]);
    assert_eq!(
        preview.changes[0].after,
        ["Block, answers 503 with x-restricted: firewall"]
    );
    // Of a command that is made of it nothing is lost: AWS refuses it for what it lacks.
    assert_eq!(
        preview.calls[0].parameters,
        json!({"Name": acl().name, "Scope": "REGIONAL", "Id": acl().id, "Rules": [{"Name": RULE, "Action": block()}]})
    );
    let receipt = sent(&server.url, &preview).await.unwrap();
    assert_eq!(receipt.request_id.as_deref(), Some("request-1"));
    let requests = server.requests();
    assert!(
        requests[0].contains("x-amz-target: AWSWAF_20190729.GetWebACL"),
        "{}",
        requests[0]
    );
    assert!(
        requests[0].contains("/eu-west-2/wafv2/aws4_request"),
        "{}",
        requests[0]
    );
    let body = requests[2].split_once("\r\n\r\n").unwrap().1;
    let sent: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        sent,
        json!({"Name": acl().name, "Id": acl().id, "Scope": "REGIONAL", "LockToken": "token-1",
            "DefaultAction": {"Allow": {}}, "Rules": rules(block()), "Later": {"z": [1], "a": "kept"},
            "VisibilityConfig": {"SampledRequestsEnabled": true}})
    );
}

#[tokio::test]
async fn an_old_token_is_read_anew_and_only_our_own_part_stops_it() {
    let old = json!({"__type": "com.amazonaws.wafv2#WAFOptimisticLockException", "message": "stale"});
    let count = document(rules(json!({"Count": {}})));
    let mut edited = document(rules(json!({"Count": {}})));
    edited["WebACL"]["Rules"][0]["Statement"] = json!({"Edited": true});
    edited["LockToken"] = json!("token-9");
    let server1 = server(vec![
        answer(&count),
        Play::Answer(400, old.to_string()),
        answer(&edited),
        answer(&edited),
        answer(&json!({})),
    ])
    .await;
    let change1 = change(&server1.url);
    let preview = change1.plan(&image(&json!({"Count": {}})), None).unwrap();
    sent(&server1.url, &preview).await.unwrap();
    let last = server1.requests().pop().unwrap();
    assert!(
        last.contains("token-9") && last.contains("\"Edited\":true"),
        "{last}"
    );

    let theirs = document(rules(json!({"Allow": {}})));
    let server2 = server(vec![
        answer(&count),
        Play::Answer(400, old.to_string()),
        answer(&theirs),
        answer(&theirs),
    ])
    .await;
    let error = sent(&server2.url, &preview).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Conflict);
    assert!(
        error.message.contains("Somebody else changed the rule"),
        "{}",
        error.message
    );
    assert!(!error.sent);
}

/// Something on the way sent it twice: the first try moved the token, and the second is refused for it.
#[tokio::test]
async fn an_old_token_that_is_our_own_is_in_doubt_and_sent_no_more() {
    let old = json!({"__type": "WAFOptimisticLockException", "message": "stale"}).to_string();
    let count = document(rules(json!({"Count": {}})));
    let refused = || Play::Answer(500, json!({"__type": "WAFInternalErrorException"}).to_string());
    for (seen, words) in [
        (vec![answer(&document(rules(block())))], "yet the change is there"),
        (vec![refused(), refused(), refused()], "not seen since"),
    ] {
        let mut plays = vec![answer(&count), Play::Answer(400, old.clone())];
        plays.extend(seen);
        let server = server(plays).await;
        let preview = change(&server.url)
            .plan(&image(&json!({"Count": {}})), None)
            .unwrap();
        let error = sent(&server.url, &preview).await.unwrap_err();
        assert!(error.may_have_applied() && error.sent, "{error:?}");
        assert!(error.message.contains(words), "{}", error.message);
        let updates = server.requests().into_iter();
        let updates = updates.filter(|request| request.contains("AWSWAF_20190729.UpdateWebACL"));
        assert_eq!(updates.count(), 1);
    }
}

#[tokio::test]
async fn what_can_not_be_changed_is_refused_when_it_is_read() {
    let managed = {
        let mut told = document(rules(json!({"Count": {}})));
        told["WebACL"]["ManagedByFirewallManager"] = json!(true);
        told
    };
    let other = {
        let mut told = document(rules(json!({"Count": {}})));
        told["WebACL"]["Name"] = json!("another");
        told
    };
    for (told, words) in [
        (managed, "Firewall Manager owns the web ACL tis-gateway"),
        (
            document(json!([{"Name": "a", "Action": {"Count": {}}}, {"Name": "b"}])),
            "no rule user-management-writes: there are a, b",
        ),
        (document(json!([])), "no rule at all"),
        (
            document(json!([{"Name": RULE, "OverrideAction": {"None": {}}}])),
            "a group of rules",
        ),
        (document(json!([{"Name": RULE}])), "not told in a form"),
        (
            document(
                json!([{"Name": RULE, "Action": {"Count": {}}}, {"Name": RULE, "Action": {"Count": {}}}]),
            ),
            "two rules",
        ),
        (other, "answered another"),
        (json!({"WebACL": {}}), "no web ACL with its token"),
    ] {
        let server = server(vec![answer(&told)]).await;
        let error = change(&server.url).read(None).await.unwrap_err();
        assert!(error.message.contains(words), "{words}: {}", error.message);
    }
    for (status, code, kind) in [
        (400, "WAFNonexistentItemException", ProviderErrorKind::NotFound),
        (400, "WAFInvalidParameterException", ProviderErrorKind::Refused),
        (400, "AccessDeniedException", ProviderErrorKind::Denied),
    ] {
        // A denial by a server whose clock is far away is tried again, with its time.
        let refused = || Play::Answer(status, json!({"__type": code, "Message": "no"}).to_string());
        let server = server(vec![refused(), refused(), refused()]).await;
        let error = change(&server.url).read(None).await.unwrap_err();
        assert_eq!((error.kind, error.operation.as_str()), (kind, "GetWebACL"));
    }
}

#[tokio::test]
async fn a_lost_or_cut_answer_to_a_change_is_never_repeated() {
    let count = document(rules(json!({"Count": {}})));
    for play in [
        Play::Lost,
        Play::Reset,
        Play::Half,
        Play::Answer(500, json!({"__type": "WAFInternalErrorException"}).to_string()),
    ] {
        let server = server(vec![answer(&count), play]).await;
        let change = change(&server.url);
        let preview = change.plan(&image(&json!({"Count": {}})), None).unwrap();
        let error = sent(&server.url, &preview).await.unwrap_err();
        assert!(error.may_have_applied(), "{error:?}");
        assert_eq!(server.requests().len(), 2);
    }
}

async fn looked(check: RuleCheck, plays: Vec<Play>) -> CheckReading {
    let server = server(plays).await;
    let spec = CheckSpec {
        id: CheckId::new("rule").unwrap(),
        title: "The rule".to_owned(),
        kind: CheckKind::Rule(check.clone()),
        believable_s: 60,
        within_s: None,
        mend: None,
    };
    RuleLook(&check)
        .reading(&aws(&server.url), &spec, jiff::Timestamp::UNIX_EPOCH)
        .await
}

#[tokio::test]
async fn a_look_tells_what_the_rule_does_and_what_it_guards() {
    let check = |action: Option<RuleActionWord>, guards: bool| RuleCheck {
        web_acl: acl(),
        rule: RULE.to_owned(),
        action,
        guards: guards.then(|| ApiStage {
            api: "a1b2c3d4e5".to_owned(),
            stage: "prod".to_owned(),
        }),
    };
    let count = document(rules(json!({"Count": {}})));
    let denied = || Play::Answer(400, json!({"__type": "AccessDeniedException"}).to_string());
    let guard = |arn: &str| answer(&json!({"WebACL": {"ARN": arn}}));
    let arn = "arn:aws:wafv2:eu-west-2:123456789012:regional/webacl/x/y";
    for (check, plays, verdict, words) in [
        (
            check(Some(RuleActionWord::Count), false),
            vec![answer(&count)],
            Verdict::Pass,
            "Count",
        ),
        (check(None, false), vec![answer(&count)], Verdict::Pass, "Count"),
        (
            check(Some(RuleActionWord::Block), false),
            vec![answer(&count)],
            Verdict::Fail,
            "Count",
        ),
        (
            check(None, true),
            vec![answer(&count), guard(arn)],
            Verdict::Pass,
            "Count",
        ),
        (
            check(None, true),
            vec![answer(&count), guard("arn:other")],
            Verdict::Fail,
            "another web ACL stands before the stage: arn:other",
        ),
        (
            check(None, true),
            vec![answer(&count), answer(&json!({}))],
            Verdict::Fail,
            "no web ACL stands before the stage",
        ),
        (
            check(None, true),
            vec![
                answer(&count),
                Play::Answer(400, json!({"__type": "WAFNonexistentItemException"}).to_string()),
            ],
            Verdict::Fail,
            "AWS does not know what the web ACL shall stand before: arn:aws:apigateway:eu-west-2::/restapis/",
        ),
        (
            check(None, false),
            vec![answer(&document(json!([])))],
            Verdict::Fail,
            "no rule",
        ),
        (
            check(None, false),
            vec![denied(), denied(), denied()],
            Verdict::Error,
            "not allowed",
        ),
    ] {
        let reading = looked(check, plays).await;
        assert_eq!(reading.verdict, verdict, "{words}: {reading:?}");
        assert!(reading.observed.contains(words), "{words}: {}", reading.observed);
    }
}
