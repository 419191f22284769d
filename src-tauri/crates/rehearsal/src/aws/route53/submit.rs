//! A batch that is carried out: the caller's, or somebody else's.

use rand::Rng;

use super::part::Change;
use super::rules;
use crate::aws::AwsError;
use crate::core::{Committed, Core};
use crate::faults::Site;
use crate::log::{Caller, LogEntry, Outcome};
use crate::records::{Action, BatchItem, RecordSet, Routing};
use crate::seed;
use crate::state::State;

/// Submits a batch: all of it or nothing, on disk before this returns.
pub(super) fn submit(
    core: &Core,
    caller: &Caller,
    batch: Vec<BatchItem>,
    comment: Option<String>,
) -> Result<Committed<Change>, AwsError> {
    core.commit(|state, now| apply(state, now, caller, batch, comment))
}

fn apply(
    state: &mut State,
    now: i64,
    caller: &Caller,
    batch: Vec<BatchItem>,
    comment: Option<String>,
) -> Result<(Change, LogEntry), AwsError> {
    let records = rules::apply(state.route53.records(), seed::ZONE_NAME, &batch)?;
    let change = Change {
        id: change_id(),
        comment,
        submitted_ms: now,
        insync_ms: now.saturating_add(state.route53.insync_delay_ms(&state.faults)),
    };
    state.route53.push(&change, records);
    let entry = LogEntry {
        comment: change.comment.clone(),
        change_id: Some(change.id.clone()),
        batch: Some(batch),
        ..caller.entry(Outcome::Committed)
    };
    Ok((change, entry))
}

/// Another address for `apps`; or, with a routing policy, the address that it has under that policy.
pub(crate) fn second_writer(core: &Core, address: &str, routing: Option<Routing>) -> Result<(), AwsError> {
    let caller = Caller::somebody_else("SecondWriter");
    core.commit(|state, now| {
        let mut apps: Vec<RecordSet> = state.route53.records().to_vec();
        apps.retain(|r| r.name == seed::APPS_NAME);
        let come = written(&apps, address, routing);
        let item = |action| move |record| BatchItem { action, record };
        let gone = apps.into_iter().map(item(Action::Delete));
        let batch = gone.chain(come.into_iter().map(item(Action::Create))).collect();
        let comment = "changed by somebody else".to_owned();
        apply(state, now, &caller, batch, Some(comment))
    })
    .map(drop)
}

/// What the second writer makes of the record sets of `apps`.
fn written(apps: &[RecordSet], address: &str, routing: Option<Routing>) -> Vec<RecordSet> {
    let ttl = apps.iter().find_map(|r| r.ttl).unwrap_or(300);
    let simple = RecordSet::simple(seed::APPS_NAME, "A", ttl, &[address]);
    let served = apps.iter().find_map(|r| r.values.first().cloned());
    match routing {
        None => vec![simple],
        // A pair of an old and a new side, all of it served by the old one.
        Some(Routing::Weight(_)) => {
            let old = served.unwrap_or_else(|| address.to_owned());
            let new = Site::New.address().to_string();
            let side = |id: &str, weight, address: &str| RecordSet {
                set_identifier: Some(id.to_owned()),
                routing: Some(Routing::Weight(weight)),
                ..RecordSet::simple(seed::APPS_NAME, "A", ttl, &[address])
            };
            vec![side("blue", 100, &old), side("green", 0, &new)]
        }
        Some(routing) => vec![RecordSet {
            values: served.map_or(simple.values.clone(), |v| vec![v]),
            set_identifier: (!matches!(routing, Routing::TrafficPolicy(_))).then(|| "routed".to_owned()),
            routing: Some(routing),
            ..simple
        }],
    }
}

/// A change id as AWS makes them: `C` and about 20 capitals and digits.
fn change_id() -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut rng = rand::rng();
    let mut id = String::from("C0");
    for _ in 0..19 {
        id.push(char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]));
    }
    id
}
