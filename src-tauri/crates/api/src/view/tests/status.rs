//! The lines for the chat: honest in every scene of the made-up night, and nothing in them that is no one's business.

use jiff::{SignedDuration, Timestamp};
use switchback_model::Verdict;
use switchback_testkit::plans::tis_like;

use super::world::scenes;
use super::{open, read, t, watched};
use crate::view::{Live, snapshot};
use crate::wire::{Deadline, DeadlineKind, DriverLife, DriverView, RunSnapshot};

/// A fresh run with a monitor that was read passing just now.
fn well() -> RunSnapshot {
    let run = open(&watched(tis_like()));
    snapshot(
        &run,
        &read(&run, &[(0, Verdict::Pass), (30, Verdict::Pass)]),
        t(31),
    )
}

fn again(made: &RunSnapshot) -> String {
    crate::view::status::status(made)
}

#[tokio::test]
async fn every_scene_of_the_night_says_where_it_stands() {
    let all = scenes().await;
    let told: Vec<String> = all
        .iter()
        .map(|scene| format!("{}\n{}\n", scene.name, scene.snapshot.status))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn it_names_nobody_and_no_account_and_is_short() {
    for scene in scenes().await {
        let status = &scene.snapshot.status;
        let lines: Vec<&str> = status.lines().collect();
        assert!((1..=3).contains(&lines.len()), "{}: {status}", scene.name);
        let last = lines.last().copied().unwrap_or_default();
        assert!(last.contains("As of "), "{}: {status}", scene.name);
        let banner = &scene.snapshot.banner;
        let driver = scene.snapshot.driver.as_ref().map(|driver| driver.by.as_str());
        let host = scene.snapshot.driver.as_ref().map(|driver| driver.host.as_str());
        let secret = [
            Some(banner.account_tail.as_str()),
            banner.role.as_deref(),
            driver,
            host,
        ];
        for word in secret.into_iter().flatten().filter(|word| !word.is_empty()) {
            assert!(!status.contains(word), "{}: {word} in {status}", scene.name);
        }
        assert!(
            !status.contains(['*', '`', '~', '<', '>', '|', '@', '#']),
            "{status}"
        );
    }
}

#[test]
fn what_can_t_be_told_is_not_said() {
    let run = open(&watched(tis_like()));
    let blind = snapshot(&run, &Live::default(), t(31)).status;
    assert!(
        blind.contains("Can't tell whether users are all right."),
        "{blind}"
    );
    // The reading has grown too old.
    let live = read(&run, &[(0, Verdict::Pass), (30, Verdict::Pass)]);
    let old = snapshot(&run, &live, t(30 + 61)).status;
    assert!(old.contains("Can't tell whether users are all right."), "{old}");
    let fresh = snapshot(&run, &live, t(31)).status;
    assert!(fresh.contains("Users all right."), "{fresh}");
    let failing = snapshot(&run, &read(&run, &[(0, Verdict::Fail)]), t(1)).status;
    assert!(failing.contains("Users affected: Monitor site."), "{failing}");
}

#[test]
fn the_price_of_the_way_back_is_said_or_that_it_can_t_be() {
    let mut made = well();
    assert!(made.status.contains("Nothing to undo yet."), "{}", made.status);
    made.way_back.something_to_undo = true;
    made.way_back.answer.headline = "Can go back: 1 thing not proven".to_owned();
    assert!(again(&made).contains("Can't tell yet how long that takes and what it loses."));
    made.way_back.order = vec!["Switch".to_owned()];
    for (slowest, caches, by_hand, loses, words) in [
        (None, None, None, &[][..], "never timed here, loses nothing."),
        (Some(0), None, None, &[], "about 5 s, loses nothing."),
        (Some(41), Some(40), None, &[], "about 45 s, loses nothing."),
        (Some(56), None, None, &[], "about 1 min, loses nothing."),
        (Some(60), Some(300), None, &[], "about 5 min, loses nothing."),
        (
            Some(61),
            None,
            Some(1800),
            &["3 users' changes."],
            "about 32 min, loses 3 users' changes.",
        ),
        (
            Some(1),
            None,
            None,
            &["What was written outside Switchback: A 192.0.2.1"],
            "about 5 s, loses what was written outside Switchback.",
        ),
        (
            Some(1),
            None,
            None,
            &["TTL of the name"],
            "about 5 s, loses TTL of the name.",
        ),
        (
            Some(1),
            None,
            None,
            &["one", "two", "three"],
            "about 5 s, loses one, and 2 more.",
        ),
    ] {
        made.way_back.takes.slowest_s = slowest;
        made.way_back.takes.caches_s = caches;
        made.way_back.takes.by_hand_s = by_hand;
        made.way_back.loses = loses.iter().map(|&loss| loss.to_owned()).collect();
        let said = again(&made);
        assert!(said.contains(&format!("not proven, {words}")), "{words}: {said}");
    }
    // Whoever reads only this line is not told that nothing at all is lost.
    made.way_back.loses.clear();
    made.way_back.further_back = vec!["Open the new user pool to users".to_owned()];
    let said = again(&made);
    assert!(
        said.contains("loses nothing; further back 1 loss, \"Open the new user pool to users\"."),
        "{said}"
    );
    made.way_back.further_back.push("Send the invitations".to_owned());
    let said = again(&made);
    assert!(said.contains("loses nothing; further back 2 losses."), "{said}");
    // The work, for whom it is, and what of it is proven, as the rail and the night have it.
    made.way_back.answer.headline = "Can go back".to_owned();
    made.way_back.further_back.clear();
    made.way_back.missing.clear();
    made.way_back.price = "1 item, by hand, about 5 min by the plan".to_owned();
    made.way_back.proof = "nothing to prove before".to_owned();
    let words =
        "Can go back: 1 item, by hand, about 5 min by the plan, loses nothing, nothing to prove before.";
    let said = again(&made);
    assert!(said.contains(words), "{said}");
}

#[test]
fn a_decision_is_said_with_its_time_and_the_run_s_own_state() {
    let mut made = well();
    let deadline = |at: Option<Timestamp>, due, rule: Option<&str>| Deadline {
        id: "R3".to_owned(),
        kind: DeadlineKind::Rule,
        rule: rule.map(str::to_owned),
        title: "Back to the old side.".to_owned(),
        monitor: None,
        since: None,
        at,
        due,
        open_decision: None,
        note: String::new(),
        extended: Vec::new(),
        extendable: false,
    };
    made.deadlines = vec![
        deadline(None, false, Some("R9")),
        deadline(Some(t(3600)), false, None),
        deadline(Some(t(900)), false, Some("R3")),
    ];
    assert!(again(&made).contains("Decision by 12:15am GMT: R3, Back to the old side. As of 12:00am GMT"));
    made.deadlines[2].due = true;
    assert!(again(&made).contains("Decision due since 12:15am GMT: R3, Back to the old side."));
    for (state, words) in [
        ("held", "The run is on hold."),
        ("stopping", "The run is stopping."),
        ("stopped", "The run is stopped."),
    ] {
        made.state = state.to_owned();
        assert!(again(&made).contains(words), "{state}");
    }
    made.stopped_by = Some("The journal can't be written: /home/jo".to_owned());
    let stopped = again(&made);
    assert!(
        stopped.contains("This console can't go on with it.") && !stopped.contains("/home"),
        "{stopped}"
    );
}

#[test]
fn summer_time_is_said_as_such_and_a_real_night_without_the_rehearsal() {
    let mut made = well();
    made.banner.kind = "production".to_owned();
    made.banner.word = "PRODUCTION".to_owned();
    made.now = "2026-07-14T19:14:59Z".parse().expect("a time");
    assert!(again(&made).ends_with("As of 8:14pm BST."), "{}", again(&made));
    made.now = made
        .now
        .checked_add(SignedDuration::from_hours(24 * 150))
        .expect("a time");
    assert!(again(&made).ends_with("As of 7:14pm GMT."), "{}", again(&made));
    made.banner.test_endpoint = true;
    assert!(again(&made).starts_with("PRODUCTION rehearsal, TEST ENDPOINT, Test: "));
}

#[test]
fn nothing_that_was_written_in_a_runbook_is_obeyed_by_a_chat() {
    let mut plan = tis_like();
    plan.title = "*TIS* `to` ~_Cognito_~ <!channel> @here #night\nat 20:00 :fire: my_app".to_owned();
    let run = open(&plan);
    let status = snapshot(&run, &Live::default(), t(0)).status;
    let head = status.lines().next().unwrap_or_default();
    assert!(
        head.starts_with("REHEARSAL rehearsal, TIS to Cognito !channel here night at 20:00 fire: my_app: "),
        "{head}"
    );
    assert_eq!(status.lines().count(), 3);
}

#[test]
fn a_chat_makes_no_link_and_no_mention_of_what_was_written() {
    for (written, said) in [
        ("[x](https://evil.test/a)", "x(https[:]//evil[.]test/a)"),
        ("HTTP*S*:*//*evil.test", "HTTPS[:]//evil[.]test"),
        ("at www.evil.test now", "at www[.]evil[.]test now"),
        ("WW*W.evil.test", "WWW[.]evil[.]test"),
        ("a@everyone and a*@here", "a[@]everyone and ahere"),
        // As people know them.
        (
            "TTL of apps.example.nhs.test: 60 s",
            "TTL of apps.example.nhs.test: 60 s",
        ),
        ("Step 2/3, and/or v1.2", "Step 2/3, and/or v1.2"),
    ] {
        let mut plan = tis_like();
        plan.title = written.to_owned();
        let status = snapshot(&open(&plan), &Live::default(), t(0)).status;
        assert!(
            status.starts_with(&format!("REHEARSAL rehearsal, {said}: ")),
            "{written}: {status}"
        );
        assert!(!status.contains("://"), "{status}");
    }
}

/// What does not rest on an item goes on beside it, so that how many are done is no number of an item.
#[tokio::test]
async fn an_item_has_its_number_of_the_list() {
    let scenes = scenes().await;
    let active = scenes.into_iter().find_map(|scene| {
        let rollback = scene.snapshot.rollback.as_ref()?;
        let active = matches!(rollback.state.as_str(), "running" | "halted");
        (active && rollback.items.len() > 1).then_some(scene.snapshot)
    });
    let mut made = active.expect("a scene with a rollback under way");
    let rollback = made.rollback.as_mut().expect("it is under way");
    let of = rollback.items.len();
    for (item, state) in rollback.items.iter_mut().zip(["unproven", "done"]) {
        item.state = state.to_owned();
    }
    let title = rollback.items[0].title.clone();
    let said = again(&made);
    assert!(said.contains(&format!("item 1 of {of}, \"{title}\": ")), "{said}");
}

#[test]
fn what_was_under_way_when_its_driver_ended_is_not_called_under_way_alone() {
    let mut made = well();
    let driver = |life| DriverView {
        by: "n.night".to_owned(),
        host: "desk-2".to_owned(),
        pid: 77,
        ours: false,
        since: None,
        reason: None,
        life,
        silent_s: None,
    };
    made.driver = Some(driver(DriverLife::AtWork));
    assert!(!again(&made).contains("nothing goes on"));
    made.driver = Some(driver(DriverLife::Ended));
    let said = again(&made);
    let gone = "The program that drove it has ended: nothing goes on until somebody takes the run over.";
    assert!(said.contains(gone), "{said}");
    assert!(!said.contains("n.night") && !said.contains("desk-2"), "{said}");
    // Nobody at all: said only where something was begun and is not over.
    made.driver = None;
    assert!(!again(&made).contains("Nobody drives it"));
    for state in ["applying", "undo_verifying", "undo_in_doubt"] {
        made.phases[0].steps[0].state = state.to_owned();
        assert!(
            again(&made).contains("Nobody drives it: nothing goes on until somebody does."),
            "{state}"
        );
    }
}
