//! The plan of the made-up night: a small runbook, read and resolved as any other.

use serde_json::{Value, json};
use switchback_model::{Frozen, Plan};
use switchback_runbook::{Source, resolve};

const RUNBOOK: &str = include_str!("night.toml");
const TARGET: &str = include_str!("target.toml");

/// A target of the night: its name and its kind.
pub(super) const REHEARSAL: (&str, &str) = ("rehearsal", "rehearsal");
/// See [`REHEARSAL`].
pub(super) const TEST: (&str, &str) = ("tis-test", "test");
/// See [`REHEARSAL`].
pub(super) const PREPRODUCTION: (&str, &str) = ("tis-preprod", "preproduction");
/// See [`REHEARSAL`].
pub(super) const PRODUCTION: (&str, &str) = ("tis-prod", "production");

/// The runbook's text.
pub(super) fn runbook() -> &'static str {
    RUNBOOK
}

/// The text of a target's file.
pub(super) fn target((name, kind): (&str, &str)) -> String {
    TARGET.replace("NAME", name).replace("KIND", kind)
}

/// The night on a target.
pub(super) fn on(place: (&str, &str)) -> Plan {
    of(RUNBOOK, place)
}

/// The same with other texts in the runbook, each of which must be there.
pub(super) fn edited(place: (&str, &str), edits: &[(&str, &str)]) -> Plan {
    let text = edits.iter().fold(RUNBOOK.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the runbook has no {from:?}");
        text.replacen(from, to, 1)
    });
    of(&text, place)
}

fn of(runbook: &str, place: (&str, &str)) -> Plan {
    let runbook = Source::new("night.toml", runbook);
    let target = Source::new("target.toml", target(place));
    resolve(&runbook, &target).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The same with names as long as real ones, to see how the window breaks them.
pub(super) fn long() -> Plan {
    edited(
        REHEARSAL,
        &[
            (
                "title = \"TIS to Cognito\"",
                "title = \"Switch apps.example.nhs.test to the new side\"",
            ),
            (
                "title = \"Switch Admins-UI DNS\"",
                "title = \"Switch apps.example.nhs.test to the new side\"",
            ),
            (
                "title = \"Admins-UI\"",
                "title = \"apps.example.nhs.test as users see it\"",
            ),
            (
                "title = \"DNS\"",
                "title = \"The name servers' answers for apps.example.nhs.test\"",
            ),
            ("owner = \"r.example\"", "owner = \"Platform team\""),
        ],
    )
}

/// A newer program's plan: an action and a check of kinds that this one does not know.
pub(super) fn newer() -> Frozen {
    let mut plan = serde_json::to_value(on(REHEARSAL)).expect("a plan is JSON");
    let step = |at: usize| format!("/phases/1/steps/{at}");
    put(
        &mut plan,
        &format!("{}/action", step(3)),
        json!({"kind": "apigw.throttle", "rate": 0}),
    );
    let closed =
        json!({"id": "closed", "title": "Nothing gets through", "kind": "waf.rules", "believable_s": 60});
    put(&mut plan, &format!("{}/before", step(4)), json!([closed]));
    serde_json::from_value(plan).expect("what is not known is kept")
}

fn put(tree: &mut Value, at: &str, value: Value) {
    *tree
        .pointer_mut(at)
        .unwrap_or_else(|| panic!("{at} is not there")) = value;
}
