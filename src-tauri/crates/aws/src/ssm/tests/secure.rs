//! A SecureString: read decrypted, put with its own key, and told to nobody.

use jiff::Timestamp;
use serde_json::json;
use switchback_engine::ports::Action as _;
use switchback_model::{Image, ParameterCheck, ParameterExpected, ParameterWish, SetParameter, Verdict};

use super::{NAME, spec, told, with};
use crate::ssm::{ParameterChange, ParameterLook};
use crate::tests::aws;
use crate::tests::server::{Play, server};
use crate::{AnyLook as _, Bound};

fn secure(items: &[&str], url: &str) -> Bound<ParameterChange> {
    Bound::new(
        aws(url),
        ParameterChange(SetParameter {
            name: NAME.to_owned(),
            wish: ParameterWish::Append(items.iter().map(|item| (*item).to_owned()).collect()),
            secure: true,
        }),
    )
}

fn secret(value: &str, key: &str) -> Image {
    with(value, |content| {
        content.kind = "SecureString".to_owned();
        content.key_id = Some(key.to_owned());
    })
}

#[test]
fn a_secure_string_keeps_its_key_and_shows_our_items_only() {
    let action = secure(&["cognito"], "http://127.0.0.1:9");
    // What would not be kept in plain is kept here: it is sealed.
    let now = secret("hush,password=hunter2hunter2", "alias/tis");
    let preview = action.plan(&now, None).unwrap();
    assert_eq!(
        preview.to,
        secret("hush,password=hunter2hunter2,cognito", "alias/tis")
    );
    assert_eq!(preview.changes[0].before[0], "2 items, not shown");
    assert_eq!(preview.changes[0].after[0], "2 items, not shown, and cognito");
    let call = &preview.calls[0];
    assert_eq!(call.parameters["KeyId"], "alias/tis");
    assert_eq!(call.parameters["Type"], "SecureString");
    // A command made of it lacks its value, and is refused.
    assert!(call.parameters.get("Value").is_none());
    let told = format!(
        "{preview:?} {:?} {:?} {}",
        preview.changes,
        preview.calls,
        call.as_cli()
    );
    assert!(!told.contains("hush") && !told.contains("hunter2"), "{told}");
    // The approval is of the whole: another value is another preview.
    let other = action.plan(&secret("hush,hunter3", "alias/tis"), None).unwrap();
    assert_ne!(other.digest(), preview.digest());
    let moved = action
        .plan(&now, Some(&secret("hush", "alias/other")))
        .unwrap_err();
    assert!(moved.message.contains("another key"), "{moved}");
    assert_eq!(
        action.judge(&now.clone().into(), &now, &preview.to, None).word(),
        "before"
    );
}

#[tokio::test]
async fn a_secure_string_is_read_decrypted_and_put_with_its_key() {
    let (_, value) = told("SecureString", "hush");
    let described = json!({"Parameters": [{"Name": NAME, "Type": "SecureString", "Tier": "Standard", "Version": 3,
                                            "KeyId": "alias/tis"}]});
    let answers = vec![Play::Answer(200, value), Play::Answer(200, described.to_string())];
    let read = server(answers).await;
    let observed = secure(&["cognito"], &read.url).read(None).await.unwrap();
    let is = with("hush", |content| {
        content.kind = "SecureString".to_owned();
        content.key_id = Some("alias/tis".to_owned());
        content.description = None;
    });
    assert_eq!(observed.image, is);
    assert!(
        read.requests()[0].contains("\"WithDecryption\":true"),
        "{}",
        read.requests()[0]
    );

    // Without a key nobody knows what a write would encrypt it with.
    let (_, value) = told("SecureString", "hush");
    let nameless = described.to_string().replace("alias/tis", "");
    let server = server(vec![Play::Answer(200, value), Play::Answer(200, nameless)]).await;
    let error = secure(&["cognito"], &server.url).read(None).await.unwrap_err();
    assert!(error.message.contains("no key"), "{error}");
}

/// AWS's validation errors repeat the value that they refuse.
#[tokio::test]
async fn what_aws_says_of_a_secure_string_is_not_kept() {
    let words = "1 validation error detected: Value 'hush,hunter2' at 'value' failed to satisfy constraint";
    for (status, code) in [
        (400, "ValidationException"),
        (400, "ParameterPatternMismatchException"),
        (500, "InternalServerError"),
        (400, "SomethingNew"),
    ] {
        let body = json!({"__type": code, "message": words}).to_string();
        // What may be tried again is.
        let plays = (0..4).map(|_| Play::Answer(status, body.clone())).collect();
        let server = server(plays).await;
        let error = secure(&["cognito"], &server.url).read(None).await.unwrap_err();
        let told = format!("{} {error:?} {:?}", error.sentence(), error.problem());
        assert!(
            !told.contains("hush") && !told.contains("hunter2"),
            "{code}: {told}"
        );
    }
}

#[tokio::test]
async fn a_check_of_a_secure_string_tells_no_item_of_it() {
    let check = |secure| ParameterCheck {
        name: NAME.to_owned(),
        expected: ParameterExpected::Contains(vec!["cognito".to_owned()]),
        secure,
    };
    for (is_secure, kind, value, verdict) in [
        (true, "SecureString", "hush,cognito", Verdict::Pass),
        (true, "SecureString", "hush", Verdict::Fail),
        (true, "String", "hush,cognito", Verdict::Error),
        (false, "SecureString", "hush,cognito", Verdict::Error),
    ] {
        let (status, answer) = told(kind, value);
        let server = server(vec![Play::Answer(status, answer)]).await;
        let spec = spec();
        let reading = ParameterLook(&check(is_secure))
            .reading(&aws(&server.url), &spec, Timestamp::UNIX_EPOCH)
            .await;
        assert_eq!(reading.verdict, verdict, "{kind}: {}", reading.observed);
        assert!(!format!("{reading:?}").contains("hush"), "{reading:?}");
        let decrypted = server.requests()[0].contains("\"WithDecryption\":true");
        assert_eq!(decrypted, is_secure);
    }
}
