//! What each kind uses of AWS: the operations that its adapter declares, and the objects that they are
//! about. Policies, links and read commands are made of it; a kind that has no place here does not compile.

use switchback_aws::Op;
use switchback_aws::cognito;
use switchback_aws::route53;
use switchback_model::dns::DnsName;
use switchback_model::{ActionSpec, CheckKind, CheckSpec, CognitoCheck, Plan, PoolExpectation, Step};

use crate::resource::Resource;

/// Operations, and the objects that they are made on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uses {
    /// The operations.
    pub ops: &'static [Op],
    /// The object, with what it lies in; none where a kind asks AWS nothing about one.
    pub on: Option<Resource>,
}

impl Uses {
    const NOTHING: Self = Self { ops: &[], on: None };

    fn of(ops: &'static [Op], on: Resource) -> Self {
        Self { ops, on: Some(on) }
    }
}

/// What an action uses.
#[must_use]
pub fn of_action(action: &ActionSpec) -> Uses {
    match action {
        ActionSpec::SetTtl(spec) => Uses::of(route53::NAME_OPS, record(&spec.zone_id, &spec.name)),
        ActionSpec::SwitchRecord(spec) => Uses::of(route53::NAME_OPS, record(&spec.zone_id, &spec.name)),
        // Never carried out, so it needs nothing.
        ActionSpec::Unknown(_) => Uses::NOTHING,
    }
}

/// What a check uses.
#[must_use]
pub fn of_check(check: &CheckKind) -> Uses {
    match check {
        CheckKind::Zone { zone_id, .. } => Uses::of(
            route53::ZONE_OPS,
            Resource::Zone {
                zone_id: bare(zone_id).to_owned(),
            },
        ),
        CheckKind::Record { zone_id, name, .. } => Uses::of(route53::RECORD_OPS, record(zone_id, name)),
        CheckKind::Cognito(check) => Uses::of(cognito::ops(&check.expected), pool(check)),
        // The server's time is in the Date of the answer to the question who we are.
        CheckKind::Identity | CheckKind::TtlWait { .. } => Uses {
            ops: &[switchback_aws::sts::IDENTITY],
            on: None,
        },
        CheckKind::Authoritative { .. }
        | CheckKind::Resolvers { .. }
        | CheckKind::HttpBuild { .. }
        | CheckKind::Certificate { .. }
        | CheckKind::Unknown(_) => Uses::NOTHING,
    }
}

/// What a step uses: its action, and its checks of either way.
#[must_use]
pub fn of_step(step: &Step) -> Vec<Uses> {
    let checks = [&step.before, &step.verify, &step.undo_before, &step.undo_verify];
    let looks = checks.into_iter().flatten().map(|check| of_check(&check.kind));
    step.action.iter().map(of_action).chain(looks).collect()
}

/// What a whole plan uses: its steps, its gates and its monitors.
#[must_use]
pub fn of_plan(plan: &Plan) -> Vec<Uses> {
    let gates = plan.phases.iter().filter_map(|phase| phase.gate.as_ref());
    let looks = plan.monitors.iter().flat_map(|monitor| &monitor.checks);
    let checks: Vec<&CheckSpec> = gates
        .flat_map(|gate| &gate.checks)
        .chain(looks.map(|look| &look.check))
        .collect();
    plan.steps()
        .flat_map(of_step)
        .chain(checks.into_iter().map(|check| of_check(&check.kind)))
        .collect()
}

fn record(zone_id: &str, name: &DnsName) -> Resource {
    Resource::Record {
        zone_id: bare(zone_id).to_owned(),
        name: name.clone(),
    }
}

/// The pool, or what of it the check is about.
fn pool(check: &CognitoCheck) -> Resource {
    let pool_id = check.pool_id.clone();
    match &check.expected {
        PoolExpectation::Client(wanted) => Resource::Client {
            pool_id,
            client_id: wanted.client_id.clone(),
        },
        PoolExpectation::Domain { domain } => Resource::Domain {
            pool_id,
            domain: domain.clone(),
        },
        PoolExpectation::Mfa { .. } => Resource::SecondFactor { pool_id },
        PoolExpectation::PasswordPolicy { .. }
        | PoolExpectation::Triggers { .. }
        | PoolExpectation::SignInNames { .. }
        | PoolExpectation::DeletionProtection
        | PoolExpectation::AdminCreateOnly
        | PoolExpectation::Recovery
        | PoolExpectation::Email { .. } => Resource::Pool { pool_id },
    }
}

fn bare(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
