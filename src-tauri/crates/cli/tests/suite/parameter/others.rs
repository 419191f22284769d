//! Somebody else writes after our preview, on top of ours, or a moment before our request is carried out.

use switchback_rehearsal::Outcome;

use super::{RUNBOOK, STEP, Station, ended};
use crate::shared::until;

#[test]
fn what_somebody_puts_after_the_preview_is_not_overwritten() {
    let desk = Station::of_profiles(RUNBOOK);
    let preview = desk.preview(STEP);
    desk.somebody_puts("prod,debug");
    let refused = desk.apply_as_seen(STEP, &preview).code(5).error();
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("changed since you saw the preview"), "{message}");
    assert_eq!(desk.puts(), [], "nothing was sent");
    assert_eq!(desk.profiles(), ("prod,debug".to_owned(), 1));
    assert!(!desk.events().iter().any(|event| event["kind"] == "intended"));
    // Nothing of ours is there to take back.
    let nothing = desk.say(5, &["rollback", &desk.run, "--all"]).error();
    assert_eq!(nothing["message"], "There is nothing to undo.");
}

/// Our request is carried out, and before its answer comes somebody else puts another value on top of it.
#[test]
fn what_somebody_puts_on_top_of_ours_is_theirs_to_decide() {
    let desk = Station::of_profiles(RUNBOOK);
    desk.world.inject("delay:PutParameter:3000");
    let applying = desk.begin_apply();
    until("our value is there", || {
        (desk.profiles().0 == "prod,cognito").then_some(())
    });
    desk.somebody_puts("dev");
    let did = ended(applying).code(4);
    desk.lift("delay:PutParameter");
    let step = desk.journalled();
    assert_eq!(step["state"], "foreign", "{step} {}", did.err);
    assert_eq!(desk.profiles(), ("dev".to_owned(), 2), "theirs stands");
    assert_eq!(desk.puts(), [(Outcome::Committed, "prod,cognito".to_owned())]);

    // The way back says what it replaces, before it does.
    let plan = desk.say(0, &["rollback", &desk.run, "--all"]).json();
    let item = &plan["items"][0];
    assert!(item["now"].to_string().contains("dev"), "{item}");
    assert!(
        item["changed_outside"].to_string().contains("prod,cognito"),
        "{item}"
    );
    assert_eq!(desk.roll_back()["state"], "completed");
    assert_eq!(desk.profiles(), ("prod".to_owned(), 3));
}

/// Somebody else puts a value after we have read and before our request is carried out: AWS overwrites it without a
/// word. The version tells, and what was overwritten is named.
#[test]
fn what_we_overwrote_unseen_is_found_and_named() {
    let desk = Station::of_profiles(RUNBOOK);
    desk.world.inject("lands-late:PutParameter:4000");
    let applying = desk.begin_apply();
    // The fault is taken when the request has arrived: after our last read, and before anything is carried out.
    desk.until_it_arrived();
    desk.somebody_puts("prod,hotfix");
    assert_eq!(
        desk.profiles(),
        ("prod,hotfix".to_owned(), 1),
        "it lands before ours"
    );
    let did = ended(applying).code(4);
    assert_eq!(
        desk.profiles(),
        ("prod,cognito".to_owned(), 2),
        "ours overwrote it"
    );
    let step = desk.journalled();
    assert_eq!(step["state"], "foreign", "{step} {}", did.err);
    let note = step["note"].as_str().unwrap();
    assert!(
        note.contains("somebody else had written “prod,hotfix” in between"),
        "{note}"
    );
    assert_eq!(desk.puts().len(), 1);
}
