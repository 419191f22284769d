//! What is asked, of a sound trigger and of an alias.

use crate::lambda::tests::*;

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
    let of = crate::lambda::function("migrate-user", Some("live"));
    assert_eq!(of.arn("eu-west-2", "123456789012"), format!("{FUNCTION}:live"));
    assert_eq!(of.arn_unqualified("eu-west-2", "123456789012"), FUNCTION);
    assert_eq!(
        of.cli("eu-west-2"),
        "aws lambda get-policy --region eu-west-2 --function-name migrate-user --qualifier live"
    );
    let bare = crate::lambda::function("migrate-user", None);
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
