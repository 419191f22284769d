//! Who wrote, told by the versions since, and what an append overwrote.

use jiff::Timestamp;
use serde_json::json;
use switchback_engine::ports::{Action as _, Observed, Sent};
use switchback_model::{Finding, ParameterWish, SetParameter, Way, Witness};

use super::{NAME, append, image, set};
use crate::Bound;
use crate::ssm::ParameterChange;
use crate::ssm::tests::told;
use crate::tests::aws;
use crate::tests::server::{Play, server};

/// What is there in its version, with the values of the versions before it.
fn seen(now: &str, version: i64, between: &[&str]) -> Observed {
    let first = version - i64::try_from(between.len()).unwrap();
    let stood = (first..).zip(between);
    Observed {
        image: image(now),
        witness: Some(Witness::Version { version }),
        between: stood
            .map(|(version, value)| (Witness::Version { version }, image(value)))
            .collect(),
        rollout: None,
        made: None,
    }
}

#[test]
fn who_wrote_is_told_by_what_stood_in_between() {
    let (old, new) = (image("prod"), image("prod,cognito"));
    let witness = Witness::Version { version: 3 };
    let action = set("prod,cognito");
    let judged = |way: Way, now: Observed| {
        let sent = Sent {
            way,
            token: "t",
            at: Timestamp::UNIX_EPOCH,
            witness: Some(&witness),
            mark: None,
            receipt: None,
        };
        action.judge(&now, &old, &new, Some(&sent))
    };
    let apply = |now, version, between: &[&str]| judged(Way::Apply, seen(now, version, between)).word();
    assert_eq!(apply("prod", 3, &[]), "before");
    assert_eq!(apply("prod,cognito", 4, &["prod"]), "after");
    // Of the version that was read nothing is kept any more: what is known is as it should be.
    assert_eq!(apply("prod,cognito", 4, &[]), "after");
    // Something on the way sent it twice.
    assert_eq!(apply("prod,cognito", 5, &["prod", "prod,cognito"]), "after");
    // Somebody else's value was overwritten by ours, whatever came after it.
    assert_eq!(apply("prod,cognito", 5, &["prod", "prod,debug"]), "other");
    assert_eq!(
        apply("prod,cognito", 6, &["prod", "prod,cognito", "prod,debug"]),
        "other"
    );
    assert_eq!(apply("prod,debug", 4, &["prod"]), "other");
    // Deleted and made anew with another value, and that was overwritten: by the same number, and by a lower one.
    assert_eq!(apply("prod,cognito", 4, &["prod,debug"]), "other");
    assert_eq!(apply("prod,cognito", 2, &["prod,debug"]), "other");
    // Deleted, and ours made it anew.
    assert_eq!(apply("prod,cognito", 1, &[]), "after");
    // Ours landed, and somebody put the old value back: it is as before.
    assert_eq!(apply("prod", 5, &["prod", "prod,cognito"]), "before");
    // An undo leads the other way.
    let undo = |now, version, between: &[&str]| judged(Way::Undo, seen(now, version, between)).word();
    assert_eq!(undo("prod,cognito", 3, &[]), "after");
    assert_eq!(undo("prod", 4, &["prod,cognito"]), "before");
    assert_eq!(undo("prod", 5, &["prod,cognito", "prod,debug"]), "other");
    assert_eq!(undo("prod", 4, &["prod,debug"]), "other");
    let Finding::Other { differences, .. } =
        judged(Way::Apply, seen("prod,cognito", 5, &["prod", "prod,debug"]))
    else {
        panic!("somebody else's value");
    };
    assert_eq!(differences[0].found, "prod,debug");
    assert_eq!(differences[0].field, "a value that was overwritten");
}

