//! What is asked, and what is made of answers that are right, wrong or lies.

use super::*;

#[tokio::test]
async fn a_sound_trigger_is_asked_by_its_whole_arn_and_its_qualifier() {
    let (found, played) = looked_at(&check(FUNCTION), sound()).await;
    assert_eq!(found.is, Is::Right, "{found:?}");
    assert_eq!(
        found.observed,
        "the pool may invoke it (statement cognito); active, 4 s; our own dry run was taken, which says nothing of Cognito"
    );
    let arn = FUNCTION.replace(':', "%3A");
    let lines: Vec<String> = played
        .requests()
        .iter()
        .map(|request| request.lines().next().unwrap().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            format!("GET /2015-03-31/functions/{arn}/configuration HTTP/1.1"),
            format!("GET /2015-03-31/functions/{arn}/policy HTTP/1.1"),
            format!("GET /2019-09-30/functions/{arn}/concurrency HTTP/1.1"),
            format!("POST /2015-03-31/functions/{arn}/invocations HTTP/1.1"),
        ]
    );
    // Never anything but a dry run.
    let last = played.requests().pop().unwrap().to_ascii_lowercase();
    assert!(last.contains("\r\nx-amz-invocation-type: dryrun\r\n"), "{last}");
    assert!(last.ends_with("{}"), "{last}");
}

#[tokio::test]
async fn an_alias_is_asked_for_by_its_name_and_its_concurrency_by_the_function() {
    let alias = format!("{FUNCTION}:live");
    let mut permission = statement();
    permission["Resource"] = json!(alias);
    let mut settings = configuration();
    settings["FunctionArn"] = json!(alias);
    let mut plays = with(0, answer(&settings));
    plays[1] = answer(&json!({"Policy": policy(&[permission])}));
    let (found, played) = looked_at(&check(&alias), plays).await;
    assert_eq!(found.is, Is::Right, "{found:?}");
    let asked = played.requests();
    let ends = [
        "configuration?Qualifier=live ",
        "policy?Qualifier=live ",
        "concurrency ",
        "invocations?Qualifier=live ",
    ];
    for (request, end) in asked.iter().zip(ends) {
        assert!(request.lines().next().unwrap().contains(end), "{request}");
    }
    // The permission of the bare name does not count for it, and the command names it.
    let mut plays = with(0, answer(&settings));
    plays[1] = not_found();
    let (found, _) = looked_at(&check(&alias), plays).await;
    assert!(matches!(found.is, Is::Wrong(_)), "{found:?}");
    assert!(
        mend(&found).contains("--function-name migrate-user --qualifier 'live' --statement-id"),
        "{found:?}"
    );
}

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

#[tokio::test]
async fn a_lie_is_neither_a_yes_nor_a_no() {
    let settings = |key: &str, value: Value| {
        let mut settings = configuration();
        settings[key] = value;
        with(0, answer(&settings))
    };
    let whole = policy(&[statement()]);
    let cut = whole.get(..whole.len() / 2).unwrap();
    for (what, plays) in [
        (
            "another function",
            settings("FunctionArn", json!(FUNCTION.replace("migrate-user", "other"))),
        ),
        (
            "another version",
            settings("FunctionArn", json!(format!("{FUNCTION}:live"))),
        ),
        (
            "another account",
            settings(
                "FunctionArn",
                json!(FUNCTION.replace("123456789012", "210987654321")),
            ),
        ),
        ("no ARN", settings("FunctionArn", json!("migrate-user"))),
        ("no time limit", settings("Timeout", json!(null))),
        ("a time limit of text", settings("Timeout", json!("4"))),
        ("a negative time limit", settings("Timeout", json!(-1))),
        ("no time at all", settings("Timeout", json!(0))),
        ("more time than there is", settings("Timeout", json!(901))),
        ("no state", settings("State", json!(null))),
        ("a state that is a number", settings("State", json!(1))),
        ("no last update", settings("LastUpdateStatus", json!(null))),
        ("a policy that is cut", with(1, answer(&json!({"Policy": cut})))),
        (
            "a policy that is no text",
            with(1, answer(&json!({"Policy": {"Statement": []}}))),
        ),
        ("an empty answer for a policy", with(1, answer(&json!({})))),
        ("a list for a policy", with(1, answer(&json!([])))),
        (
            "a reserve of text",
            with(2, answer(&json!({"ReservedConcurrentExecutions": "0"}))),
        ),
        (
            "a negative reserve",
            with(2, answer(&json!({"ReservedConcurrentExecutions": -1}))),
        ),
        ("a list for a reserve", with(2, answer(&json!([])))),
        (
            "an event that was queued",
            with(3, Play::Answer(202, String::new())),
        ),
        ("a function that ran", with(3, Play::Answer(200, String::new()))),
        (
            "a function that failed",
            with(3, Play::FunctionError(String::new())),
        ),
        (
            "a policy with a key twice",
            with(
                1,
                answer(&json!({"Policy": whole.replacen('{', "{\"Statement\":[],", 1)})),
            ),
        ),
        (
            "a dry run that ran",
            with(3, answer(&json!({"response": {"finalUserStatus": "CONFIRMED"}}))),
        ),
        ("no JSON", with(0, Play::Answer(200, "<html>".to_owned()))),
    ] {
        let found = looked(plays).await;
        assert!(matches!(found.is, Is::Untold(_)), "{what}: {found:?}");
        assert!(!mend(&found).is_empty(), "{what}");
    }
    // What is newest may be called so, or not; an alias may be called by its version, and not by another name.
    let newest = settings("FunctionArn", json!(format!("{FUNCTION}:$LATEST")));
    assert_eq!(looked(newest).await.is, Is::Right);
    for (asked, told, is_it) in [
        ("live", ":7", true),
        ("live", "", true),
        ("live", ":other", false),
        ("7", ":8", false),
    ] {
        let plays = settings("FunctionArn", json!(format!("{FUNCTION}{told}")));
        let (found, _) = looked_at(&check(&format!("{FUNCTION}:{asked}")), plays).await;
        // The permission is the function's, so that one of its names has none.
        assert_eq!(
            matches!(found.is, Is::Wrong(_)),
            is_it,
            "{asked} {told}: {found:?}"
        );
    }
}

