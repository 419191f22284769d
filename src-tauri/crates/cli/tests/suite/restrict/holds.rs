//! While it should hold: what leaks, what somebody opens, what takes its time, what stands in the way of the way back.

use super::{Means, SOON, Station, told};
use crate::shared::Did;

/// Something that happens while all is closed.
struct Drill {
    means: Means,
    trap: &'static str,
    fault: &'static str,
    /// What the monitor says at its next look.
    state: &'static str,
    said: &'static str,
    /// Whether the object of the step is another than it left.
    drifted: bool,
    /// How the way back ends while it is still so.
    back: i32,
    /// What it says then.
    words: &'static str,
    /// Whether the end is the start: somebody's own is left to them.
    start: bool,
}

const FIREWALL: Drill = Drill {
    means: Means::Firewall,
    trap: "",
    fault: "",
    state: "failing",
    said: "leak: ",
    drifted: false,
    back: 7,
    words: "undone: ",
    start: true,
};
const THROTTLE: Drill = Drill {
    means: Means::Throttle,
    ..FIREWALL
};

const DRILLS: &[Drill] = &[
    Drill {
        trap: "somebody sets the rule to Allow",
        fault: "rule-set",
        said: "leak: ",
        drifted: true,
        ..FIREWALL
    },
    Drill {
        trap: "the rule is taken away",
        fault: "rule-missing",
        said: "leak: POST /createUser answered 401 by the application",
        back: 3,
        words: "The web ACL has no rule user-management-writes",
        ..FIREWALL
    },
    Drill {
        trap: "the web ACL is detached",
        fault: "acl-detached",
        said: "leak: POST /createUser answered 401 by the application",
        ..FIREWALL
    },
    Drill {
        trap: "Firewall Manager takes the web ACL",
        fault: "firewall-managed",
        state: "passing",
        said: "writes closed",
        back: 3,
        words: "Firewall Manager owns the web ACL tis-gateway",
        ..FIREWALL
    },
    Drill {
        trap: "somebody edits another rule",
        fault: "rule-edited",
        state: "passing",
        said: "writes closed",
        start: false,
        ..FIREWALL
    },
    Drill {
        trap: "a route leaks",
        fault: "leak:route",
        said: "leak: POST /api/users/{u}/mfa/reset answered 401 by the application",
        ..FIREWALL
    },
    Drill {
        trap: "a spelling leaks",
        fault: "leak:spelling",
        said: "answered 401 by the application, escaped, at https://apps.example.nhs.test/usermanagement",
        ..FIREWALL
    },
    Drill {
        trap: "a name leaks",
        fault: "leak:name",
        said: "at https://a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com/prod/usermanagement",
        ..FIREWALL
    },
    Drill {
        trap: "a name answers nothing",
        fault: "site-down:gateway",
        state: "unknown",
        said: "not told: POST /createUser, HTTP 503",
        back: 4,
        words: "undo_unverified: ",
        ..FIREWALL
    },
    Drill {
        trap: "somebody gives a method a throttle of its own",
        fault: "throttle-set:POST /createUser",
        said: "leak: POST /createUser answered 401 by the application",
        drifted: true,
        ..THROTTLE
    },
    Drill {
        trap: "somebody gives the method that has its own another",
        fault: "throttle-set:POST /updatePassword",
        said: "leak: POST /updatePassword answered 401 by the application",
        drifted: true,
        ..THROTTLE
    },
    Drill {
        trap: "somebody throttles a method that is not ours",
        fault: "throttle-set:GET /allUsers",
        state: "passing",
        said: "writes closed",
        start: false,
        ..THROTTLE
    },
    Drill {
        trap: "a method leaks",
        fault: "leak:method",
        said: "leak: PUT /api/users/{u} answered 401 by the application",
        ..THROTTLE
    },
    Drill {
        trap: "a header leaks",
        fault: "leak:override",
        said: "as a GET with X-HTTP-Method-Override",
        ..THROTTLE
    },
];

#[test]
fn what_opens_a_rule_is_said_at_the_next_look() {
    drills(Means::Firewall);
}

