//! What is shown before, and who stands there already.

use switchback_engine::ports::{Action as _, ProviderErrorKind as Kind};
use switchback_model::{CanaryUser, MadeCanary};

use super::super::send;
use super::{Keychain, PASSWORD, SUB, USER, at, aws_with, bound, error, image, made, spec, stands, user};
use crate::tests::server::server;

#[tokio::test]
async fn an_absent_canary_is_previewed_with_all_that_is_asked_and_without_its_name() {
    let server = server(vec![error("UserNotFoundException")]).await;
    let change = bound(&server, None);
    let found = change.read(None).await.unwrap();
    // It would be as old as the proofs take; the mark has the one that counts.
    assert_eq!(found.witness, None);
    assert_eq!(found.image, image(None));
    let preview = change.plan(&found.image, None).unwrap();
    assert_eq!(preview.calls.len(), 1);
    assert_eq!(preview.calls[0].operation, "InitiateAuth");
    // After is the state, and nothing else; what is asked is a list of its own.
    let told = &preview.changes[0];
    assert_eq!(told.after, preview.to.lines());
    assert_eq!(told.after[0], "the canary is CONFIRMED, enabled, e-mail verified");
    assert_eq!(told.asked.len(), 5, "{:?}", told.asked);
    let text = serde_json::to_string(&told.asked).unwrap() + told.caution.as_deref().unwrap();
    for part in [
        "function:migrate",
        "function:token",
        "made-up user",
        "15 minutes",
        "nothing is created",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = serde_json::to_string(&preview).unwrap();
    assert!(!text.contains(USER) && !text.contains(PASSWORD), "{text}");
    // Its way back, before anybody was made.
    let back = change.plan(&preview.to, Some(&found.image)).unwrap();
    assert_eq!(back.calls[0].operation, "AdminDeleteUser");
    assert_eq!(back.changes[0].after, image(None).lines());
    assert!(back.changes[0].asked.is_empty());
}

#[tokio::test]
async fn who_is_there_already_proves_nothing_and_is_never_deleted() {
    let server = server(vec![stands(|_| {})]).await;
    let change = bound(&server, None);
    let found = change.read(None).await.unwrap();
    let error = change.plan(&found.image, None).unwrap_err();
    for part in ["somebody else made it", "2026-01-01 10:00 UTC"] {
        assert!(error.message.contains(part), "{part}: {error}");
    }
    let error = change.plan(&found.image, Some(&image(None))).unwrap_err();
    assert!(error.message.contains("it is not deleted"), "{error}");
    // Whatever an image claims, what the journal says counts.
    let aws = aws_with(&server, Keychain::default());
    for (made, user) in [
        (None, user(SUB, true)),
        (Some(made("another")), user(SUB, true)),
        (Some(made(SUB)), user(SUB, false)),
        // The token named somebody who stood there long before.
        (
            Some(made(SUB)),
            CanaryUser {
                created: Some("2025-11-01T10:00:00Z".parse().unwrap()),
                ..user(SUB, true)
            },
        ),
        (
            Some(MadeCanary::After(at())),
            CanaryUser {
                created: Some(at() - jiff::SignedDuration::from_secs(1)),
                ..user(SUB, true)
            },
        ),
        (
            Some(MadeCanary::After(at())),
            CanaryUser {
                created: Some(at() + jiff::SignedDuration::from_secs(19)),
                ..user(SUB, true)
            },
        ),
    ] {
        let error = send::delete(&aws, &spec(made), &user).await.unwrap_err();
        assert!(
            error.message.contains("nothing was deleted") && error.kind == Kind::Guard,
            "{error:?}"
        );
    }
    assert_eq!(server.requests().len(), 1, "the one look");
}
