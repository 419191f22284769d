#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::{Parameter, ParameterCheck, ParameterExpected, ParameterWish, SetParameter};
use crate::{ActionSpec, CheckKind, Image};

const NAME: &str = "/tis/profiles";

fn image(value: &str) -> Image {
    Image::Parameter {
        name: NAME.to_owned(),
        content: Box::new(Parameter {
            kind: "String".to_owned(),
            tier: "Standard".to_owned(),
            data_type: "text".to_owned(),
            value: value.to_owned(),
            description: None,
            key_id: None,
            allowed_pattern: None,
        }),
    }
}

fn append(items: &[&str]) -> SetParameter {
    SetParameter {
        name: NAME.to_owned(),
        wish: ParameterWish::Append(items.iter().map(|item| (*item).to_owned()).collect()),
        secure: false,
    }
}

#[test]
fn a_plan_says_one_thing_of_a_parameter_in_the_bytes_of_before() {
    let old = r#"{"kind":"ssm.parameter","name":"/tis/profiles","value":"prod,cognito"}"#;
    let new = r#"{"kind":"ssm.parameter","name":"/tis/profiles","append":["cognito"]}"#;
    for written in [old, new] {
        let read: ActionSpec = serde_json::from_str(written).unwrap();
        assert!(matches!(read, ActionSpec::SetParameter(_)), "{written}");
        assert_eq!(serde_json::to_string(&read).unwrap(), written);
    }
    for check in [
        old,
        r#"{"kind":"ssm.parameter","name":"/tis/profiles","contains":["cognito"]}"#,
        r#"{"kind":"ssm.parameter","name":"/tis/profiles","lacks":["cognito"]}"#,
    ] {
        let read: CheckKind = serde_json::from_str(check).unwrap();
        assert!(matches!(read, CheckKind::Parameter(_)), "{check}");
        assert_eq!(serde_json::to_string(&read).unwrap(), check);
    }
    // What says both, or nothing, was not written by a program of ours: nothing is made of it.
    for (value, items) in [
        (json!("x"), json!(["y"])),
        (json!(null), json!([])),
        (json!(null), json!(null)),
    ] {
        let action = json!({"kind": "ssm.parameter", "name": NAME, "value": value, "append": items});
        let read: ActionSpec = serde_json::from_value(action).unwrap();
        assert!(matches!(read, ActionSpec::Unknown(_)), "{value} {items}");
        let check = json!({"kind": "ssm.parameter", "name": NAME, "value": value, "lacks": items});
        let read: CheckKind = serde_json::from_value(check).unwrap();
        assert!(matches!(read, CheckKind::Unknown(_)), "{value} {items}");
    }
}

/// As the program before this one read an action: `value` was needed.
#[test]
fn an_old_program_meets_an_append_as_unknown() {
    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read is asked")]
    struct Old {
        name: String,
        value: String,
    }
    let written = serde_json::to_value(append(&["cognito"])).unwrap();
    assert!(serde_json::from_value::<Old>(written).is_err());
}

#[test]
fn an_append_is_judged_by_its_own_items() {
    let set = append(&["a", "cognito"]);
    let (before, after) = (image("a,prod"), image("a,prod,cognito"));
    for (now, word) in [
        ("a,prod,cognito", "after"),
        ("a,prod", "before"),
        // What others did to their own items, and to one that was there before us, is theirs.
        ("a,prod,cognito,debug", "after"),
        ("cognito,x", "after"),
        ("dev", "before"),
        ("a,prod,debug", "before"),
    ] {
        assert_eq!(set.judge(&image(now), &before, &after).word(), word, "{now}");
    }
    let two = append(&["x", "y"]);
    let judged = |now: &str| two.judge(&image(now), &image("prod"), &image("prod,x,y"));
    assert_eq!(judged("prod,y").word(), "partial");
    assert_eq!(judged("y,prod,debug,x").word(), "after");
    // All were there before: they shall still be.
    let judged = |now: &str| two.judge(&image(now), &image("x,y"), &image("x,y"));
    assert_eq!(judged("y,x,z").word(), "after");
    assert_eq!(judged("x").word(), "other");
}

#[test]
fn the_way_back_of_a_value_is_the_image_from_before() {
    let set = ActionSpec::SetParameter(SetParameter {
        name: NAME.to_owned(),
        wish: ParameterWish::Value("prod,cognito".to_owned()),
        secure: false,
    });
    assert_eq!(
        set.back(&image("prod,cognito,debug"), &image("prod")),
        image("prod")
    );
    assert!(!set.adds() && ActionSpec::SetParameter(append(&["x"])).adds());
}

