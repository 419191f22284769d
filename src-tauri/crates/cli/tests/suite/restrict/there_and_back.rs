//! The whole way there and back, by each means.

use super::{Means, OWN, SOON, Station, told};

/// The steps of a night, in their order.
fn way(means: Means) -> [&'static str; 6] {
    [
        means.restrict(),
        "flag",
        "flag-roll",
        "lift-flag",
        "lift-roll",
        means.lift(),
    ]
}

/// The items of a rollback that was not gone yet.
fn items(desk: &Station, of: &[&str]) -> Vec<String> {
    let words = [&["rollback", &desk.run], of].concat();
    let plan = desk.say(0, &words).json();
    let items = plan["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            format!(
                "{} {}",
                item["kind"].as_str().unwrap(),
                item["id"].as_str().unwrap()
            )
        })
        .collect()
}

/// There and back by each means: every step that closes leaves it proven closed, every step that opens leaves it proven
/// open, one request a step and way, nobody's write on the way, and the end is the start.
#[test]
fn by_each_means_there_and_back_ends_at_the_start() {
    for means in Means::ALL {
        let desk = Station::whole(means.other());
        // The target decided beforehand, and it is decided otherwise.
        assert_eq!(desk.said(means.restrict()).split(':').next(), Some("skipped"));
        desk.say(
            0,
            &[
                "decide",
                &desk.run,
                "restrict-how",
                means.choice(),
                "--reason",
                "a drill",
            ],
        );
        assert_eq!(desk.said(means.restrict()), "to_do: ");
        let left_out = desk.say(5, &["step", "check", &desk.run, means.other().restrict()]);
        told(
            means,
            "the step that was not chosen",
            "before the preview",
            &left_out,
            &desk.said_of(&left_out, means.other().restrict()),
        );

        let start = desk.world();
        let own = desk.settings(OWN);
        let seen = desk.preview(means.restrict());
        let change = &seen["changes"][0];
        let caution = change["caution"].as_str().unwrap();
        println!(
            "| {means:?} | preview | {} | {} | {} | {caution} |",
            change["object"], change["before"], change["after"]
        );
        let calls = seen["calls"].as_array().unwrap();
        assert_eq!(
            (calls.len(), calls[0]["operation"].as_str()),
            (1, Some(means.operation()))
        );
        for step in way(means) {
            desk.apply(step);
            assert_eq!(desk.is_closed(means), step != means.lift(), "{step}");
            println!(
                "| {means:?} | {step} | done | {} | {:?} |",
                desk.said(step),
                desk.monitor()
            );
        }
        assert_eq!(desk.done(means.operation()), 2);
        if means == Means::Throttle {
            assert_eq!(
                desk.settings(OWN),
                None,
                "lifted to what the whole stage has, as its risks say"
            );
        }
        println!("| {means:?} | the way back | {:?}", items(&desk, &["--all"]));
        let back = desk.rollback(&["--all"]).code(7);
        assert_eq!(back.json()["state"], "completed");
        assert_eq!(desk.world(), start);
        assert_eq!(desk.settings(OWN), own, "exactly what it had of its own");
        assert_eq!(desk.done(means.operation()), 4, "once each way and step");
        assert_eq!(desk.done(means.other().operation()), 0);
        assert_eq!(desk.writes(), 0, "a probe has written");
        desk.say(0, &["journal", "verify", &desk.run]);
    }
}

/// Back from the middle, where it only stands closed.
#[test]
fn a_restriction_that_stands_alone_is_taken_back() {
    for means in Means::ALL {
        let desk = Station::open(means);
        let start = desk.world();
        desk.apply(means.restrict());
        assert_ne!(desk.world(), start);
        desk.rollback(&["--all"]).code(7);
        assert_eq!(desk.world(), start, "{means:?}");
        assert_eq!(desk.done(means.operation()), 2);
        // Once more, from the other end.
        desk.say(
            0,
            &["step", "reopen", &desk.run, means.restrict(), "--reason", "again"],
        );
        desk.apply(means.restrict());
        desk.rollback(&["--step", means.restrict()]).code(7);
        assert_eq!(desk.world(), start, "{means:?}");
    }
}

/// It is decided otherwise when the restriction stands: that is refused, with what to do first.
#[test]
fn decided_otherwise_when_it_stands() {
    for means in Means::ALL {
        let desk = Station::open(means);
        let start = desk.world();
        desk.apply(means.restrict());
        let choice = means.other().choice();
        let did = desk.say(
            5,
            &["decide", &desk.run, "restrict-how", choice, "--reason", "a drill"],
        );
        told(
            means,
            "decided otherwise when it stands",
            "afterwards",
            &did,
            &desk.said_of(&did, means.restrict()),
        );
        let (message, hint) = (&did.error()["message"], &did.error()["hint"]);
        let because = format!(
            "Step {} was carried out because of decision restrict-how.",
            means.restrict()
        );
        assert_eq!(*message, because);
        assert_eq!(*hint, "Take that step back first, then decide otherwise.");
        assert_eq!(desk.monitor().0, "passing");
        desk.rollback(&["--all"]).code(7);
        assert_eq!(desk.world(), start, "{means:?}");
    }
}

/// The way back that restricts once more and keeps what stands: the restriction first, then the flag, then the roll; and
/// it ends with every write proven closed.
#[test]
fn the_way_back_that_restricts_again_ends_with_the_freeze_proven() {
    for means in Means::ALL {
        let desk = Station::open(means);
        for step in &way(means)[..3] {
            desk.apply(step);
        }
        let frozen = desk.world();
        for step in &way(means)[3..] {
            desk.apply(step);
        }
        let order = items(&desk, &["--rule", "R5"]);
        println!("| {means:?} | R5 | {order:?}");
        assert_eq!(
            order,
            [
                &format!("undo {}", means.lift()),
                "undo lift-flag",
                "publish lift-roll"
            ]
        );
        let back = desk.rollback(&["--rule", "R5"]);
        told(
            means,
            "restricted again (R5)",
            "afterwards",
            &back,
            &desk.said("lift-roll"),
        );
        assert_eq!(back.code(7).json()["state"], "completed");
        assert_eq!(desk.world(), frozen);
        let monitor = desk.monitor();
        println!("    {monitor:?}");
        assert_eq!(monitor.0, "passing");
        assert_eq!(desk.writes(), 0);
    }
}

/// The same, where it leaks by then, or somebody set the rule meanwhile: the way back stops at what is not proven, and
/// goes on once that is mended.
#[test]
fn restricting_again_stops_where_it_leaks() {
    for (means, fault, code) in [
        (Means::Firewall, "leak:route", 4),
        (Means::Throttle, "leak:method", 4),
        (Means::Firewall, "rule-set", 7),
    ] {
        let desk = Station::edited(means, &[SOON]);
        for step in &way(means)[..3] {
            desk.apply(step);
        }
        let frozen = desk.world();
        for step in &way(means)[3..] {
            desk.apply(step);
        }
        desk.world.inject(fault);
        let back = desk.rollback(&["--rule", "R5"]);
        told(
            means,
            fault,
            "restricted again (R5), while it is so",
            &back,
            &desk.said_of(&back, means.lift()),
        );
        back.code(code);
        if code == 4 {
            // Nothing that hangs on it is taken back before it is proven.
            assert_eq!(desk.said("lift-flag"), "done: ");
            desk.lift("leak");
            desk.say(7, &["rollback", &desk.run, "--retry"]);
        }
        assert_eq!(desk.world(), frozen);
        assert_eq!(desk.monitor().0, "passing");
    }
}
