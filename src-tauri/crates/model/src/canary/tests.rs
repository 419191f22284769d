#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::field::judge;
use crate::{ActionSpec, CheckKind, Finding, Image};

fn user(sub: &str) -> CanaryUser {
    CanaryUser {
        sub: Some(sub.to_owned()),
        created: Some("2026-11-29T20:00:00Z".parse().unwrap()),
        ..CanaryUser::wished()
    }
}

fn image(user: Option<CanaryUser>) -> Image {
    Image::Canary {
        pool: "eu-west-2_EXAMPLE".to_owned(),
        content: Box::new(PoolCanary { user }),
    }
}

#[test]
fn a_user_is_as_wished_whatever_its_sub_and_one_of_another_sub_is_not_it() {
    let (wish, made) = (image(Some(CanaryUser::wished())), image(Some(user("a"))));
    assert!(wish.same_as(&made) && made.same_as(&wish));
    assert!(!made.same_as(&image(Some(user("b")))));
    assert!(!image(None).same_as(&made) && image(None).same_as(&image(None)));
    assert_eq!(judge(&made, &image(None), &wish), Finding::After);
    assert_eq!(judge(&image(None), &image(None), &wish), Finding::Before);
}

/// Whatever is not as the step leaves it is neither before nor after, field by field.
#[test]
fn every_other_state_is_named() {
    let wrong = [
        (
            "made",
            CanaryUser {
                ours: false,
                ..user("a")
            },
        ),
        (
            "status",
            CanaryUser {
                status: "RESET_REQUIRED".to_owned(),
                ..user("a")
            },
        ),
        (
            "enabled",
            CanaryUser {
                enabled: false,
                ..user("a")
            },
        ),
        (
            "email_verified",
            CanaryUser {
                email_verified: false,
                ..user("a")
            },
        ),
    ];
    for (field, user) in wrong {
        let found = judge(
            &image(Some(user)),
            &image(None),
            &image(Some(CanaryUser::wished())),
        );
        let Finding::Other { differences, .. } = found else {
            panic!("{field}: {found:?}");
        };
        let foreign: Vec<&str> = differences
            .iter()
            .filter(|one| one.found != one.after)
            .map(|one| one.field.as_str())
            .collect();
        assert_eq!(foreign, [field]);
    }
}

#[test]
fn all_of_it_is_read_as_it_was_written() {
    for image in [
        image(None),
        image(Some(CanaryUser::wished())),
        image(Some(user("a"))),
    ] {
        let json = serde_json::to_string(&image).unwrap();
        assert_eq!(serde_json::from_str::<Image>(&json).unwrap(), image);
    }
    let spec = SignInCanary {
        pool_id: "eu-west-2_EXAMPLE".to_owned(),
        client_id: "1example23456789".to_owned(),
        migrate_trigger: "arn:aws:lambda:eu-west-2:123456789012:function:migrate".to_owned(),
        token_trigger: "arn:aws:lambda:eu-west-2:123456789012:function:token".to_owned(),
        claims: vec!["preferred_username".to_owned()],
        made: None,
    };
    let json = serde_json::to_value(ActionSpec::SignInCanary(spec.clone())).unwrap();
    assert_eq!(json["kind"], "cognito.canary");
    assert!(json.get("made").is_none());
    assert_eq!(
        serde_json::from_value::<ActionSpec>(json).unwrap(),
        ActionSpec::SignInCanary(spec)
    );
    for expected in [
        CanaryExpected::Absent,
        CanaryExpected::SignsIn {
            client_id: "1example".to_owned(),
            claims: vec!["sub".to_owned()],
        },
    ] {
        let check = CheckKind::Canary(CanaryCheck {
            pool_id: "eu-west-2_EXAMPLE".to_owned(),
            expected,
        });
        let json = serde_json::to_value(&check).unwrap();
        assert_eq!(json["kind"], "cognito.canary");
        assert_eq!(serde_json::from_value::<CheckKind>(json).unwrap(), check);
    }
}
