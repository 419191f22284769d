//! The host of one command: opened late, because not every command needs a home.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use switchback_api::host::{Host, HostOptions};
use switchback_api::sealing::read_code;
use switchback_api::telemetry::{self, Telemetry};
use switchback_api::wire::ApiError;
use switchback_engine::run::Run;
use switchback_journal::RecoveryCode;
use switchback_model::{Operator, RunId, StepId};

use crate::args::Global;
use crate::print::Out;

/// What every command gets.
pub struct Cx<'a> {
    /// Where output goes.
    pub out: &'a Out,
    /// The global flags.
    pub global: &'a Global,
}

/// An open host with its log.
pub struct Open {
    host: Arc<Host>,
    _log: Option<Telemetry>,
}

impl std::ops::Deref for Open {
    type Target = Host;
    fn deref(&self) -> &Host {
        &self.host
    }
}

impl Cx<'_> {
    /// Who is at the keyboard.
    pub fn operator(&self) -> Result<Operator, ApiError> {
        match &self.global.by {
            Some(name) => Ok(Operator::new(name)?),
            None => Ok(switchback_api::operator_name()),
        }
    }

    /// The recovery code that was given.
    pub fn recovery_code(&self) -> Result<Option<RecoveryCode>, ApiError> {
        let file = self.global.recovery_code_file.as_deref();
        file.map(read_code).transpose()
    }

    /// Opens the home.
    pub fn host(&self) -> Result<Open, ApiError> {
        self.host_at(None)
    }

    /// Opens the home, with another speed for a new rehearsal world.
    pub fn host_at(&self, speed: Option<u32>) -> Result<Open, ApiError> {
        let code = self.global.recovery_code_file.as_deref();
        let code = code.map(read_code).transpose()?;
        self.open(speed, code)
    }

    /// Opens the home for a new run: the recovery code's file is not there yet.
    pub fn host_for_new(&self) -> Result<Open, ApiError> {
        self.open(None, None)
    }

    fn open(&self, speed: Option<u32>, code: Option<RecoveryCode>) -> Result<Open, ApiError> {
        let mut options = HostOptions::new(self.operator()?);
        options.home.clone_from(&self.global.home);
        options.endpoint = self
            .global
            .aws_endpoint
            .clone()
            .filter(|url| !url.trim().is_empty());
        options.mirror.clone_from(&self.global.mirror);
        options.new_mirror = self.global.new_mirror;
        options.recovery_code = code.map(Arc::new);
        if let Some(speed) = speed.or(self.global.rehearsal_speed) {
            options.rehearsal_scale = speed;
        }
        let opening = Instant::now();
        let host = Host::start(options)?;
        let opened_in = opening.elapsed();
        // The writer of the log would complain on the terminal about a folder that is not there.
        if let Err(error) = std::fs::create_dir_all(host.home.logs()) {
            self.out.say(&format!("No log is kept: {}.", error.kind()));
        }
        let log = telemetry::start(&host.home);
        tracing::info!(
            us = u64::try_from(opened_in.as_micros()).unwrap_or(u64::MAX),
            "home opened"
        );
        Ok(Open { host, _log: log })
    }
}

/// Says that a run's mirror folder is not all right, once for each reason. It never stops anything.
pub fn warn_of_mirror(cx: &Cx<'_>, host: &Host, run: &RunId, head: u64, now: Timestamp) {
    let view = host.mirror(run).look(head, now);
    if let Some(missing) = view.and_then(|mirror| mirror.missing()) {
        cx.out.warn(missing);
    }
}

/// The run of an id as typed.
pub fn run_id(text: &str) -> Result<RunId, ApiError> {
    Ok(RunId::new(text)?)
}

/// The step that a person means: by its id, or by its item of the written plan where only one step
/// carries that out.
pub fn step_id(run: &Run, text: &str) -> Result<StepId, ApiError> {
    let id = StepId::new(text)?;
    if run.plan.step(&id).is_some() {
        return Ok(id);
    }
    let mut of_item = run.plan.steps().filter(|step| step.plan_ref == text);
    match (of_item.next(), of_item.next()) {
        (Some(step), None) => Ok(step.id.clone()),
        (several, _) => {
            let message = match several {
                Some(_) => format!("Several steps carry out {id}."),
                None => format!("The plan has no step {id}."),
            };
            let known = run.plan.steps().map(|step| step.id.as_str());
            let mean = match switchback_runbook::nearest(text, known) {
                Some(near) if several.is_none() => format!("Did you mean {near}? "),
                _ => String::new(),
            };
            Err(ApiError::new(
                "not_found",
                message,
                format!("{mean}`switchback run show {}` lists the steps.", run.id),
                format!("run {}", run.id),
            ))
        }
    }
}

/// Refuses a name that is not the target's.
pub fn confirmed(run: &Run, given: Option<&str>) -> Result<(), ApiError> {
    let target = &run.plan.target;
    let message = match given {
        Some(name) if name == target.name.as_str() => return Ok(()),
        Some(_) => "The name given is not the target's name.",
        None => "The target's name is needed to confirm.",
    };
    Err(ApiError::new(
        "guard",
        message,
        format!(
            "This run acts on {}: give --confirm {}.",
            target.kind.banner(),
            target.name
        ),
        format!("run {}", run.id),
    ))
}