#[test]
fn what_an_append_overwrote_is_told_by_the_items_that_are_gone() {
    let action = append(&["cognito"]);
    let witness = Witness::Version { version: 3 };
    let judged = |way: Way, (before, after): (&str, &str), now: Observed| {
        let sent = Sent {
            way,
            token: "t",
            at: Timestamp::UNIX_EPOCH,
            witness: Some(&witness),
            mark: None,
            receipt: None,
        };
        action
            .judge(&now, &image(before), &image(after), Some(&sent))
            .word()
    };
    let apply = |now, version, between: &[&str]| {
        judged(
            Way::Apply,
            ("a,prod", "a,prod,cognito"),
            seen(now, version, between),
        )
    };
    for (word, now, version, between) in [
        ("before", "a,prod", 3, &[][..]),
        ("after", "a,prod,cognito", 4, &["a,prod"]),
        ("after", "a,prod,cognito", 4, &[]),
        // Something on the way sent it twice.
        ("after", "a,prod,cognito", 5, &["a,prod", "a,prod,cognito"]),
        // What others do after us is theirs: they append, take out, and take out ours too.
        ("after", "a,prod,cognito,debug", 5, &["a,prod", "a,prod,cognito"]),
        ("after", "cognito,debug", 5, &["a,prod", "a,prod,cognito"]),
        ("before", "a,prod,debug", 5, &["a,prod", "a,prod,cognito"]),
        // Ours overwrote what somebody had appended, or had taken out.
        ("other", "a,prod,cognito", 5, &["a,prod", "a,prod,debug"]),
        (
            "other",
            "a,prod,cognito,x",
            6,
            &["a,prod", "a,prod,debug", "a,prod,cognito"],
        ),
        ("other", "a,prod,cognito", 5, &["a,prod", "prod"]),
        // It was overwritten, and is there again: nothing is lost.
        (
            "after",
            "a,prod,cognito,debug",
            6,
            &["a,prod", "a,prod,debug", "a,prod,cognito"],
        ),
        // Deleted and made anew with another value, and that was overwritten.
        ("other", "a,prod,cognito", 2, &["a,debug"]),
        ("after", "a,prod,cognito", 1, &[]),
    ] {
        assert_eq!(apply(now, version, between), word, "{now} {between:?}");
    }
    // The undo, which takes ours out of what was there then.
    let undo = |now, version, between: &[&str]| {
        judged(
            Way::Undo,
            ("prod,debug", "prod,cognito,debug"),
            seen(now, version, between),
        )
    };
    for (word, now, version, between) in [
        ("after", "prod,cognito,debug", 3, &[][..]),
        ("before", "prod,debug", 4, &["prod,cognito,debug"]),
        ("before", "prod,debug", 5, &["prod,cognito,debug", "prod,debug"]),
        ("before", "prod,debug,x", 5, &["prod,cognito,debug", "prod,debug"]),
        (
            "other",
            "prod,debug",
            5,
            &["prod,cognito,debug", "prod,cognito,debug,x"],
        ),
        (
            "before",
            "prod,debug",
            5,
            &["prod,cognito,debug", "prod,debug,cognito"],
        ),
    ] {
        assert_eq!(undo(now, version, between), word, "{now} {between:?}");
    }
    // Nobody can tell the items of a value that is not kept.
    let hidden = crate::ssm::read::kept("prod,cognito,password=hunter2hunter2");
    assert_eq!(apply(&hidden, 5, &["a,prod", "a,prod,cognito"]), "other");
}

/// Its answers, in one order: the value of now, its description, and each version that is asked for.
async fn since(before: i64, now: i64) -> (Observed, usize) {
    let (_, value) = told("String", "prod,cognito");
    let at = |version: i64| value.replace("\"Version\":3", &format!("\"Version\":{version}"));
    let described =
        json!({"Parameters": [{"Name": NAME, "Type": "String", "Tier": "Standard", "Version": now}]});
    let mut answers = vec![
        Play::Answer(200, at(now)),
        Play::Answer(200, described.to_string()),
    ];
    answers.extend((before..now).map(|version| Play::Answer(200, at(version))));
    let server = server(answers).await;
    let witness = Witness::Version { version: before };
    let action = Bound::new(
        aws(&server.url),
        ParameterChange(SetParameter {
            name: NAME.to_owned(),
            wish: ParameterWish::Value("prod,cognito".to_owned()),
            secure: false,
        }),
    );
    let sent = Sent {
        way: Way::Apply,
        token: "t",
        at: Timestamp::UNIX_EPOCH,
        witness: Some(&witness),
        mark: None,
        receipt: None,
    };
    let observed = action.read(Some(&sent)).await.unwrap();
    (observed, server.requests().len())
}

#[tokio::test]
async fn of_a_long_story_since_the_write_its_beginning_is_read() {
    let (observed, asked) = since(3, 6).await;
    assert_eq!((observed.between.len(), asked), (3, 5));
    // Weeks later a hundred versions stand after it: what our write met is still told.
    let (observed, asked) = since(3, 103).await;
    assert_eq!((observed.between.len(), asked), (9, 11));
    assert_eq!(observed.witness, Some(Witness::Version { version: 103 }));
}
