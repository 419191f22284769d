//! The canary of the new pool by the real command line against a served world: made by its step, proven, and taken away
//! again; and each thing that goes wrong: what the console says, when, and that nobody was made or deleted who should not.

use switchback_rehearsal::{ADMINS_POOL, CANARY_PASSWORD, CANARY_USER, Fault};

use crate::shared::Did;
use crate::station::Station;

const STEP: &str = "pool-canary";
/// World seconds in a real one.
const SPEED: &str = "20";

impl Station {
    fn canary() -> Self {
        let bundled = switchback_testkit::bundled::canary();
        Self::of_part(("canary", SPEED), bundled, &[], |_| {})
    }

    /// How the canary stands in the new pool.
    fn stands(&self) -> String {
        let state = self.world.control(async |client| client.state().await.unwrap());
        state.canaries[ADMINS_POOL].clone()
    }

    /// What somebody does with it.
    fn canary_is(&self, how: &str) {
        self.world
            .control(async |client| client.canary_is(ADMINS_POOL, how).await.unwrap());
    }
}

/// A row of the table that the tests print.
fn told(trap: &str, when: &str, did: &Did, said: &str) {
    println!("| {STEP} | {trap} | {when} | exit {} | {said} |", did.code);
}

#[test]
fn the_canary_is_made_by_its_step_and_taken_away_by_its_sub() {
    let desk = Station::canary();
    let start = desk.world();
    assert_eq!(desk.stands(), "absent");
    desk.apply(STEP);
    assert_eq!(desk.stands(), "CONFIRMED, enabled");
    let shown = desk.shown(&[]).to_string() + &desk.say(0, &["journal", "export", &desk.run]).out;
    assert!(
        !shown.contains(CANARY_USER) && !shown.contains(CANARY_PASSWORD),
        "{shown}"
    );
    let did = desk.rollback(&["--all"]);
    // As every rollback that was made (7).
    let did = did.code(7).json();
    assert_eq!(did["state"], "completed", "{did}");
    assert_eq!(desk.world(), start);
    let made = desk
        .log()
        .into_iter()
        .filter_map(|entry| Some(entry.left?["migrated"]["username"].clone()));
    let made: Vec<_> = made.filter(|name| !name.is_null()).collect();
    let deleted: Vec<_> = desk
        .asked("AdminDeleteUser")
        .into_iter()
        .map(|entry| entry.left.unwrap()["deleted"]["username"].clone())
        .collect();
    assert_eq!(
        (made.len(), &made),
        (1, &deleted),
        "the user that was made, and nobody else"
    );
}

/// Whatever the triggers do wrong is said before anybody is made.
#[test]
fn a_trigger_that_is_not_right_makes_nobody() {
    for (fault, words) in [
        (
            "migrate-permission-missing",
            "could not run the migrate-user function",
        ),
        (
            "trigger-source-other-pool",
            "could not run the migrate-user function",
        ),
        ("trigger-inactive", "could not be run"),
        ("trigger-concurrency-zero", "could not be run"),
        ("migrate-no-confirmed", "finalUserStatus"),
        ("migrate-welcome-mail", "messageAction"),
        ("migrate-unverified", "email_verified"),
        ("pre-token-empty", "sets no claim"),
    ] {
        let desk = Station::canary();
        let fault_of: Fault = fault.parse().unwrap();
        desk.world
            .control(async |client| client.inject(&fault_of).await.unwrap());
        let seen = desk.preview(STEP);
        let did = desk.apply_as_seen(STEP, &seen);
        let said = desk.said_of(&did, STEP);
        told(fault, "at the change, before the sign-in", &did, &said);
        assert!(
            did.code != 0 && said.contains(words) && said.contains("created"),
            "{fault}: {said}"
        );
        assert_eq!(desk.stands(), "absent", "{fault}");
        assert_eq!(desk.done("AdminDeleteUser"), 0);
        // Once it is mended the step is carried out.
        desk.lift(fault);
        desk.apply(STEP);
        assert_eq!(desk.stands(), "CONFIRMED, enabled", "{fault}");
    }
}