#[test]
fn what_opens_a_method_is_said_at_the_next_look() {
    drills(Means::Throttle);
}

/// What opens it is said at the very next look, and what somebody set is named before anything is taken back.
fn drills(means: Means) {
    let mut wrong = Vec::new();
    for drill in DRILLS.iter().filter(|drill| drill.means == means) {
        // Of the way back nothing passes where a name answers nothing.
        let soon = (
            "expected = \"open\"\nwithin = \"5 min\"",
            "expected = \"open\"\nwithin = \"1 min\"",
        );
        let edits: &[_] = if drill.back == 4 { &[soon] } else { &[] };
        let desk = Station::edited(drill.means, edits);
        let step = drill.means.restrict();
        let start = desk.world();
        desk.apply(step);
        let quiet = desk.monitor();
        assert_eq!(quiet.0, "passing", "{quiet:?}");
        desk.world.inject(drill.fault);
        let shown = desk.shown(&[]);
        let (state, value) = Station::monitor_of(&shown);
        println!(
            "| {:?} | {} | within one interval | monitor {state} | {value} |",
            drill.means, drill.trap
        );
        let drift = Station::step_of(&shown, step)["drifted"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        // The way back says what it replaces, before it does.
        let outside = match drill.drifted {
            true => desk.changed_outside(),
            false => String::new(),
        };
        println!("    drifted: {drift:.90}; changed outside: {outside:.90}");
        let back = desk.rollback(&["--all"]);
        let said = desk.said_of(&back, step);
        told(
            drill.means,
            drill.trap,
            "the way back, while it is so",
            &back,
            &said,
        );
        let drifted = drift.contains("Changed outside the console") && !outside.is_empty();
        if state != drill.state
            || !value.contains(drill.said)
            || drifted != drill.drifted
            || back.code != drill.back
            || !said.contains(drill.words)
        {
            wrong.push(format!(
                "{}: {state} {value} {drifted} {} {said}",
                drill.trap, back.code
            ));
        }
        if back.code != 7 {
            desk.lift(drill.fault.split(':').next().unwrap());
            let again = match back.code {
                3 => desk.rollback(&["--all"]),
                _ => desk.did(&["rollback", &desk.run, "--retry"]),
            };
            let said = desk.said_of(&again, step);
            told(
                drill.means,
                drill.trap,
                "the way back, when it is over",
                &again,
                &said,
            );
            assert_eq!(again.code, 7, "{}: {said}", drill.trap);
        }
        assert_eq!(desk.world() == start, drill.start, "{}", drill.trap);
        assert_eq!(desk.done(drill.means.operation()), 2, "{}", drill.trap);
        assert_eq!(desk.writes(), 0, "{}", drill.trap);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// It takes its time to be everywhere: the step waits within its time and is done, nobody calls that a failure, and
/// nothing leaks afterwards.
#[test]
fn what_is_everywhere_late_is_waited_for() {
    for means in Means::ALL {
        // Slowly enough to look at it meanwhile.
        let desk = Station::paced("10", means);
        let step = means.restrict();
        let start = desk.world();
        let seen = desk.preview(step);
        desk.world.inject("leak:late");
        let mut child = desk.applying(step, &seen);
        let mut meanwhile = Vec::new();
        while child.try_wait().unwrap().is_none() {
            if desk.done(means.operation()) > 0 {
                meanwhile.push(desk.monitor());
            }
        }
        let did = Did::of(child.wait_with_output().unwrap());
        told(
            means,
            "it is everywhere late",
            "there",
            &did,
            &desk.said_of(&did, step),
        );
        did.code(0);
        for (state, value) in &meanwhile {
            println!("    meanwhile: {state}: {value:.60}");
            assert_ne!(state, "failing", "{value}");
        }
        let waited = meanwhile
            .iter()
            .any(|(state, value)| state == "waiting" && value.starts_with("on its way: "));
        assert!(waited, "{meanwhile:?}");
        for _ in 0..3 {
            let (state, value) = desk.monitor();
            assert_eq!(state, "passing", "{value}");
            assert!(!value.contains("leak"), "{value}");
        }
        let back = desk.rollback(&["--all"]);
        told(
            means,
            "it is everywhere late",
            "back",
            &back,
            &desk.said_of(&back, step),
        );
        back.code(7);
        assert_eq!(desk.world(), start);
    }
}

/// What leaks when it is applied: the step says so and is not done. It is taken back; or mended, and looked at again.
#[test]
fn what_leaks_when_it_is_applied_is_not_done() {
    for (means, fault, words) in [
        (
            Means::Firewall,
            "leak:route",
            "leak: POST /api/users/{u}/mfa/reset",
        ),
        (Means::Throttle, "leak:override", "with X-HTTP-Method-Override"),
        (Means::Firewall, "acl-detached", "leak: POST /createUser"),
    ] {
        let desk = Station::edited(means, &[SOON]);
        let step = means.restrict();
        let start = desk.world();
        let seen = desk.preview(step);
        desk.world.inject(fault);
        let did = desk.apply_as_seen(step, &seen);
        let open = desk.not_passed(step);
        told(
            means,
            fault,
            "afterwards, within the time of the check",
            &did,
            &format!("{} / {open}", desk.said(step)),
        );
        did.code(4);
        assert!(desk.said(step).starts_with("unverified: "), "{}", desk.said(step));
        assert!(open.contains(words), "{open}");
        let back = desk.rollback(&["--all"]);
        told(
            means,
            fault,
            "the way back, while it is so",
            &back,
            &desk.said_of(&back, step),
        );
        back.code(7);
        assert_eq!(desk.world(), start);
        // Once more, and mended where it leaks.
        desk.say(0, &["step", "reopen", &desk.run, step, "--reason", "again"]);
        desk.lift(fault.split(':').next().unwrap());
        let seen = desk.preview(step);
        desk.world.inject(fault);
        desk.apply_as_seen(step, &seen).code(4);
        desk.lift(fault.split(':').next().unwrap());
        let again = desk.did(&["step", "inspect", &desk.run, step]);
        told(
            means,
            fault,
            "mended, and looked at again",
            &again,
            &desk.said_of(&again, step),
        );
        assert!(desk.said(step).starts_with("done"), "{}", desk.said(step));
        desk.rollback(&["--all"]).code(7);
        assert_eq!(desk.world(), start);
        assert_eq!(desk.done(means.operation()), 4);
    }
}

/// The roll never settles while all is closed: that stays closed until the roll is back.
#[test]
fn a_roll_that_hangs_while_all_is_closed_goes_back() {
    for means in Means::ALL {
        // It hangs for good: nobody need wait as long as on the night.
        let soon = (
            "service = \"tis-usermanagement\"\nwithin = \"5 min\"",
            "service = \"tis-usermanagement\"\nwithin = \"2 min\"",
        );
        let desk = Station::edited(means, &[soon]);
        let start = desk.world();
        desk.apply(means.restrict());
        desk.apply("flag");
        let seen = desk.preview("flag-roll");
        desk.world.inject("roll-stuck");
        let did = desk.apply_as_seen("flag-roll", &seen);
        let open = desk.not_passed("flag-roll");
        told(
            means,
            "the roll hangs",
            "afterwards",
            &did,
            &format!("{} / {open}", desk.said("flag-roll")),
        );
        did.code(4);
        assert_eq!(desk.monitor().0, "passing");
        let back = desk.rollback(&["--all"]);
        told(
            means,
            "the roll hangs",
            "the way back, while it is so",
            &back,
            &desk.said_of(&back, "flag-roll"),
        );
        back.code(4);
        assert!(desk.is_closed(means), "it is opened last");
        assert_eq!(desk.monitor().0, "passing");
        desk.lift("roll-stuck");
        let again = desk.say(7, &["rollback", &desk.run, "--retry"]);
        told(
            means,
            "the roll hangs",
            "the way back, when it is over",
            &again,
            &desk.said("flag-roll"),
        );
        assert_eq!(desk.world(), start);
        assert_eq!(desk.done(means.operation()), 2);
    }
}
