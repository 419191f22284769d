#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::Timestamp;
use serde_json::json;
use switchback_engine::ports::{Action as _, Observed, ProviderErrorKind, Sent};
use switchback_model::{
    CheckId, CheckKind, CheckReading, CheckSpec, Finding, Image, Parameter, ParameterCheck,
    ParameterExpected, ParameterWish, SetParameter, Verdict, Way, Witness,
};

use super::{ParameterChange, ParameterLook};
use crate::tests::aws;
use crate::tests::server::{Play, server};
use crate::{AnyLook, Bound};

mod secure;

const NAME: &str = "/tis/usermanagement/profiles";

fn image(value: &str) -> Image {
    Image::Parameter {
        name: NAME.to_owned(),
        content: Box::new(Parameter {
            kind: "String".to_owned(),
            tier: "Standard".to_owned(),
            data_type: "text".to_owned(),
            value: value.to_owned(),
            description: Some("Profiles".to_owned()),
            key_id: None,
            allowed_pattern: None,
        }),
    }
}

fn with(value: &str, change: impl Fn(&mut Parameter)) -> Image {
    let Image::Parameter { name, mut content } = image(value) else {
        unreachable!()
    };
    change(&mut content);
    Image::Parameter { name, content }
}

fn set(value: &str) -> Bound<ParameterChange> {
    Bound::new(
        aws("http://127.0.0.1:9"),
        ParameterChange(SetParameter {
            name: NAME.to_owned(),
            wish: ParameterWish::Value(value.to_owned()),
            secure: false,
        }),
    )
}

fn append(items: &[&str]) -> Bound<ParameterChange> {
    let items = items.iter().map(|item| (*item).to_owned());
    Bound::new(
        aws("http://127.0.0.1:9"),
        ParameterChange(SetParameter {
            name: NAME.to_owned(),
            wish: ParameterWish::Append(items.collect()),
            secure: false,
        }),
    )
}

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
    let secret = image(&super::read::kept("jdbc:x password=hunter2"));
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
    let secret = refusal(image(&super::read::kept("jdbc:x password=hunter2")), None);
    assert!(secret.message.contains("not kept: it holds"), "{secret}");
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
    let hidden = super::read::kept("prod,cognito,password=hunter2hunter2");
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

fn spec() -> CheckSpec {
    CheckSpec {
        id: CheckId::new("profiles").unwrap(),
        title: "Profiles".to_owned(),
        kind: CheckKind::Identity,
        believable_s: 60,
        within_s: None,
        mend: None,
    }
}

async fn looked(status: u16, answer: &str) -> CheckReading {
    looked_for(ParameterExpected::Value("prod".to_owned()), status, answer).await
}

async fn looked_for(expected: ParameterExpected, status: u16, answer: &str) -> CheckReading {
    let check = ParameterCheck {
        name: NAME.to_owned(),
        expected,
        secure: false,
    };
    let spec = spec();
    // The SDK asks again where an answer may be another one then.
    let answers = (0..3).map(|_| Play::Answer(status, answer.to_owned()));
    let server = server(answers.collect()).await;
    ParameterLook(&check)
        .reading(&aws(&server.url), &spec, Timestamp::UNIX_EPOCH)
        .await
}

fn told(kind: &str, value: &str) -> (u16, String) {
    let parameter = json!({"Name": NAME, "Type": kind, "Value": value, "Version": 3, "DataType": "text"});
    (200, json!({ "Parameter": parameter }).to_string())
}

fn refusal(code: &str) -> (u16, String) {
    (400, json!({"__type": code, "message": "no"}).to_string())
}

#[tokio::test]
async fn a_check_says_what_is_there_and_never_a_secret() {
    for ((status, answer), verdict, observed) in [
        (told("String", "prod"), Verdict::Pass, "prod, version 3"),
        (
            told("String", "prod,cognito"),
            Verdict::Fail,
            "prod,cognito, version 3",
        ),
        (
            told("SecureString", "AQICAHciphertext"),
            Verdict::Error,
            "SecureString",
        ),
        (told("Lockbox", "prod"), Verdict::Error, "type Lockbox"),
        (
            told("String", "url=x password=ciphertext"),
            Verdict::Fail,
            "not kept: it holds what looks like a password",
        ),
        (
            refusal("ParameterNotFound"),
            Verdict::Fail,
            "there is no parameter",
        ),
        (refusal("AccessDeniedException"), Verdict::Error, "not allowed"),
        ((200, "{}".to_owned()), Verdict::Error, "holds no parameter"),
        (
            (200, told("String", "prod").1.replace("usermanagement", "reval")),
            Verdict::Error,
            "answered /tis/reval/profiles",
        ),
        (
            (
                200,
                told("String", "prod").1.replace("\"Version\":3", "\"Version\":0"),
            ),
            Verdict::Error,
            "holds no version",
        ),
        (
            (
                200,
                json!({"Parameter": {"Name": NAME, "Type": "String", "Version": 3}}).to_string(),
            ),
            Verdict::Error,
            "holds no value",
        ),
    ] {
        let reading = looked(status, &answer).await;
        assert_eq!(reading.verdict, verdict, "{observed}: {}", reading.observed);
        assert!(
            reading.observed.contains(observed),
            "{observed}: {}",
            reading.observed
        );
        assert!(!reading.observed.contains("ciphertext"));
        assert_eq!(reading.mend.is_none(), verdict == Verdict::Pass);
        assert_eq!(reading.source, "ssm:GetParameter");
    }
}

#[tokio::test]
async fn a_check_looks_for_items_in_a_list() {
    let items = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
    for (expected, value, verdict) in [
        (
            ParameterExpected::Contains(items(&["cognito"])),
            "prod, cognito",
            Verdict::Pass,
        ),
        (
            ParameterExpected::Contains(items(&["cognito", "x"])),
            "prod,cognito",
            Verdict::Fail,
        ),
        (
            ParameterExpected::Lacks(items(&["cognito"])),
            "prod,cognito",
            Verdict::Fail,
        ),
        (
            ParameterExpected::Lacks(items(&["cognito"])),
            "prod,cognito-off",
            Verdict::Pass,
        ),
    ] {
        let (status, answer) = told("StringList", value);
        let reading = looked_for(expected, status, &answer).await;
        assert_eq!(reading.verdict, verdict, "{value}: {}", reading.expected);
        assert!(
            reading.expected.starts_with("a list with"),
            "{}",
            reading.expected
        );
    }
}

#[test]
fn no_value_gets_into_a_log() {
    let debug = format!(
        "{:?} {:?}",
        image("hush"),
        set("hush").plan(&image("prod"), None).unwrap()
    );
    assert!(!debug.contains("hush") && !debug.contains("Profiles"), "{debug}");
}
