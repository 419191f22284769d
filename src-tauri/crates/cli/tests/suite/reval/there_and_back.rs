//! The whole of it, and the way back of the night.

use super::{Station, told};

/// What R4 does, in its order: the release by a person first, so that the edges forget the new build; then the pointer,
/// and only then what is kept of verdicts.
const R4: [&str; 5] = [
    "reval-ui",
    "reval-invalidate",
    "reval-stage",
    "reval-flush",
    "reval-authorizer",
];

#[test]
fn reval_is_moved_and_taken_back_in_one_confirm() {
    let desk = Station::reval();
    let start = desk.world();
    desk.before("");
    let far = desk.world();
    assert_ne!(start, far);
    let plan = desk.say(0, &["rollback", &desk.run, "--rule", "R4"]).json();
    let items = plan["items"].as_array().unwrap();
    let order: Vec<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(order, R4);
    let by_hand = items.iter().filter(|item| item["kind"] == "manual");
    assert_eq!(by_hand.count(), 1, "{plan}");
    desk.taken_back();
    assert_eq!(desk.world(), start);
    // Forward again: the deployment of before has an authoriser in it that was taken back since.
    assert_eq!(desk.done("CreateDeployment"), 1);
    for step in ["reval-authorizer", "reval-stage"] {
        desk.say(0, &["step", "reopen", &desk.run, step, "--reason", "once more"]);
    }
    desk.apply("reval-authorizer");
    let stale = desk.did(&["step", "check", &desk.run, "reval-stage"]);
    let said = desk.said_of(&stale, "reval-stage");
    told(
        "reval-stage",
        "the deployment is older than the authoriser",
        "before the change",
        &stale,
        &said,
    );
    assert!(
        stale.code != 0 && said.contains("older than a change that it shall hold"),
        "{said}"
    );
    let words = [
        "step",
        "reopen",
        &desk.run,
        "reval-snapshot",
        "--reason",
        "the authoriser was changed anew",
    ];
    desk.say(0, &words);
    for step in ["reval-snapshot", "reval-stage"] {
        desk.apply(step);
    }
    assert_eq!(desk.done("CreateDeployment"), 2);
    desk.taken_back();
    assert_eq!(desk.world(), start);
}
