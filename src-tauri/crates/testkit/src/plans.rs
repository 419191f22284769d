//! Small plans: a DNS switch with its TTL, a graph like that of TIS, and any DAG.

use switchback_model::dns::{DnsName, RecordSet, RecordType};
use switchback_model::plan::{Gate, Rule, StepKind};
use switchback_model::{
    ActionSpec, CheckId, CheckKind, CheckSpec, FieldChoice, FieldChoices, Observers, Phase, PhaseId, Plan,
    Reversibility, RollService, RoutesCheck, RoutesExpected, RuleId, SetTtl, Step, StepId, SwitchRecord,
    Target, TargetKind, TargetName,
};

use crate::store::RecordStore;

mod whole;

pub use self::whole::{dag, dns_switch, tis_like, two_rolls, with_times};

/// The hosted zone of every plan.
pub const ZONE: &str = "Z0000EXAMPLE";

/// The TTL that is there at the start, in seconds.
pub const LONG_TTL: u32 = 900;

/// The lowered TTL, in seconds.
pub const LOW_TTL: u32 = 60;

/// A name in the zone.
#[must_use]
pub fn name(label: &str) -> DnsName {
    DnsName::new(&format!("{label}.example.nhs.test")).unwrap()
}

/// A step's id.
#[must_use]
pub fn id(text: &str) -> StepId {
    StepId::new(text).unwrap()
}

/// Choices by field: `ttl=keep A=restore`.
#[must_use]
pub fn choices(text: &str) -> FieldChoices {
    text.split_whitespace()
        .map(|choice| match choice.split_once('=').unwrap() {
            (field, "keep") => (field.to_owned(), FieldChoice::Keep),
            (field, "restore") => (field.to_owned(), FieldChoice::Restore),
            other => panic!("{other:?}"),
        })
        .collect()
}

/// An address record.
#[must_use]
pub fn address(label: &str, ttl: u32, value: &str) -> RecordSet {
    RecordSet::values(name(label), RecordType::A, ttl, vec![value.to_owned()])
}

/// Puts the old address of these names into the store.
pub fn seed(store: &RecordStore, labels: &[&str]) {
    for label in labels {
        store.put(ZONE, &name(label), vec![address(label, LONG_TTL, "192.0.2.10")]);
    }
}

/// Every name that a plan's actions touch, without the zone.
#[must_use]
pub fn labels(plan: &Plan) -> Vec<String> {
    let mut labels: Vec<String> = plan
        .steps()
        .filter_map(|step| Some(step.action.as_ref()?.answers()?.0))
        .filter_map(|name| Some(name.host().split_once('.')?.0.to_owned()))
        .collect();
    labels.sort();
    labels.dedup();
    labels
}

/// A step without anything.
#[must_use]
pub fn step(text: &str, kind: StepKind) -> Step {
    Step {
        id: id(text),
        title: format!("Step {text}"),
        plan_ref: text.to_owned(),
        kind,
        automated: kind != StepKind::Attest,
        why_not_automated: None,
        why: "it is a test".to_owned(),
        notice: None,
        look_at: Vec::new(),
        risks: Vec::new(),
        owner: None,
        affects: None,
        expected_s: None,
        reversibility: Reversibility::NoneNeeded,
        needs: Vec::new(),
        publishes: Vec::new(),
        after: Vec::new(),
        decisions: Vec::new(),
        only_if: None,
        before: Vec::new(),
        action: None,
        verify: Vec::new(),
        undo_before: Vec::new(),
        undo_verify: Vec::new(),
        undo_loses: Vec::new(),
        accept_loss: false,
    }
}

/// A check of a site's build, believed for 60 s.
#[must_use]
pub fn check(text: &str, within_s: Option<u32>) -> CheckSpec {
    CheckSpec {
        id: CheckId::new(text).unwrap(),
        title: format!("Check {text}"),
        kind: CheckKind::HttpBuild {
            url: "https://apps.example.nhs.test/".to_owned(),
            address: None,
            build: None,
        },
        believable_s: 60,
        within_s,
        mend: None,
    }
}

