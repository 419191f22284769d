//! What a canary's token must hold, and what is said where nobody can tell.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use switchback_model::{CanaryCheck, CanaryExpected, CheckReading, Verdict};

use super::spec;
use crate::{IdToken, NoToken, Stands, Tokens, check_canary};

const POOL: &str = "eu-west-2_EXAMPLE";
const NOW: i64 = 1_790_000_000;
const STILL_THERE: &str = "11111111-2222-3333-4444-555555555555";
const GONE: &str = "11111111-2222-3333-4444-666666666666";
const SECRET: &str = "canary@example.nhs.test";

struct One {
    claims: Option<Value>,
    is_there: Option<bool>,
}

fn none() -> NoToken {
    NoToken::nobody("preprod", POOL)
}

#[async_trait]
impl Tokens for One {
    async fn id_token(&self, _pool: &str) -> Result<IdToken, NoToken> {
        panic!("what a sign-in brings is told by one of now")
    }

    async fn knows(&self, _pool: &str) -> Result<(), NoToken> {
        Ok(())
    }

    async fn fresh_id_token(&self, _pool: &str) -> Result<IdToken, NoToken> {
        let claims = self.claims.as_ref().ok_or_else(none)?;
        Ok(IdToken::new(format!(
            "a.{}.c",
            URL_SAFE_NO_PAD.encode(claims.to_string())
        )))
    }

    async fn stands(&self, _pool: &str, sub: Option<&str>) -> Result<Stands, NoToken> {
        let by_name = self.is_there.ok_or_else(none)?;
        Ok(Stands {
            by_name,
            by_sub: sub.map(|sub| sub == STILL_THERE),
        })
    }
}

fn sound() -> Value {
    json!({
        "iss": format!("https://cognito-idp.eu-west-2.amazonaws.com/{POOL}"),
        "aud": "client", "token_use": "id", "iat": NOW - 60, "exp": NOW + 3540,
        "preferred_username": SECRET, "cognito:groups": ["1-1RSG4X0"], "email_verified": true,
    })
}

async fn read(expected: CanaryExpected, tokens: Option<&dyn Tokens>) -> CheckReading {
    read_of(expected, tokens, None).await
}

async fn read_of(expected: CanaryExpected, tokens: Option<&dyn Tokens>, made: Option<&str>) -> CheckReading {
    let check = CanaryCheck {
        pool_id: POOL.to_owned(),
        expected,
    };
    let now = Timestamp::from_second(NOW).unwrap();
    let reading = check_canary(&spec(), &check, tokens, made, now).await;
    assert!(!format!("{reading:?}").contains(SECRET), "{reading:?}");
    reading
}

fn signs_in() -> CanaryExpected {
    CanaryExpected::SignsIn {
        client_id: "client".to_owned(),
        claims: vec!["preferred_username".to_owned(), "cognito:groups".to_owned()],
    }
}

#[tokio::test]
async fn every_claim_that_is_named_must_hold_something() {
    let right = One {
        claims: Some(sound()),
        is_there: None,
    };
    assert_eq!(read(signs_in(), Some(&right)).await.verdict, Verdict::Pass);
    let with = |key: &str, value: Value| {
        let mut claims = sound();
        claims[key] = value;
        claims
    };
    for (words, claims) in [
        ("cognito:groups", with("cognito:groups", json!([]))),
        ("cognito:groups", with("cognito:groups", json!([""]))),
        ("preferred_username", with("preferred_username", json!(" "))),
        ("preferred_username", with("preferred_username", Value::Null)),
        ("not for client", with("aud", json!("other"))),
        ("verified", with("email_verified", json!(false))),
        ("verified", with("email_verified", Value::Null)),
        (
            "another issuer",
            with(
                "iss",
                json!("https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_OTHER"),
            ),
        ),
        ("no ID token", with("token_use", json!("access"))),
        ("expired", with("exp", json!(NOW - 1))),
    ] {
        let one = One {
            claims: Some(claims),
            is_there: None,
        };
        let reading = read(signs_in(), Some(&one)).await;
        assert_eq!(reading.verdict, Verdict::Fail, "{words}: {reading:?}");
        assert!(reading.observed.contains(words), "{words}: {}", reading.observed);
        assert!(reading.mend.is_some());
    }
    let text = One {
        claims: Some(with("email_verified", json!("true"))),
        is_there: None,
    };
    assert_eq!(read(signs_in(), Some(&text)).await.verdict, Verdict::Pass);
}

#[tokio::test]
async fn what_can_t_be_asked_is_neither_right_nor_wrong() {
    let silent = One {
        claims: None,
        is_there: None,
    };
    for expected in [signs_in(), CanaryExpected::Absent] {
        assert_eq!(
            read(expected.clone(), Some(&silent)).await.verdict,
            Verdict::Error
        );
        assert_eq!(read(expected, None).await.verdict, Verdict::Error);
    }
    for (is_there, verdict) in [(false, Verdict::Pass), (true, Verdict::Fail)] {
        let one = One {
            claims: None,
            is_there: Some(is_there),
        };
        assert_eq!(read(CanaryExpected::Absent, Some(&one)).await.verdict, verdict);
    }
}

/// After its undo a user is told by the sub, too, where the run knows it; and it is said what was looked for.
#[tokio::test]
async fn who_was_renamed_or_made_anew_is_told_by_the_sub() {
    for (by_name, made, verdict, words) in [
        (false, None, Verdict::Pass, "no sub was looked for"),
        (false, Some(GONE), Verdict::Pass, "no user has its sub"),
        (false, Some(STILL_THERE), Verdict::Fail, "under another name"),
        (true, Some(STILL_THERE), Verdict::Fail, "is still there"),
        (true, Some(GONE), Verdict::Fail, "somebody else has"),
        (true, None, Verdict::Fail, "no sub was looked for"),
    ] {
        let one = One {
            claims: None,
            is_there: Some(by_name),
        };
        let reading = read_of(CanaryExpected::Absent, Some(&one), made).await;
        assert_eq!(reading.verdict, verdict, "{words}: {reading:?}");
        assert!(reading.observed.contains(words), "{words}: {reading:?}");
        assert_eq!(
            reading.source.contains("by the sub"),
            made.is_some(),
            "{reading:?}"
        );
        assert_eq!(reading.mend.is_some(), verdict == Verdict::Fail);
    }
}
