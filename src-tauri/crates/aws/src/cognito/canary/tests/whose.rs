//! Whose user stands there.

use serde_json::json;
use switchback_engine::ports::{Action as _, ProviderErrorKind as Kind, Sent};
use switchback_model::{CanaryUser, Witness};

use super::super::proofs::made_up;
use super::{OTHER, POOL, TOKEN, USER, at, bound, error, image, mark, receipt, sent, stands};
use crate::tests::server::{DATE_S, server};

#[tokio::test]
async fn an_answer_about_somebody_else_or_half_an_answer_is_not_believed() {
    let without = |field: &'static str| stands(move |user| drop(user.as_object_mut().unwrap().remove(field)));
    for (what, play) in [
        (
            "another user",
            stands(|user| {
                user["Username"] = json!("other");
                user["UserAttributes"] = json!([{"Name": "sub", "Value": "x"}, {"Name": "email", "Value": "other@example.nhs.test"}]);
            }),
        ),
        (
            "no sub",
            stands(|user| user["UserAttributes"] = json!([{"Name": "email", "Value": USER}])),
        ),
        ("not said whether enabled", without("Enabled")),
        ("no time", without("UserCreateDate")),
        ("no status", without("UserStatus")),
        (
            "the user's name for a sub",
            stands(|user| user["UserAttributes"][0]["Value"] = json!(USER)),
        ),
    ] {
        let server = server(vec![play]).await;
        let error = bound(&server, None).read(None).await.unwrap_err();
        assert_eq!(error.kind, Kind::Untrue, "{what}: {error:?}");
        let said = error.sentence();
        for part in [
            "AdminGetUser",
            POOL,
            "was answered, but",
            "Look who answers there",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert!(!format!("{error:?}").contains(USER));
    }
}

/// Whose user it is: by the answer's sub, else by when it was made, by AWS's own clock.
#[tokio::test]
async fn whose_user_stands_there_is_told_by_its_sub_or_by_its_time() {
    let mark = mark();
    let answered = receipt();
    let created = |seconds: i64| stands(move |user| user["UserCreateDate"] = json!(DATE_S + seconds));
    let wish = image(Some(CanaryUser::wished()));
    for (what, play, receipt, expected) in [
        ("ours by its sub", created(1_000), Some(&answered), "after"),
        ("there long before", created(-60), Some(&answered), "other"),
        (
            "another sub",
            stands(|user| user["UserAttributes"][0]["Value"] = json!(OTHER)),
            Some(&answered),
            "other",
        ),
        ("lost, at once", created(0), None, "after"),
        ("lost, within", created(18), None, "after"),
        ("lost, too late", created(19), None, "other"),
        ("lost, before", created(-1), None, "other"),
        (
            "reset",
            stands(|user| user["UserStatus"] = json!("RESET_REQUIRED")),
            Some(&answered),
            "other",
        ),
        (
            "disabled",
            stands(|user| user["Enabled"] = json!(false)),
            Some(&answered),
            "other",
        ),
        (
            "unverified",
            stands(|user| user["UserAttributes"][2]["Value"] = json!("false")),
            Some(&answered),
            "other",
        ),
        (
            "absent",
            error("UserNotFoundException"),
            Some(&answered),
            "before",
        ),
        ("absent, lost", error("UserNotFoundException"), None, "before"),
    ] {
        // Whom the answer named is looked for by the sub as well.
        let server = server(vec![play, error("UserNotFoundException")]).await;
        let change = bound(&server, None);
        let sent = sent(receipt, Some(&mark));
        let now = change.read(Some(&sent)).await.unwrap();
        let finding = change.judge(&now, &image(None), &wish, Some(&sent));
        assert_eq!(finding.word(), expected, "{what}: {finding:?}");
    }
}

/// An attempt without a mark never signed anybody in: whoever stands there is somebody else's, whenever they were made. In
/// journals from before marks the time stands with the intent, and tells only with a sub beside it.
#[tokio::test]
async fn without_a_mark_nobody_was_signed_in() {
    let wish = image(Some(CanaryUser::wished()));
    let (early, answered) = (Witness::Time { at: at() }, receipt());
    for (what, witness, receipt, expected) in [
        ("killed during the proofs", None, None, "other"),
        ("an old journal, lost", Some(&early), None, "other"),
        ("an old journal, answered", Some(&early), Some(&answered), "after"),
    ] {
        // Whoever was broken off may have let the made-up user in: that is looked for first.
        let made_up = receipt.is_none().then(|| error("UserNotFoundException"));
        let plays = made_up.into_iter().chain([stands(|_| {})]);
        let server = server(plays.collect()).await;
        let change = bound(&server, None);
        let sent = Sent {
            witness,
            ..sent(receipt, None)
        };
        let now = change.read(Some(&sent)).await.unwrap();
        let finding = change.judge(&now, &image(None), &wish, Some(&sent));
        assert_eq!(finding.word(), expected, "{what}: {finding:?}");
    }
}

/// Broken off while a made-up user had to be refused: that nothing was changed is said only once that user was looked for.
#[tokio::test]
async fn a_made_up_user_who_was_let_in_is_found_after_a_kill() {
    let server = server(vec![
        stands(|user| user["Username"] = json!(made_up(TOKEN))),
        error("UserNotFoundException"),
        error("UserNotFoundException"),
    ])
    .await;
    let change = bound(&server, None);
    let sent = Sent {
        token: TOKEN,
        ..sent(None, None)
    };
    let found = change.read(Some(&sent)).await.unwrap_err();
    assert_eq!(found.kind, Kind::Conflict);
    assert!(found.message.contains(&made_up(TOKEN)), "{found}");
    // It was deleted.
    let now = change.read(Some(&sent)).await.unwrap();
    let finding = change.judge(
        &now,
        &image(None),
        &image(Some(CanaryUser::wished())),
        Some(&sent),
    );
    assert_eq!(finding.word(), "before");
}
