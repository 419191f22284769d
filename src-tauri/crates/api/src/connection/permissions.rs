//! What the caller may do, by what was really tried: reads are made now; writes were made in this run,
//! or are assumed, and then say so.

use std::collections::BTreeMap;

use switchback_aws::Aws;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::dns::DnsName;
use switchback_model::{ActionSpec, CheckKind, Way};

use super::rows::{Look, Said};
use crate::wire::{ReadingView, Tone};

/// The zones that a plan reads or changes, with the names that it changes in each.
fn zones(look: &Look<'_>) -> BTreeMap<(String, DnsName), Vec<DnsName>> {
    let mut zones: BTreeMap<(String, DnsName), Vec<DnsName>> = BTreeMap::new();
    for step in look.subject.plan.iter().flat_map(|plan| plan.steps()) {
        match &step.action {
            Some(ActionSpec::SetTtl(spec)) => {
                let names = zones
                    .entry((spec.zone_id.clone(), spec.zone.clone()))
                    .or_default();
                names.push(spec.name.clone());
            }
            Some(ActionSpec::SwitchRecord(spec)) => {
                let names = zones
                    .entry((spec.zone_id.clone(), spec.zone.clone()))
                    .or_default();
                names.push(spec.name.clone());
            }
            // What it needs is not known.
            Some(ActionSpec::Unknown(_)) | None => {}
        }
        for check in step.before.iter().chain(&step.verify) {
            if let CheckKind::Zone { zone_id, zone } = &check.kind {
                zones.entry((zone_id.clone(), zone.clone())).or_default();
            }
        }
    }
    for names in zones.values_mut() {
        names.sort();
        names.dedup();
    }
    zones
}

pub(super) async fn rows(look: &Look<'_>, aws: &Aws, signed_in: bool) -> Vec<ReadingView> {
    let mut rows = Vec::new();
    for ((zone_id, zone), names) in zones(look) {
        let title = |operation: &str| format!("route53:{operation} in {}", zone.host());
        let id = |operation: &str| format!("{operation}:{zone_id}");
        if !signed_in {
            for operation in [
                "GetHostedZone",
                "ListResourceRecordSets",
                "ChangeResourceRecordSets",
            ] {
                let said = Said::new(Tone::Unknown, "not tried: nobody is signed in", "this check");
                rows.push(look.row(&id(operation), &title(operation), said));
            }
            continue;
        }
        let found = aws
            .hosted_zone(&zone_id)
            .await
            .map(|found| found.name.host().to_owned());
        let said = read(&found, "route53:GetHostedZone");
        rows.push(look.row(&id("GetHostedZone"), &title("GetHostedZone"), said));
        let name = names.first().unwrap_or(&zone);
        let found = aws
            .read_name(&zone_id, &zone, name)
            .await
            .map(|image| format!("{} read", image.object()));
        let said = read(&found, "route53:ListResourceRecordSets");
        rows.push(look.row(
            &id("ListResourceRecordSets"),
            &title("ListResourceRecordSets"),
            said,
        ));
        if !names.is_empty() {
            let said = write(look, &names);
            rows.push(look.row(
                &id("ChangeResourceRecordSets"),
                &title("ChangeResourceRecordSets"),
                said,
            ));
        }
    }
    rows
}

fn read(found: &Result<String, ProviderError>, source: &str) -> Said {
    match found {
        Ok(_) => Said::new(Tone::Passing, "allowed: exercised now", source),
        Err(error) if error.kind == ProviderErrorKind::Denied => Said {
            mend: Some(
                "Ask for the operator policy (src-tauri/docs/policies/operator.json) on this zone."
                    .to_owned(),
            ),
            ..Said::of_error(error, source)
        },
        Err(error) => Said::of_error(error, source),
    }
}

/// Nothing is written to try it out.
fn write(look: &Look<'_>, names: &[DnsName]) -> Said {
    let exercised = look.subject.run.as_ref().is_some_and(|run| {
        run.plan.steps().any(|step| {
            let touches = step.action.as_ref().is_some_and(|action| match action {
                ActionSpec::SetTtl(spec) => names.contains(&spec.name),
                ActionSpec::SwitchRecord(spec) => names.contains(&spec.name),
                ActionSpec::Unknown(_) => false,
            });
            let answered = run.steps.get(&step.id).is_some_and(|state| {
                let attempts = state.attempts.iter();
                attempts
                    .filter(|attempt| matches!(attempt.id.way, Way::Apply | Way::Undo))
                    .any(|attempt| attempt.receipt.is_some())
            });
            touches && answered
        })
    });
    let source = "this run's journal";
    match exercised {
        true => Said::new(Tone::Passing, "allowed: exercised in this run", source),
        false => Said::new(Tone::Waiting, "assumed: it is proven by the first change", source).mend(
            "A write is never made to try it out. Compare the role's policy with \
             src-tauri/docs/policies/operator.json.",
        ),
    }
}