/// A step that sets a TTL.
#[must_use]
pub fn set_ttl(text: &str, label: &str, ttl: u32) -> Step {
    Step {
        action: Some(ActionSpec::SetTtl(SetTtl {
            zone_id: ZONE.to_owned(),
            zone: DnsName::new("example.nhs.test").unwrap(),
            name: name(label),
            ttl,
        })),
        reversibility: Reversibility::Undo,
        ..step(text, StepKind::Action)
    }
}

/// A step that switches a name to the new address.
#[must_use]
pub fn switch(text: &str, label: &str) -> Step {
    Step {
        action: Some(ActionSpec::SwitchRecord(SwitchRecord {
            zone_id: ZONE.to_owned(),
            zone: DnsName::new("example.nhs.test").unwrap(),
            name: name(label),
            to: vec![address(label, LOW_TTL, "198.51.100.20")],
        })),
        reversibility: Reversibility::Undo,
        ..step(text, StepKind::Action)
    }
}

/// A step that rolls a service whose tasks read these names, written by these steps.
#[must_use]
pub fn roll(text: &str, service: &str, publishes: &[&str], reads: &[&str]) -> Step {
    Step {
        action: Some(ActionSpec::RollService(RollService {
            cluster: "cluster".to_owned(),
            service: service.to_owned(),
            reads: reads.iter().map(|label| name(label).host().to_owned()).collect(),
        })),
        reversibility: Reversibility::Undo,
        publishes: publishes.iter().map(|text| id(text)).collect(),
        after: publishes.iter().map(|text| id(text)).collect(),
        ..step(text, StepKind::Action)
    }
}

/// The look of a restriction: whatever is asked is refused.
#[must_use]
pub fn closed_routes() -> CheckKind {
    CheckKind::Routes(RoutesCheck {
        bases: Vec::new(),
        writes: Vec::new(),
        reads: Vec::new(),
        others: Vec::new(),
        closed: Vec::new(),
        open: Vec::new(),
        expected: RoutesExpected::Closed,
    })
}

/// A plan of one phase on a rehearsal target.
#[must_use]
pub fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        runbook: "test".to_owned(),
        title: "Test".to_owned(),
        version: "1".to_owned(),
        target: Target {
            name: TargetName::new("rehearsal").unwrap(),
            kind: TargetKind::Rehearsal,
            account: "123456789012".to_owned(),
            region: "eu-west-2".to_owned(),
            role: None,
            profile: None,
            observers: Observers::default(),
            resolvers: std::collections::BTreeMap::default(),
            name_servers: std::collections::BTreeMap::default(),
            pools: std::collections::BTreeMap::default(),
        },
        phases: vec![Phase {
            id: PhaseId::new("only").unwrap(),
            title: "Only".to_owned(),
            t0: false,
            gate: None,
            steps,
        }],
        monitors: Vec::new(),
        rules: Vec::new(),
        coherence: Vec::new(),
        decisions: Vec::new(),
    }
}

/// A phase with a gate that asks for nothing but what comes before it.
#[must_use]
pub fn gated(text: &str, steps: Vec<Step>) -> Phase {
    Phase {
        id: PhaseId::new(text).unwrap(),
        title: text.to_owned(),
        t0: false,
        gate: Some(Gate {
            title: "Go?".to_owned(),
            fresh_s: 60,
            people: Vec::new(),
            checks: Vec::new(),
        }),
        steps,
    }
}

/// A rollback rule.
#[must_use]
pub fn rule(text: &str, undo: &[&str], keep: &[&str]) -> Rule {
    Rule {
        id: RuleId::new(text).unwrap(),
        title: format!("Rule {text}"),
        plan_ref: text.to_owned(),
        undo: undo.iter().map(|text| id(text)).collect(),
        keep: keep.iter().map(|text| id(text)).collect(),
        then: Vec::new(),
        trigger: None,
        also_triggers: Vec::new(),
        decision: None,
    }
}
