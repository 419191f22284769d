//! Who drives the run, as a window sees it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::json as wire;
use super::night::Night;
use super::written::named;
use crate::view::{Live, Watch, snapshot};
use crate::wire::{DriverLife, DriverView, LostView};

/// What the line for the chat says of a driver that ended.
const GONE: &str = " The program that drove it has ended: nothing goes on until somebody takes the run over.";

fn ago(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_sub(SignedDuration::from_secs(seconds))
        .expect("a time")
}

fn seats(now: Timestamp) -> Vec<(&'static str, Watch)> {
    let other = DriverView {
        by: "n.night".to_owned(),
        host: "desk-2".to_owned(),
        pid: 77,
        ours: false,
        since: Some(ago(now, 95)),
        reason: None,
        life: DriverLife::AtWork,
        silent_s: None,
    };
    let held = |holder| Watch { holder, lost: None };
    let silent = DriverView {
        life: DriverLife::Silent,
        silent_s: Some(42),
        ..other.clone()
    };
    let ended = DriverView {
        life: DriverLife::Ended,
        ..other.clone()
    };
    let taken = DriverView {
        since: Some(ago(now, 8)),
        reason: Some("m.example left the call".to_owned()),
        ..other.clone()
    };
    let lost = LostView {
        at: ago(now, 7),
        sentence: None,
    };
    vec![
        ("other", held(Some(other))),
        ("frozen", held(Some(silent))),
        ("gone", held(Some(ended))),
        ("nobody", held(None)),
        (
            "lost",
            Watch {
                holder: Some(taken),
                lost: Some(lost),
            },
        ),
    ]
}

/// What a seat changes of a snapshot, and nothing else: who drives, why nothing can be done from here, and that nothing
/// can. The window's tests put a seat upon a scene by this very rule.
fn seated(mut snapshot: Value, seat: &Value) -> Value {
    let why = seat["watching"].clone();
    for field in ["driver", "watching", "lost"] {
        snapshot[field] = seat[field].clone();
    }
    let refuse = |offers: &mut Value| {
        for offer in offers.as_array_mut().into_iter().flatten() {
            offer["refused"] = why.clone();
        }
    };
    for phase in snapshot["phases"].as_array_mut().into_iter().flatten() {
        if !phase["gate"].is_null() {
            refuse(&mut phase["gate"]["offers"]);
        }
        for step in phase["steps"].as_array_mut().into_iter().flatten() {
            refuse(&mut step["offers"]);
        }
    }
    snapshot
}

/// Every seat but our own, by name.
pub(super) fn all(night: &Night) -> Value {
    let (run, now) = (night.run(), night.now());
    let ours = wire(&night.snapshot());
    let of = seats(now).into_iter().map(|(name, watch)| {
        let live = Live {
            watch: Some(watch),
            ..night.live()
        };
        let seen = wire(&snapshot(run, &live, now));
        let seat = json!({ "driver": seen["driver"], "watching": seen["watching"], "lost": seen["lost"] });
        let mut as_ours = seen.clone();
        // The line for the chat says of a driver that ended that it has, and nothing else of another seat.
        let line = seen["status"].as_str().expect("a line");
        as_ours["status"] = line.replace(GONE, "").into();
        assert_eq!(line.contains(GONE), name == "gone");
        assert_eq!(
            seated(ours.clone(), &seat),
            as_ours,
            "the seat {name} changes something else as well"
        );
        (name, seat)
    });
    json!({ "now": wire(&now), "seats": named(of) })
}
