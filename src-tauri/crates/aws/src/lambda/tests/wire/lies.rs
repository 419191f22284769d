//! Answers that lie, or that are as long as they may be.

use crate::lambda::tests::*;

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