#[tokio::test]
async fn a_policy_of_the_longest_kind_is_read_to_its_end() {
    // 20 KB are what Lambda keeps (Lambda developer guide, "Lambda quotas", resource-based policy).
    let mut statements: Vec<Value> = (0..90)
        .map(|n| {
            let mut other = statement();
            other["Sid"] = json!(format!("other-{n}"));
            other["Condition"]["ArnLike"]["AWS:SourceArn"] = json!(format!("{POOL}{n}"));
            other
        })
        .collect();
    statements.push(statement());
    let document = policy(&statements);
    assert!(document.len() > 20_000, "{}", document.len());
    let found = looked(with(1, answer(&json!({"Policy": document})))).await;
    assert_eq!(found.is, Is::Right, "{found:?}");
    statements.pop();
    let found = looked(with(1, answer(&json!({"Policy": policy(&statements)})))).await;
    assert!(matches!(found.is, Is::Wrong(_)));
    assert!(found.observed.len() < 300, "{}", found.observed);
}

#[tokio::test]
async fn what_is_not_where_the_target_is_is_not_asked_for() {
    let elsewhere = |function: &str, pool: &str| TriggerCheck {
        function: function.to_owned(),
        pool_arn: pool.to_owned(),
    };
    for (check, said) in [
        (
            elsewhere(&FUNCTION.replace("eu-west-2", "us-east-1"), POOL),
            "the function is in us-east-1, the target in eu-west-2",
        ),
        (
            elsewhere(FUNCTION, &POOL.replace("eu-west-2", "us-east-1")),
            "the pool is in us-east-1, the target in eu-west-2",
        ),
        (
            elsewhere(&FUNCTION.replace("123456789012", "210987654321"), POOL),
            "the function is of account …4321, the target of …9012",
        ),
        (
            elsewhere("arn:aws:lambda:eu-west-2:123456789012:layer:migrate-user:3", POOL),
            "one of the two ARNs can't be read",
        ),
    ] {
        let (found, played) = looked_at(&check, Vec::new()).await;
        assert!(matches!(found.is, Is::Wrong(Mend::Anyway(_))), "{found:?}");
        assert_eq!(found.observed, said);
        assert_eq!(played.requests().len(), 0);
    }
}

#[test]
fn an_alias_is_granted_by_its_name_and_its_concurrency_by_the_function() {
    let of = super::super::function("migrate-user", Some("live"));
    assert_eq!(of.arn("eu-west-2", "123456789012"), format!("{FUNCTION}:live"));
    assert_eq!(of.arn_unqualified("eu-west-2", "123456789012"), FUNCTION);
    assert_eq!(
        of.cli("eu-west-2"),
        "aws lambda get-policy --region eu-west-2 --function-name migrate-user --qualifier live"
    );
    let bare = super::super::function("migrate-user", None);
    assert_eq!(
        (
            bare.arn("eu-west-2", "123456789012"),
            bare.arn_unqualified("eu-west-2", "123456789012")
        ),
        (FUNCTION.to_owned(), FUNCTION.to_owned())
    );
    assert!(
        crate::resource::is_console(&of.console_url("eu-west-2")),
        "{}",
        of.console_url("eu-west-2")
    );
}

/// A function's state and the names of statements are repeated by their grammar, and sentences without persons.
#[tokio::test]
async fn what_no_such_word_can_be_is_not_repeated_of_a_function() {
    let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.c2lnbmVk";
    let mail = "anna.smith@example.nhs.test";
    let secret = format!("{mail} {token} Sup3rS3cret!pw");
    let of = |keys: &[(&str, &str)]| {
        let mut settings = configuration();
        for (key, value) in keys {
            settings[*key] = json!(value);
        }
        with(0, answer(&settings))
    };
    let mut named = statement();
    named["Sid"] = json!(mail);
    let named = with(1, answer(&json!({"Policy": policy(&[named])})));
    for (plays, said) in [
        (
            of(&[
                ("State", "Failed"),
                ("StateReasonCode", "EniLimitExceeded"),
                ("StateReason", "no more"),
            ]),
            "Failed (EniLimitExceeded): no more",
        ),
        (
            of(&[
                ("State", "Failed"),
                ("StateReasonCode", "Sup3rS3cret!pw"),
                ("StateReason", &secret),
            ]),
            "Failed (not repeated: no status)",
        ),
        (
            of(&[("State", mail), ("StateReason", &secret)]),
            "(not repeated: no status)",
        ),
        (
            of(&[("State", "Failed"), ("StateReason", &format!("{mail} {token}"))]),
            "Failed: (not repeated: an e-mail address) (not repeated: a token)",
        ),
        (
            of(&[
                ("LastUpdateStatus", "Failed"),
                ("LastUpdateStatusReason", &format!("of {mail}")),
            ]),
            "its last update is Failed: of (not repeated: an e-mail address)",
        ),
        (
            named,
            "the pool may invoke it (statement (not repeated: no name of a statement)); active, 4 s; our own dry run was \
             taken, which says nothing of Cognito",
        ),
    ] {
        assert_eq!(looked(plays).await.observed, said);
    }
}
