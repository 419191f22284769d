//! What a check says is there, and that it shows no secret.

use jiff::Timestamp;
use serde_json::json;
use switchback_engine::ports::Action as _;
use switchback_model::{CheckReading, ParameterCheck, ParameterExpected, Verdict};

use super::{NAME, image, refusal, set, spec, told};
use crate::look::AnyLook as _;
use crate::ssm::ParameterLook;
use crate::tests::aws;
use crate::tests::server::{Play, server};

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
