//! What stands before a site: a restriction or an authoriser that a step of the plan sets, where its own checks say that
//! it is met under the name.

use switchback_engine::run::Run;
use switchback_model::{ActionSpec, CheckKind, RoutesExpected, Step, StepId};

use super::Switch;
use super::looks::host;
use super::sites::Sides;
use crate::wire::WaySide;

/// The titles of the steps that guard a side now.
pub(super) fn of(run: &Run, switch: &Switch<'_>, sides: &Sides, side: WaySide) -> Vec<String> {
    let stands = |step: &&Step| {
        let state = run.steps.get(&step.id);
        state.is_some_and(|state| state.state.may_have_effect()) && !was_lifted(run, step)
    };
    let guards = run.plan.steps().filter(|step| sets(step)).filter(stands);
    guards
        .filter(|step| met(run, step, switch, sides, side))
        .map(|step| step.title.clone())
        .collect()
}

/// Whether a step sets a restriction or an authoriser.
fn sets(step: &Step) -> bool {
    let Some(action) = &step.action else {
        // One that people set: its proof says so.
        return step.verify.iter().any(|spec| closes(&spec.kind));
    };
    match action {
        ActionSpec::SetAuthorizer(_) => true,
        // The same rule that restricts is what is lifted: its proof tells which.
        ActionSpec::SetRuleAction(_) | ActionSpec::SetThrottle(_) => {
            step.verify.iter().any(|spec| closes(&spec.kind))
        }
        ActionSpec::SetTtl(_)
        | ActionSpec::SwitchRecord(_)
        | ActionSpec::SetParameter(_)
        | ActionSpec::RollService(_)
        | ActionSpec::SnapshotApi(_)
        | ActionSpec::PointStage(_)
        | ActionSpec::FlushStage(_)
        | ActionSpec::Invalidate(_)
        | ActionSpec::SignInCanary(_)
        | ActionSpec::Unknown(_) => false,
    }
}

fn closes(kind: &CheckKind) -> bool {
    matches!(kind, CheckKind::Routes(check) if check.expected == RoutesExpected::Closed)
}

/// Whether a later step that has an effect opened again what this one closed.
fn was_lifted(run: &Run, step: &Step) -> bool {
    let bases = |kind: &CheckKind, wanted: RoutesExpected| {
        let CheckKind::Routes(check) = kind else {
            return None;
        };
        (check.expected == wanted).then(|| check.bases.clone())
    };
    let closed: Vec<_> = step
        .verify
        .iter()
        .filter_map(|spec| bases(&spec.kind, RoutesExpected::Closed))
        .collect();
    let later = run.plan.steps().skip_while(|one| one.id != step.id).skip(1);
    later
        .filter(|one| {
            let state = run.steps.get(&one.id);
            state.is_some_and(|state| state.state.may_have_effect())
        })
        .flat_map(|one| &one.verify)
        .filter_map(|spec| bases(&spec.kind, RoutesExpected::Open))
        .any(|opened| closed.contains(&opened))
}

/// Whether the checks of a guard meet it at this side. Where they go where DNS leads, it is the side to which the name led
/// where the guard stands in the plan.
fn met(run: &Run, step: &Step, switch: &Switch<'_>, sides: &Sides, side: WaySide) -> bool {
    let place = |id: &StepId| run.plan.steps().position(|one| one.id == *id);
    let first = switch.steps.first().and_then(|first| place(&first.id));
    let by_dns = match place(&step.id) < first {
        true => WaySide::Old,
        false => WaySide::New,
    };
    let at = |url: &str, address: Option<std::net::IpAddr>| {
        let ours = host(url).eq_ignore_ascii_case(switch.name.host());
        let meets = match address {
            Some(address) => sides.at(address),
            None => Some(by_dns),
        };
        ours && meets == Some(side)
    };
    step.before.iter().chain(&step.verify).any(|spec| {
        if let CheckKind::Routes(check) = &spec.kind {
            check.bases.iter().any(|base| at(&base.url, base.address))
        } else if let CheckKind::Authorised(check) = &spec.kind {
            at(&check.url, check.address)
        } else {
            false
        }
    })
}
