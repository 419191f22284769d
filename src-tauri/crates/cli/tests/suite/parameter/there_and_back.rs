//! A value is set and comes back to the letter, also where something on the way repeats the request.

use switchback_rehearsal::PROFILES_PARAMETER;

use super::{FIRST, RUNBOOK, STEP, Station};

#[test]
fn a_parameter_is_set_and_comes_back_to_the_letter() {
    let mut desk = Station::beside_profiles(RUNBOOK);
    let start = desk.parameters();
    assert_eq!(desk.profiles(), ("prod".to_owned(), 0));
    desk.open_profiles();

    let preview = desk.preview(STEP);
    let change = &preview["changes"][0];
    assert_eq!(change["object"], format!("parameter {PROFILES_PARAMETER}"));
    let (before, after) = (change["before"].to_string(), change["after"].to_string());
    assert!(before.contains("prod") && !before.contains("cognito"), "{before}");
    assert!(after.contains("prod,cognito"), "{after}");
    let caution = change["caution"].as_str().unwrap();
    assert!(caution.starts_with("AWS has no guard here"), "{caution}");
    let call = &preview["calls"][0];
    assert_eq!(call["operation"], "PutParameter");
    assert_eq!(call["parameters"]["Value"], "prod,cognito");
    assert_eq!(call["parameters"]["Overwrite"], true);
    assert_eq!(desk.puts(), [], "a preview writes nothing");

    desk.apply(STEP);
    assert_eq!(desk.profiles(), ("prod,cognito".to_owned(), 1));

    // Where it is taken back AWS guards it no more than there, and by hand nobody reads right before.
    let planned = desk.words(&["rollback", &desk.run, "--all"]);
    assert!(planned.contains("AWS has no guard here"), "{planned}");
    let sheet = desk.words(&["run", "sheet", &desk.run]);
    assert!(sheet.contains("this overwrites whatever is there"), "{sheet}");
    assert!(!sheet.contains("Switchback reads once more"), "{sheet}");

    let back = desk.roll_back();
    assert_eq!(back["state"], "completed", "{back}");
    assert_eq!(desk.profiles(), ("prod".to_owned(), 2));
    // All but its version is as it was, and nothing else was touched.
    let mut end = desk.parameters();
    for one in end.iter_mut().filter(|one| one.name == PROFILES_PARAMETER) {
        one.version = FIRST;
    }
    assert_eq!(end, start);
    assert_eq!(desk.puts().len(), 2);
    desk.say(0, &["journal", "verify", &desk.run]);
}

/// A peer that sends the request twice makes two versions of the same value: that is our change, once.
#[test]
fn something_that_repeats_the_put_is_found_done_and_comes_back() {
    let desk = Station::of_profiles(RUNBOOK);
    desk.world.inject("repeated:PutParameter");
    desk.apply(STEP);
    assert_eq!(
        desk.profiles(),
        ("prod,cognito".to_owned(), 2),
        "it was carried out twice"
    );
    let found = desk.events();
    let calls = found.iter().filter(|event| event["kind"] == "intended").count();
    assert_eq!(calls, 1, "we asked once");
    let attempts = desk.journalled()["attempts"].clone();
    assert_eq!(attempts.as_array().unwrap().len(), 1, "{attempts}");
    assert_eq!(attempts[0]["finding"], "after", "{attempts}");

    // The way back is met by the same.
    desk.world.inject("repeated:PutParameter");
    assert_eq!(desk.roll_back()["state"], "completed");
    assert_eq!(desk.profiles(), ("prod".to_owned(), 4));
    assert_eq!(desk.journalled()["state"], "undone");
}