#[test]
fn who_is_there_before_proves_nothing_and_stays() {
    let desk = Station::canary();
    desk.canary_is("there");
    let did = desk.did(&["step", "check", &desk.run, STEP]);
    let said = desk.said_of(&did, STEP);
    told(
        "the canary is in the pool already",
        "before the change",
        &did,
        &said,
    );
    assert!(did.code != 0 && said.contains("somebody else made it"), "{said}");
    assert_eq!(desk.stands(), "CONFIRMED, enabled");
    assert_eq!(
        (desk.asked("InitiateAuth").len(), desk.done("AdminDeleteUser")),
        (0, 0)
    );
}

/// Somebody else has a hand in it between the step and its way back: only the very user that was made is deleted.
#[test]
fn what_somebody_else_does_with_it_is_named_and_never_deleted_by_mistake() {
    for (acts, ends, deleted) in [
        (&["gone"][..], "absent", 0),
        // Made again by somebody, with another sub.
        (&["gone", "there"][..], "CONFIRMED, enabled", 0),
        // Still the one that the step made.
        (&["disabled"][..], "absent", 1),
        (&["reset"][..], "absent", 1),
    ] {
        let desk = Station::canary();
        desk.apply(STEP);
        acts.iter().for_each(|how| desk.canary_is(how));
        // Only for who is not ours the way back can't even be built.
        let over: &[&str] = match acts.contains(&"there") {
            true => &["--all", "--override", "undo-pool-canary", "--reason", "a drill"],
            false => &["--all"],
        };
        let did = desk.rollback(over);
        told(&format!("somebody: {acts:?}"), "on the way back", &did, &did.out);
        assert_eq!(desk.stands(), ends, "{acts:?}: {}", did.out);
        assert_eq!(desk.done("AdminDeleteUser"), deleted, "{acts:?}");
        assert_eq!(did.code == 7, !acts.contains(&"there"), "{acts:?}: {}", did.err);
    }
}

/// Whatever becomes of an answer, somebody is made once and deleted once: where the answer was lost it is told by AWS's own
/// time whose the user is.
#[test]
fn whatever_is_answered_it_is_made_once_and_deleted_once() {
    for fault in [
        "error-after:OP:InternalErrorException",
        "lost-response:OP",
        "answer-cut:OP",
        "repeated:OP",
        "error-after:OP:TooManyRequestsException",
        "error-after:OP:CodeDeliveryFailureException",
    ] {
        let desk = Station::canary();
        let start = desk.world();
        let seen = desk.preview(STEP);
        desk.world.inject(&fault.replace("OP", "InitiateAuth"));
        let did = desk.apply_as_seen(STEP, &seen);
        let said = desk.said_of(&did, STEP);
        told(fault, "at the sign-in", &did, &said);
        assert_eq!(
            (did.code, desk.stands().as_str()),
            (0, "CONFIRMED, enabled"),
            "{fault}: {said} {}",
            desk.not_passed(STEP)
        );
        desk.lift(fault.split(':').next().unwrap());
        desk.world.inject(&fault.replace("OP", "AdminDeleteUser"));
        let did = desk.rollback(&["--all"]);
        told(fault, "at the deletion", &did, &did.err);
        assert_eq!(
            (did.code, desk.world() == start),
            (7, true),
            "{fault}: {} {}",
            did.out,
            did.err
        );
        assert_eq!(desk.done("AdminDeleteUser"), 1, "{fault}");
        let made = desk.log().into_iter().filter(|entry| {
            entry
                .left
                .as_ref()
                .is_some_and(|left| left.get("migrated").is_some())
        });
        assert_eq!(made.count(), 1, "{fault}");
    }
}
