//! A SecureString: appended to and shown, and kept nowhere.

use switchback_aws::ssm::ParameterChange;
use switchback_aws::{AnyChange as _, Aws, AwsOptions};
use switchback_model::{Image, ParameterWish, SetParameter};
use switchback_rehearsal::{ACCESS_KEY, PROFILES_PARAMETER, SECRET_KEY_ALIAS, SECRET_PARAMETER};

use super::{APPENDING, STEP, Station};

/// The runbook that appends, of another parameter that is a SecureString.
fn sealing(name: &str) -> String {
    let line = format!("name = {PROFILES_PARAMETER:?}");
    APPENDING.replace(&line, &format!("name = {name:?}\nsecure = true"))
}

/// The value of the secret and its key, as AWS gives it to who decrypts it.
fn secret(desk: &Station) -> (String, String) {
    let handle = &desk.world.handle;
    let aws = Aws::connect(&AwsOptions {
        endpoint: Some(handle.endpoint.clone()),
        region: "eu-west-2".to_owned(),
        rehearsal_credentials: Some((ACCESS_KEY.to_owned(), "rehearsal".to_owned())),
        ..AwsOptions::default()
    })
    .unwrap();
    let change = Box::new(ParameterChange(SetParameter {
        name: SECRET_PARAMETER.to_owned(),
        wish: ParameterWish::Append(vec!["cognito".to_owned()]),
        secure: true,
    }));
    let image = desk
        .world
        .control(async |_| change.bound(aws).read(None).await.unwrap().image);
    let Image::Parameter { content, .. } = image else {
        unreachable!("a parameter")
    };
    (content.value, content.key_id.unwrap())
}

/// Whether a text stands in any file of the program's home but the world's own.
fn is_kept(folder: &std::path::Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_owned();
        match path.is_dir() {
            true => name != "rehearsal" && is_kept(&path, text),
            false => {
                let bytes = std::fs::read(&path).unwrap();
                bytes.windows(text.len()).any(|part| part == text.as_bytes())
            }
        }
    })
}

#[test]
fn a_secure_string_is_appended_to_and_shown_and_kept_nowhere() {
    let mut desk = Station::beside_profiles(&sealing(SECRET_PARAMETER));
    desk.keep_code();
    let (start, key) = secret(&desk);
    assert_eq!(
        (start.as_str(), key.as_str()),
        ("not-a-real-secret", SECRET_KEY_ALIAS)
    );
    desk.open_profiles();
    let mut said = Vec::new();

    let preview = desk.preview(STEP);
    let change = &preview["changes"][0];
    assert_eq!(change["before"][0], "1 item, not shown", "{change}");
    assert_eq!(change["after"][0], "1 item, not shown, and cognito", "{change}");
    let call = &preview["calls"][0];
    assert_eq!(call["parameters"]["KeyId"], SECRET_KEY_ALIAS, "{call}");
    assert!(call["parameters"]["Value"].is_null(), "{call}");
    said.push(preview.to_string());
    said.push(desk.words(&["step", "preview", &desk.run, STEP]));
    let did = desk.apply(STEP);
    said.push(did.to_string());
    assert_eq!(secret(&desk), (format!("{start},cognito"), key.clone()));

    // Somebody appends a secret of their own.
    let theirs = "another-real-secret";
    desk.world.inject(&format!(
        "parameter-changed:{SECRET_PARAMETER}:{start},cognito,{theirs}"
    ));
    said.push(desk.words(&["run", "show", &desk.run]));
    let plan = desk.say(0, &["rollback", &desk.run, "--all"]).json();
    let item = &plan["items"][0];
    assert_eq!(item["restores"][0], "2 items, not shown", "{item}");
    assert_eq!(
        item["preview"]["changes"][0]["before"][0], "2 items, not shown, and cognito",
        "{item}"
    );
    assert!(item["loses"].as_array().unwrap().is_empty(), "{item}");
    said.push(plan.to_string());
    said.push(desk.words(&["rollback", &desk.run, "--all"]));
    said.push(desk.words(&["run", "sheet", &desk.run]));
    let back = desk.roll_back();
    assert_eq!(back["state"], "completed", "{back}");
    assert_eq!(secret(&desk), (format!("{start},{theirs}"), key));
    said.push(desk.say(0, &["journal", "show", &desk.run]).out);
    said.push(desk.say(0, &["run", "show", &desk.run]).out);
    for text in [start.as_str(), theirs] {
        let told = said.iter().find(|said| said.contains(text));
        assert_eq!(told, None);
        assert!(!is_kept(&desk.home.path().join("home"), text), "{text}");
        assert!(
            is_kept(&desk.home.path().join("home"), "cognito"),
            "the plan is there"
        );
    }
    desk.say(0, &["journal", "verify", &desk.run]);
}

#[test]
fn what_a_runbook_says_of_a_type_must_be_so() {
    let plain = APPENDING.replace(PROFILES_PARAMETER, SECRET_PARAMETER);
    for (book, why) in [
        (plain, "is a SecureString, and the runbook does not say so"),
        (
            sealing(PROFILES_PARAMETER),
            "is a String, and the runbook says `secure = true`",
        ),
    ] {
        let mut desk = Station::beside_profiles(&book);
        desk.keep_code();
        desk.open_profiles();
        let refused = desk.did(&["step", "preview", &desk.run, STEP]);
        let said = format!("{}{}", refused.out, refused.err);
        assert!(said.contains(why), "{said}");
        assert!(!said.contains("not-a-real-secret"), "{said}");
    }
}
