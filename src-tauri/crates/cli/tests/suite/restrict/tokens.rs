//! The token of the web ACL: somebody else edits another rule, and theirs survives under our approval.

use std::collections::HashSet;
use std::thread::sleep;
use std::time::Duration;

use switchback_rehearsal::LogEntry;

use super::{Means, Station, told};
use crate::shared::Did;

const MEANS: Means = Means::Firewall;
/// Of other people's concern.
const OTHER_RULE: &str = "block-known-bad";
/// As often as the console tries with a token of its own.
const TRIES: usize = 5;

/// Somebody else edits between the preview and the approval.
#[test]
fn another_rule_edited_after_the_preview_survives() {
    let desk = Station::open(MEANS);
    let start = desk.world();
    let seen = desk.preview(MEANS.restrict());
    let was = desk.rule(OTHER_RULE);
    desk.world.inject("rule-edited");
    let theirs = desk.rule(OTHER_RULE);
    assert_ne!(theirs, was);
    let did = desk.apply_as_seen(MEANS.restrict(), &seen);
    told(
        MEANS,
        "another rule is edited after the preview",
        "there",
        &did,
        &desk.said(MEANS.restrict()),
    );
    did.code(0);
    assert!(desk.is_closed(MEANS));
    assert_eq!(desk.rule(OTHER_RULE), theirs);
    desk.world.inject("rule-edited");
    let theirs = desk.rule(OTHER_RULE);
    desk.rollback(&["--all"]).code(7);
    assert_eq!(desk.rule(OTHER_RULE), theirs);
    assert_eq!(desk.done("UpdateWebACL"), 2);
    assert_eq!(
        changed(&start, &desk.world()),
        [1, 1],
        "their rule, and nothing else, is another than at the start"
    );
}

/// Lines that are only in the one, and only in the other.
fn changed(one: &[String], other: &[String]) -> [usize; 2] {
    let only = |of: &[String], not: &[String]| {
        let not: HashSet<&String> = not.iter().collect();
        of.iter().filter(|line| !not.contains(line)).count()
    };
    [only(one, other), only(other, one)]
}

/// Somebody else acts while the console does this: each time that it has read the web ACL, before the answer has come.
/// `act` is told how many of its requests were refused by then.
fn meddled(desk: &Station, words: &[&str], mut act: impl FnMut(usize)) -> Did {
    // The answer comes late: what somebody does meanwhile makes its token old, whatever the machine does beside.
    desk.world.inject("delay:GetWebACL:500");
    let refused = || {
        let asked = desk.asked("UpdateWebACL");
        let old = |entry: &&LogEntry| entry.code.as_deref() == Some("WAFOptimisticLockException");
        asked.iter().filter(old).count()
    };
    let (before, mut read) = (refused(), desk.asked("GetWebACL").len());
    let mut child = desk.begin(words);
    while child.try_wait().unwrap().is_none() {
        let now = desk.asked("GetWebACL").len();
        if now > read {
            act(refused() - before);
        }
        read = now;
        sleep(Duration::from_millis(10));
    }
    desk.lift("delay");
    Did::of(child.wait_with_output().unwrap())
}

/// Somebody else edits another rule right before the request, again and again.
#[test]
fn another_rule_edited_right_before_the_request_survives_each_time() {
    for refusals in [1, TRIES - 1, usize::MAX] {
        let desk = Station::open(MEANS);
        let step = MEANS.restrict();
        let seen = desk.preview(step);
        let edits = |refused| {
            if refused < refusals {
                desk.world.inject("rule-edited");
            }
        };
        let did = meddled(&desk, &desk.words_to_apply(step, &seen), edits);
        let asked = desk.asked("UpdateWebACL").len();
        let trap = format!(
            "another rule is edited right before the request, {} times",
            asked - desk.done("UpdateWebACL")
        );
        told(MEANS, &trap, "there", &did, &desk.said_of(&did, step));
        let theirs = desk.rule(OTHER_RULE);
        if refusals == usize::MAX {
            assert_eq!((asked, desk.done("UpdateWebACL")), (TRIES, 0));
            assert!(!desk.is_closed(MEANS));
            assert_ne!(did.code, 0);
            desk.apply(step);
        } else {
            did.code(0);
            assert_eq!((asked, desk.done("UpdateWebACL")), (refusals + 1, 1));
        }
        assert!(desk.is_closed(MEANS));
        assert_eq!(desk.rule(OTHER_RULE), theirs);

        let words = ["rollback", &desk.run, "--all", "--confirm", "rehearsal"];
        let was = desk.done("UpdateWebACL");
        let back = meddled(&desk, &words, edits);
        told(MEANS, &trap, "back", &back, &desk.said_of(&back, step));
        let theirs = desk.rule(OTHER_RULE);
        if refusals == usize::MAX {
            assert_eq!(desk.done("UpdateWebACL"), was);
            back.code(4);
            desk.say(7, &["rollback", &desk.run, "--retry"]);
        } else {
            back.code(7);
        }
        assert_eq!(desk.done("UpdateWebACL"), was + 1);
        assert!(!desk.is_closed(MEANS));
        assert_eq!(desk.rule(OTHER_RULE), theirs);
    }
}

/// Somebody else sets our own rule right before the request: it is not overwritten.
#[test]
fn our_rule_set_by_somebody_right_before_the_request_is_not_overwritten() {
    let desk = Station::open(MEANS);
    let step = MEANS.restrict();
    let seen = desk.preview(step);
    let mut set = false;
    let did = meddled(
        &desk,
        &desk.words_to_apply(step, &seen),
        |refused| match refused {
            0 => desk.world.inject("rule-edited"),
            _ if !set => {
                desk.world.inject("rule-set");
                set = true;
            }
            _ => {}
        },
    );
    told(
        MEANS,
        "somebody sets our rule right before the request",
        "there",
        &did,
        &desk.said_of(&did, step),
    );
    assert_eq!(desk.done("UpdateWebACL"), 0);
    assert_eq!(desk.action(), serde_json::json!({"Allow": {}}), "theirs");
    // Somebody else's, and said so: whoever goes back from there confirms that it was changed outside.
    did.code(4);
    assert!(
        desk.said(step)
            .starts_with("foreign: Found something else: Allow"),
        "{}",
        desk.said(step)
    );
    let theirs = desk.rule(OTHER_RULE);
    let back = desk.rollback(&["--all"]);
    told(
        MEANS,
        "somebody sets our rule right before the request",
        "back",
        &back,
        &desk.said_of(&back, step),
    );
    assert_eq!(
        desk.action(),
        serde_json::json!({"Count": {}}),
        "as it was before"
    );
    assert_eq!(desk.rule(OTHER_RULE), theirs);
}
