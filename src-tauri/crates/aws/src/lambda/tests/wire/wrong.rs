//! What is wrong has a sentence, and a failure is no wrong.

use crate::lambda::tests::*;

#[tokio::test]
async fn what_is_wrong_has_a_sentence_and_a_command() {
    let settings = |key: &str, value: Value| {
        let mut settings = configuration();
        settings[key] = value;
        with(0, answer(&settings))
    };
    let mut inactive = configuration();
    (inactive["State"], inactive["StateReason"]) = (json!("Inactive"), json!("Idle for long"));
    let mut other = statement();
    other["Condition"]["ArnLike"]["AWS:SourceArn"] =
        json!("arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_OTHER");
    let mut deny = statement();
    deny["Effect"] = json!("Deny");
    let add = format!(
        "aws lambda add-permission --region eu-west-2 --function-name migrate-user --statement-id cognito-eu-west-2_EXAMPLE \
         --action lambda:InvokeFunction --principal cognito-idp.amazonaws.com --source-arn {POOL}"
    );
    for (plays, said, mended) in [
        (
            with(1, not_found()),
            "nobody may invoke it by this name",
            add.as_str(),
        ),
        (
            with(1, answer(&json!({"Policy": policy(&[])}))),
            "no statement of its policy lets Cognito",
            &add,
        ),
        (
            with(1, answer(&json!({"Policy": policy(&[other])}))),
            "its policy lets another pool invoke it",
            &add,
        ),
        (
            with(1, answer(&json!({"Policy": policy(&[statement(), deny])}))),
            "statement cognito denies it",
            "Take the statement out of the policy",
        ),
        (
            with(0, answer(&inactive)),
            "Inactive: Idle for long",
            "Have its owner invoke it once",
        ),
        (
            settings("State", json!("Pending")),
            "Pending",
            "Wait until it is Active",
        ),
        (settings("State", json!("Failed")), "Failed", "deploy it again"),
        (
            settings("State", json!("anna.smith@example.nhs.test")),
            "(not repeated: no status)",
            "deploy it again",
        ),
        (
            settings("LastUpdateStatus", json!("Sup3rS3cret!pw")),
            "its last update is (not repeated: no status)",
            "deploy it again",
        ),
        (
            settings("LastUpdateStatus", json!("InProgress")),
            "it is being updated",
            "Wait for the update",
        ),
        (
            settings("LastUpdateStatus", json!("Failed")),
            "its last update is Failed",
            "deploy it again",
        ),
        (
            settings("Timeout", json!(30)),
            "it may take 30 s: Cognito waits for 5 s, and asks three times",
            "aws lambda update-function-configuration --region eu-west-2 --function-name migrate-user --timeout 5",
        ),
        (
            with(2, answer(&json!({"ReservedConcurrentExecutions": 0}))),
            "it is switched off: its reserved concurrency is 0",
            "aws lambda delete-function-concurrency --region eu-west-2 --function-name migrate-user",
        ),
    ] {
        let found = looked(plays).await;
        assert!(
            matches!(found.is, Is::Wrong(Mend::Besides(_))),
            "{said}: {found:?}"
        );
        assert!(found.observed.contains(said), "{said}: {}", found.observed);
        assert!(mend(&found).contains(mended), "{mended}: {}", mend(&found));
    }
    // Five seconds are right, and so is a reserve.
    for plays in [
        settings("Timeout", json!(5)),
        with(2, answer(&json!({"ReservedConcurrentExecutions": 1}))),
        with(2, answer(&json!({"ReservedConcurrentExecutions": null}))),
    ] {
        assert_eq!(looked(plays).await.is, Is::Right);
    }
    // Everything at once is said at once.
    let mut plays = with(1, not_found());
    plays[0] = answer(&inactive);
    let found = looked(plays).await;
    assert_eq!(found.observed.matches("; ").count(), 1, "{}", found.observed);
    assert_eq!(mend(&found).lines().count(), 2);
}

#[tokio::test]
async fn a_permission_for_every_pool_is_said_to_be_one() {
    let mut open = statement();
    open.as_object_mut().unwrap().remove("Condition");
    let found = looked(with(1, answer(&json!({"Policy": policy(&[open])})))).await;
    assert_eq!(found.is, Is::Right);
    let caution = "(statement cognito), as every pool of everybody may: no condition names one. Caution: give the statement the \
                   ARN of pool eu-west-2_EXAMPLE as AWS:SourceArn, or anybody's pool runs it";
    assert!(found.observed.contains(caution), "{}", found.observed);
    let mut all = statement();
    (all["Sid"], all["Principal"]) = (json!("all"), json!("*"));
    all.as_object_mut().unwrap().remove("Condition");
    let found = looked(with(1, answer(&json!({"Policy": policy(&[statement(), all])})))).await;
    assert_eq!(found.is, Is::Right);
    let caution = "(statement all), as anybody may who has an AWS account: its principal is * and no condition keeps them off. \
                   Caution: give it to cognito-idp.amazonaws.com alone, with the ARN of pool eu-west-2_EXAMPLE as \
                   AWS:SourceArn";
    assert!(found.observed.contains(caution), "{}", found.observed);
}

#[tokio::test]
async fn no_such_function_is_wrong_and_a_failure_is_not() {
    let found = looked(vec![not_found()]).await;
    assert!(matches!(found.is, Is::Wrong(Mend::Anyway(_))), "{found:?}");
    assert!(
        found
            .observed
            .starts_with("There is no such function, or no such alias"),
        "{}",
        found.observed
    );
    let denied = || {
        let body = json!({"__type": "AccessDeniedException", "Message": "no"});
        Play::Answer(403, body.to_string())
    };
    // A policy that may not be read is none that is missing.
    for at in 0..4 {
        let mut plays: Vec<Play> = sound().into_iter().take(at).collect();
        plays.push(denied());
        let found = looked(plays).await;
        assert!(matches!(found.is, Is::Untold(_)), "{at}: {found:?}");
    }
}
