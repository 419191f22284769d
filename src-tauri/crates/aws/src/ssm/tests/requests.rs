//! What is sent, and what AWS would refuse.

use serde_json::json;
use switchback_engine::ports::{Action as _, ProviderErrorKind};
use switchback_model::Image;

use super::{NAME, append, image, set, with};

#[test]
fn the_request_says_again_what_a_write_would_drop() {
    let now = with("prod", |content| {
        content.allowed_pattern = Some("^[a-z,]+$".to_owned())
    });
    let preview = set("prod,cognito").plan(&now, None).unwrap();
    assert_eq!(
        preview.calls[0].parameters,
        json!({"Name": NAME, "Description": "Profiles", "Value": "prod,cognito", "Type": "String", "Overwrite": true,
               "AllowedPattern": "^[a-z,]+$", "Tier": "Standard", "DataType": "text"})
    );
    assert_eq!(
        preview.calls[0].as_cli().split_once(" --").unwrap().0,
        "aws ssm put-parameter"
    );
    // People are told that nothing guards it.
    assert!(
        preview.changes[0]
            .caution
            .as_deref()
            .unwrap()
            .starts_with("AWS has no guard here")
    );
    // The way back is the same request with the old value, and changes nothing else.
    let back = set("prod,cognito").plan(&preview.to, Some(&now)).unwrap();
    assert_eq!(back.calls[0].parameters["Value"], "prod");
    assert_eq!(back.to, now);
    assert!(set("prod").plan(&now, None).unwrap().is_empty());
}

#[test]
fn what_aws_would_refuse_is_refused_before() {
    let long = "x".repeat(4_097);
    let of =
        |wish: &str, now: Image, restore: Option<Image>| set(wish).plan(&now, restore.as_ref()).unwrap_err();
    for (error, words) in [
        (of(&long, image("prod"), None), "4097 bytes"),
        (of("é".repeat(2_049).as_str(), image("prod"), None), "4098 bytes"),
        (of("", image("prod"), None), "can't be empty"),
        (
            of(
                "x",
                image("prod"),
                Some(with("a", |content| content.kind = "StringList".to_owned())),
            ),
            "changes no type",
        ),
        (
            of(
                "x",
                with("a", |content| content.tier = "Advanced".to_owned()),
                Some(image("prod")),
            ),
            "standard again",
        ),
    ] {
        assert_eq!(error.kind, ProviderErrorKind::Refused, "{error}");
        assert!(error.message.contains(words) && !error.sent, "{error}");
    }
    // A value that is kept nowhere in plain has no way back here, whichever way it stands.
    let secret = image(&crate::ssm::read::kept("jdbc:x password=hunter2"));
    for error in [
        of("prod,cognito", secret.clone(), None),
        of("prod,cognito", image("prod,cognito"), Some(secret)),
    ] {
        assert!(
            error.message.contains("not kept: it holds") && !error.sent,
            "{error}"
        );
        assert!(!error.message.contains("hunter2"));
    }
    let roomy = with("prod", |content| content.tier = "Advanced".to_owned());
    assert!(set(&long).plan(&roomy, None).is_ok());
    let Image::Parameter { content, .. } = image("prod") else {
        unreachable!()
    };
    let other = Image::Parameter {
        name: "/tis/other".to_owned(),
        content,
    };
    assert!(
        set("x")
            .plan(&other, None)
            .unwrap_err()
            .message
            .contains("another object")
    );
}

#[test]
fn an_append_sends_the_list_that_is_there_with_its_items_behind() {
    let preview = append(&["cognito", "debug"])
        .plan(&image("prod, debug"), None)
        .unwrap();
    assert_eq!(preview.calls[0].parameters["Value"], "prod, debug,cognito");
    assert_eq!(preview.to, image("prod, debug,cognito"));
    assert_eq!(preview.changes[0].before[0], "prod, debug");
    assert!(
        append(&["prod"])
            .plan(&image("debug,prod"), None)
            .unwrap()
            .is_empty()
    );
    let refusal = |now: Image, restore: Option<&Image>| append(&["cognito"]).plan(&now, restore).unwrap_err();
    // Behind what is no list nothing is appended.
    for now in ["prod,", ",prod", "a,,b", " "] {
        let error = refusal(image(now), None);
        assert!(
            error.message.contains("an empty item") && !error.sent,
            "{now}: {error}"
        );
    }
    // Nothing but ours is left: what its readers shall find there a person has to say.
    let error = refusal(image("cognito"), Some(&image("")));
    assert!(
        error.message.contains("Nothing but what this step appended"),
        "{error}"
    );
    let full = refusal(image(&"x".repeat(4_090)), None);
    assert!(full.message.contains("4098 bytes"), "{full}");
    let secret = refusal(image(&crate::ssm::read::kept("jdbc:x password=hunter2")), None);
    assert!(secret.message.contains("not kept: it holds"), "{secret}");
}
