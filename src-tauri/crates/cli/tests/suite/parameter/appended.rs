//! An item is appended to a list: what others append stays, and no list is emptied.

use super::{APPENDING, RUNBOOK, STEP, Station, ended};

#[test]
fn what_others_append_in_between_is_there_after_the_way_back() {
    let desk = Station::of_profiles(APPENDING);
    let preview = desk.preview(STEP);
    let change = &preview["changes"][0];
    assert_eq!(change["before"][0], "prod", "{change}");
    assert_eq!(change["after"][0], "prod,cognito", "{change}");
    // Somebody is quicker: the preview is made anew of what is there now.
    desk.somebody_puts("prod,audit");
    let refused = desk.apply_as_seen(STEP, &preview).code(5).error();
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("changed since you saw the preview"), "{message}");
    desk.apply(STEP);
    assert_eq!(desk.profiles().0, "prod,audit,cognito");

    desk.somebody_puts("prod,audit,cognito, debug");
    // What is theirs is no change of ours.
    let shown = desk.say(0, &["run", "show", &desk.run]).json();
    let step = &shown["steps"][0];
    assert_eq!(step["state"], "done", "{step}");
    assert!(step["drift"].is_null(), "{step}");
    let plan = desk.say(0, &["rollback", &desk.run, "--all"]).json();
    let item = &plan["items"][0];
    assert_eq!(item["now"][0], "prod,audit,cognito, debug", "{item}");
    assert_eq!(item["restores"][0], "prod,audit, debug", "{item}");
    assert!(item["loses"].as_array().unwrap().is_empty(), "{item}");
    let call = &item["preview"]["calls"][0];
    assert_eq!(call["parameters"]["Value"], "prod,audit, debug", "{item}");
    let sheet = desk.words(&["run", "sheet", &desk.run]);
    assert!(sheet.contains("\"Value\":\"prod,audit, debug\""), "{sheet}");

    assert_eq!(desk.roll_back()["state"], "completed");
    assert_eq!(desk.profiles(), ("prod,audit, debug".to_owned(), 4));
    assert_eq!(desk.journalled()["state"], "undone");
    assert_eq!(desk.puts().len(), 2);
    desk.say(0, &["journal", "verify", &desk.run]);
}

#[test]
fn what_is_among_them_already_is_not_appended_and_not_taken_out() {
    let mut desk =
        Station::beside_profiles(&APPENDING.replacen("lacks = [\"cognito\"]", "contains = [\"prod\"]", 1));
    desk.somebody_puts("cognito,prod");
    desk.open_profiles();
    let preview = desk.preview(STEP);
    assert!(preview["changes"].as_array().unwrap().is_empty(), "{preview}");
    desk.apply(STEP);
    let nothing = desk.say(5, &["rollback", &desk.run, "--all"]).error();
    assert_eq!(nothing["message"], "There is nothing to undo.");
    assert_eq!(desk.puts(), []);
}

/// Ours overwrote what somebody had appended a moment before: it is named, and the way back takes out ours alone.
#[test]
fn an_item_that_we_overwrote_unseen_is_found_and_named() {
    let desk = Station::of_profiles(APPENDING);
    desk.world.inject("lands-late:PutParameter:4000");
    let applying = desk.begin_apply();
    desk.until_it_arrived();
    desk.somebody_puts("prod,hotfix");
    let did = ended(applying).code(4);
    assert_eq!(desk.profiles().0, "prod,cognito");
    let step = desk.journalled();
    assert_eq!(step["state"], "foreign", "{step} {}", did.err);
    let note = step["note"].as_str().unwrap();
    assert!(
        note.contains("somebody else had written “prod,hotfix” in between"),
        "{note}"
    );
    let by_field = desk
        .say(5, &["step", "resolve", &desk.run, STEP, "--as", "value=restore"])
        .error();
    let message = by_field["message"].as_str().unwrap();
    assert!(
        message.contains("nothing of it is restored field by field"),
        "{message}"
    );
    // They write it again; the way back leaves it.
    desk.somebody_puts("prod,cognito,hotfix");
    assert_eq!(desk.roll_back()["state"], "completed");
    assert_eq!(desk.profiles().0, "prod,hotfix");
}

/// Somebody took out everything else: an empty value can't be written, and what to write then a person says.
#[test]
fn a_list_of_ours_alone_is_not_emptied() {
    let desk = Station::of_profiles(APPENDING);
    desk.apply(STEP);
    desk.somebody_puts("cognito");
    let plan = desk.words(&["rollback", &desk.run, "--all"]);
    assert!(
        plan.contains("Nothing but what this step appended is left"),
        "{plan}"
    );
    let refused = desk
        .say(3, &["rollback", &desk.run, "--all", "--confirm", "rehearsal"])
        .error();
    assert!(
        refused["message"].as_str().unwrap().contains("undo-profiles"),
        "{refused}"
    );
    assert_eq!(desk.profiles().0, "cognito");
}

/// A whole value and an item behind it, on one parameter: taking back the item leaves what somebody appended, taking
/// back the value does not, and says so.
#[test]
fn what_others_appended_is_named_where_a_whole_value_is_taken_back_under_it() {
    let (_, appending) = APPENDING.split_once("[[phase.step]]").unwrap();
    let appending = appending
        .replace("\"cognito\"", "\"audit\"")
        .replacen("id = \"profiles\"", "id = \"more\"", 1)
        .replacen("plan_ref = \"mid.5\"", "plan_ref = \"mid.6\"", 1);
    let desk = Station::of_profiles(&format!("{RUNBOOK}\n[[phase.step]]{appending}"));
    desk.apply(STEP);
    desk.apply("more");
    desk.somebody_puts("prod,cognito,audit,debug");
    let plan = desk.say(0, &["rollback", &desk.run, "--all"]).json();
    let (item, value) = (&plan["items"][0], &plan["items"][1]);
    assert_eq!(item["restores"][0], "prod,cognito,debug", "{item}");
    assert!(item["loses"].as_array().unwrap().is_empty(), "{item}");
    assert_eq!(value["now"][0], "prod,cognito,debug", "{value}");
    assert_eq!(value["restores"][0], "prod", "{value}");
    assert!(value["loses"].to_string().contains("debug"), "{value}");
    assert_eq!(desk.roll_back()["state"], "completed");
    assert_eq!(desk.profiles().0, "prod");
}