#[test]
fn the_way_back_of_an_append_leaves_what_else_became_of_the_parameter() {
    let Image::Parameter { name, mut content } = image("prod,cognito,debug") else {
        unreachable!()
    };
    content.description = Some("by somebody else".to_owned());
    let back = append(&["cognito"]).back(&Image::Parameter { name, content }, &image("prod"));
    let Image::Parameter { content, .. } = back else {
        unreachable!()
    };
    assert_eq!(content.value, "prod,debug");
    assert_eq!(content.description.as_deref(), Some("by somebody else"));
}

#[test]
fn a_check_looks_for_items() {
    let of = |expected| ParameterCheck {
        name: NAME.to_owned(),
        expected,
        secure: false,
    };
    let items = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let contains = of(ParameterExpected::Contains(items(&["a", "b"]))).expected;
    assert!(contains.holds("b, c,a") && !contains.holds("a,c"));
    let lacks = of(ParameterExpected::Lacks(items(&["a", "b"]))).expected;
    assert!(lacks.holds("c") && lacks.holds("ab") && !lacks.holds("c,b"));
    assert!(
        of(ParameterExpected::Value("a,b".to_owned()))
            .expected
            .holds("a,b")
    );
    assert!(
        !of(ParameterExpected::Value("a,b".to_owned()))
            .expected
            .holds("a, b")
    );
}

proptest! {
    /// There and back, with anybody's items in between.
    #[test]
    fn there_and_back_leaves_what_others_appended(
        list in proptest::collection::vec(" ?[a-d] ?", 1..5), wished in proptest::collection::btree_set("[a-d]", 1..4),
        others in proptest::collection::vec("[x-z]", 0..3),
    ) {
        let (list, others) = (list.join(","), others.iter().map(String::as_str).collect::<Vec<_>>());
        let wished: Vec<&str> = wished.iter().map(String::as_str).collect();
        let set = append(&wished);
        let (before, after) = (image(&list), image(&set.wished(&list)));
        // Once more changes nothing, and it comes back to the letter.
        prop_assert_eq!(set.wished(&set.wished(&list)), set.wished(&list));
        prop_assert_eq!(set.back(&after, &before), before.clone());
        prop_assert_eq!(set.judge(&after, &before, &after).word(), "after");
        let now = image(&crate::list::with(&set.wished(&list), &others));
        let left = set.back(&now, &before);
        prop_assert_eq!(&left, &image(&crate::list::with(&list, &others)));
        prop_assert_eq!(&set.back(&left, &before), &left);
        prop_assert_eq!(set.judge(&now, &before, &after).word(), "after");
        if after != before {
            // Both as the apply is judged, and as the undo is, which led from `now` to `left`.
            prop_assert_eq!(set.judge(&left, &before, &after).word(), "before");
            prop_assert_eq!(set.judge(&left, &left, &now).word(), "before");
            prop_assert_eq!(set.judge(&now, &left, &now).word(), "after");
        }
    }
}

#[test]
fn a_secure_string_is_sealed_and_shows_nothing_of_its_value() {
    let written = r#"{"kind":"ssm.parameter","name":"/tis/profiles","append":["cognito"],"secure":true}"#;
    let read: ActionSpec = serde_json::from_str(written).unwrap();
    assert!(read.image_is_secret());
    assert_eq!(serde_json::to_string(&read).unwrap(), written);
    assert!(!ActionSpec::SetParameter(append(&["x"])).image_is_secret());
    // A whole value would stand in the plan: no program of ours writes that.
    let whole = json!({"kind": "ssm.parameter", "name": NAME, "value": "x", "secure": true});
    let read: ActionSpec = serde_json::from_value(whole.clone()).unwrap();
    assert!(matches!(read, ActionSpec::Unknown(_)));
    let read: CheckKind = serde_json::from_value(whole).unwrap();
    assert!(matches!(read, CheckKind::Unknown(_)));

    let secret = |value: &str| {
        let Image::Parameter { name, mut content } = image(value) else {
            unreachable!()
        };
        (content.kind, content.key_id) = (super::SECURE.to_owned(), Some("alias/tis".to_owned()));
        Image::Parameter { name, content }
    };
    let set = SetParameter {
        secure: true,
        ..append(&["x", "y"])
    };
    let (before, now) = (secret("hush,hunter2"), secret("hush,hunter2,x"));
    let finding = set.judge(&now, &before, &secret("hush,hunter2,x,y"));
    assert_eq!(finding.word(), "partial");
    let told = format!(
        "{now:?} {:?} {:?} {:?} {:?}",
        now.lines(),
        now.fields(),
        finding,
        set.judge(&now, &now, &now)
    );
    assert!(!told.contains("hush") && !told.contains("hunter2"), "{told}");
    assert!(
        told.contains("3 items, not shown") && told.contains("alias/tis"),
        "{told}"
    );
    assert_eq!(set.back(&now, &before), before);
    // The image itself is whole: it is what is restored.
    let again: Image = serde_json::from_str(&serde_json::to_string(&now).unwrap()).unwrap();
    assert_eq!(again, now);
}
