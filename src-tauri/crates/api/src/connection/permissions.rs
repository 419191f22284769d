//! What the caller may do, by what was really tried: reads are made now; writes were made in this run,
//! or are assumed, and then say so. Which there are, the kinds of the plan declare.

use std::collections::BTreeMap;

use switchback_aws::{AnyChange, AnyLook, Aws, On, Op, Resource};
use switchback_engine::chosen;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_engine::run::Run;
use switchback_kinds::changes::change;
use switchback_kinds::looks::{Made, made};
use switchback_model::{CheckSpec, Plan, Step};

use super::rows::{Look, RowText};
use crate::wire::{ReadingView, Tone};

/// One way to find out.
enum Try<'a> {
    Change(Box<dyn AnyChange>),
    Look(Box<dyn AnyLook + 'a>),
}

impl Try<'_> {
    fn ops(&self) -> &'static [Op] {
        match self {
            Self::Change(change) => change.ops(),
            Self::Look(look) => look.ops(),
        }
    }

    fn resource(&self) -> Option<Resource> {
        match self {
            Self::Change(change) => Some(change.resource()),
            Self::Look(look) => look.resource(),
        }
    }

    /// Every read that it makes.
    async fn made(self, aws: &Aws) -> Result<(), ProviderError> {
        match self {
            Self::Change(change) => change.bound(aws.clone()).read(None).await.map(drop),
            Self::Look(look) => look.tried(aws).await,
        }
    }
}

/// What of a plan asks AWS: its actions first, which read most. Of a step that people, or the target, decided against
/// nothing is tried.
fn tries<'a>(plan: &'a Plan, run: Option<&Run>) -> Vec<Try<'a>> {
    let is_left_out = |step: &Step| match run {
        Some(run) => chosen::is_left_out(run, &step.id),
        None => plan.is_decided_against(step),
    };
    let steps: Vec<&Step> = plan.steps().filter(|step| !is_left_out(step)).collect();
    let gates = plan.phases.iter().filter_map(|phase| phase.gate.as_ref());
    let monitors = plan.monitors.iter().flat_map(|monitor| &monitor.checks);
    let of_steps = steps.iter().flat_map(|step| {
        let lists = [&step.before, &step.verify, &step.undo_before, &step.undo_verify];
        lists.into_iter().flatten()
    });
    let checks: Vec<&CheckSpec> = of_steps
        .chain(gates.flat_map(|gate| &gate.checks))
        .chain(monitors.map(|look| &look.check))
        .collect();
    let changes = steps.iter().filter_map(|step| change(step.action.as_ref()?).ok());
    let looks = checks
        .into_iter()
        .filter_map(|spec| match made(&spec.kind, &plan.target, None) {
            Made::ByAws(look) => Some(look),
            Made::ByTime { .. }
            | Made::ByDns(_)
            | Made::ByHttp { .. }
            | Made::ByStatus { .. }
            | Made::ByRoutes(_)
            | Made::ByBundle(_)
            | Made::ByTokens(_)
            | Made::ByCanary(_)
            | Made::ByTls { .. }
            | Made::NotKnown(_) => None,
        });
    changes.map(Try::Change).chain(looks.map(Try::Look)).collect()
}

/// An operation, and what it is granted on. `None` = it needs no grant, or what it is granted on is not made yet.
fn grant(op: &Op, on: Option<&Resource>) -> Option<(String, Op)> {
    match op.on {
        On::Nothing | On::NotYet(_) => None,
        On::Everything => Some(("*".to_owned(), *op)),
        On::Beside { of, is } => Some((on?.granted_beside(of, is), *op)),
        On::Object => Some((on?.granted_on().to_owned(), *op)),
        On::Unqualified => Some((on?.granted_unqualified().to_owned(), *op)),
    }
}

pub(super) async fn rows(look: &Look<'_>, aws: &Aws, signed_in: bool) -> Vec<ReadingView> {
    let Some(plan) = &look.subject.plan else {
        return Vec::new();
    };
    let mut order: Vec<(String, Op)> = Vec::new();
    let mut said: BTreeMap<(String, Op), RowText> = BTreeMap::new();
    for one in tries(plan, look.subject.run.as_ref()) {
        let (ops, resource) = (one.ops(), one.resource());
        let grants: Vec<(String, Op)> = ops.iter().filter_map(|op| grant(op, resource.as_ref())).collect();
        let new = grants.iter().any(|grant| !said.contains_key(grant));
        for grant in &grants {
            if !order.contains(grant) {
                order.push(grant.clone());
            }
        }
        if !new {
            continue;
        }
        let found = match signed_in {
            true => Some(one.made(aws).await),
            false => None,
        };
        for grant in grants {
            let words = match &found {
                None => RowText::new(Tone::Unknown, "not tried: nobody is signed in", "this check"),
                Some(_) if grant.1.mutates => write(look, plan, &grant),
                Some(found) => match read(found, &grant.1) {
                    Some(words) => words,
                    // Another one failed before it.
                    None if said.contains_key(&grant) => continue,
                    None => RowText::new(Tone::Unknown, "not reached: an earlier read failed", "this check"),
                },
            };
            said.insert(grant, words);
        }
    }
    let row = |grant: (String, Op)| {
        let words = said.remove(&grant)?;
        let (on, op) = grant;
        let on_what = if on == "*" { "everything" } else { on.as_str() };
        let title = format!("{} on {on_what}", op.action());
        Some(look.row(&format!("{}:{on}", op.operation), &title, words))
    };
    order.into_iter().filter_map(row).collect()
}

/// What a try says of one of its reads; `None` where it did not come to it.
fn read(found: &Result<(), ProviderError>, op: &Op) -> Option<RowText> {
    let source = op.action();
    match found {
        Ok(()) => Some(RowText::new(Tone::Passing, "allowed: exercised now", source)),
        Err(error) if error.operation != op.operation => None,
        Err(error) if error.kind == ProviderErrorKind::Denied => Some(RowText {
            mend: Some(
                "Ask for the policy of this plan: `switchback plan … --iam operator` prints it.".to_owned(),
            ),
            ..RowText::of_error(error, &source)
        }),
        Err(error) => Some(RowText::of_error(error, &source)),
    }
}

/// Nothing is written to try it out.
fn write(look: &Look<'_>, plan: &Plan, grant: &(String, Op)) -> RowText {
    let exercised = look.subject.run.as_ref().is_some_and(|run| {
        plan.steps().any(|step| {
            let change = step.action.as_ref().and_then(|action| change(action).ok());
            let same = change.is_some_and(|change| {
                change.ops().contains(&grant.1) && change.resource().granted_on() == grant.0
            });
            let answered = run
                .steps
                .get(&step.id)
                .is_some_and(|state| state.attempts.iter().any(|attempt| attempt.receipt.is_some()));
            same && answered
        })
    });
    let source = "this run's journal";
    match exercised {
        true => RowText::new(Tone::Passing, "allowed: exercised in this run", source),
        false => RowText::new(Tone::Waiting, "assumed: it is proven by the first change", source).mend(
            "A write is never made to try it out. Compare the role's policy with that of this plan: `switchback plan \
             … --iam operator` prints it.",
        ),
    }
}
