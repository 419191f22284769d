//! Forward: every step in order, until it is done or something stands in the way.

use std::collections::BTreeMap;
use std::time::Duration;

use switchback_engine::expect::read;
use switchback_engine::monitor::MonitorRun;
use switchback_engine::run::StepRun;
use switchback_engine::snapshots::is_outdated;
use switchback_model::{ActionSpec, Command, MonitorId, StepId, StepKind, StepState, Verdict};
use switchback_rehearsal::{Fault, Site};

use super::ScriptedOperator;
use crate::wire::ApiError;

impl ScriptedOperator<'_> {
    /// Every step in order that is not done yet, up to the named one; the reason where one could not be
    /// done.
    pub(super) async fn forward(&mut self, through: Option<&StepId>) -> Result<Option<String>, ApiError> {
        let plan = self.driver.run().plan.clone();
        // The switch, or in a plan without one its last change.
        let acts = |switches: bool| {
            let steps = plan.steps().filter(move |step| match &step.action {
                Some(ActionSpec::SwitchRecord(_)) => true,
                Some(_) => !switches,
                None => false,
            });
            steps.map(|step| step.id.clone()).last()
        };
        let last_switch = acts(true).or_else(|| acts(false));
        if self.fault.as_ref().is_some_and(strikes_first) {
            self.strike().await?;
        }
        for step in plan.steps() {
            let id = &step.id;
            let is_switch = Some(id) == last_switch.as_ref();
            if is_switch && self.fault.as_ref().is_some_and(strikes_before_switch) {
                self.strike().await?;
            }
            if let Some(why) = self.one(id).await? {
                return Ok(Some(why));
            }
            if is_switch
                && self
                    .fault
                    .as_ref()
                    .is_some_and(|f| !strikes_before_switch(f) && !strikes_first(f))
            {
                self.strike().await?;
                if self.fault.as_ref().is_some_and(is_seen_by_users) {
                    // On the night nobody goes on from here: what failed is taken back.
                    self.failing = Some(self.see_it_fail().await?);
                    return Ok(None);
                }
            }
            if Some(id) == through {
                break;
            }
        }
        Ok(None)
    }

    /// One step, unless it is done: its gate, its decisions, then the step as its kind is.
    async fn one(&mut self, id: &StepId) -> Result<Option<String>, ApiError> {
        // What a rule took back is done once more; what is done stays.
        let run = self.driver.run();
        if matches!(self.state(id).state, StepState::Done { .. }) && !is_outdated(run, id) {
            return Ok(None);
        }
        if self.driver.run().is_reopenable(id) {
            let reason = Some("scripted: forward once more".to_owned());
            self.submit(Command::Reopen { step: id.clone() }, None, reason)
                .await?;
        }
        if let Some(why) = self.gate_of(id).await? {
            return Ok(Some(why));
        }
        self.decide_for(id).await?;
        let left_out = run_step_why(self.driver.run(), id);
        if let Some(why) = left_out {
            self.say(Some(id), "not chosen", &why);
            return Ok(None);
        }
        let kind = self.driver.run().plan.step(id).map(|step| step.kind);
        match kind {
            Some(StepKind::Attest | StepKind::Notice) => self.attest(id).await,
            _ => self.step(id).await,
        }
    }

    /// One step: check until it is ready, apply what was previewed, settle.
    async fn step(&mut self, id: &StepId) -> Result<Option<String>, ApiError> {
        for _try in 0..3 {
            if let Some(why) = self.until_ready(id).await? {
                return Ok(Some(why));
            }
            let preview = self.state(id).checks.as_ref().and_then(|c| c.preview.clone());
            if let Some(preview) = &preview {
                for change in &preview.changes {
                    self.say(
                        Some(id),
                        "preview",
                        &format!("{} → {}", change.before.join("; "), change.after.join("; ")),
                    );
                }
            }
            let basis = preview.map(|p| self.driver.run().basis_of_preview(id, &p));
            match self
                .submit(Command::Apply { step: id.clone() }, basis, None)
                .await
            {
                // What was read has aged meanwhile: a person would read it again.
                Err(error) if error.code == "unknown" => {
                    self.say(Some(id), "Blocked", &error.message);
                    continue;
                }
                other => other?,
            }
            self.settle().await?;
            let state = self.state(id).clone();
            self.say(Some(id), state.state.words(), &last_words(&state));
            match state.state {
                StepState::Done { .. } => return Ok(None),
                // Refused before anything was sent: mend what a person would mend, look again.
                StepState::Blocked if state.voided.is_some() => self.mend().await?,
                other => {
                    return Ok(Some(format!("step {id} ended as \"{}\"", other.words())));
                }
            }
        }
        Ok(Some(format!("step {id} could not be applied in three tries")))
    }

    /// Checks again until the step is ready; the reason where something but time stands in the way.
    pub(super) async fn until_ready(&mut self, id: &StepId) -> Result<Option<String>, ApiError> {
        let mut mended = false;
        loop {
            self.submit(Command::Check { step: id.clone() }, None, None)
                .await?;
            self.settle().await?;
            let state = self.state(id);
            if state.state == StepState::Ready {
                self.say(
                    Some(id),
                    "Ready",
                    "Every before-check passes, and the way back is proven.",
                );
                return Ok(None);
            }
            let Some(checks) = state.checks.clone() else {
                return Ok(Some(format!("step {id} could not be checked")));
            };
            let readings = checks.readings.iter().chain(&checks.undo_readings);
            let mut wait = None;
            let mut why = checks.problem.as_ref().map(|p| p.message.clone());
            for reading in readings {
                match reading.verdict {
                    Verdict::Waiting { until } => wait = Some((until, reading.observed.clone())),
                    Verdict::Fail | Verdict::Error => {
                        why.get_or_insert(format!("{}: {}", reading.check, reading.observed));
                    }
                    Verdict::Pass | Verdict::NotApplicable => {}
                }
            }
            match (why, wait) {
                (Some(why), _) if mended || self.fault.is_none() => {
                    self.say(Some(id), "Blocked", &why);
                    return Ok(Some(format!("step {id} is blocked: {why}")));
                }
                (Some(why), _) => {
                    self.say(Some(id), "Blocked", &why);
                    mended = true;
                    self.mend().await?;
                }
                (None, Some((until, observed))) => {
                    self.say(Some(id), "Waiting", &observed);
                    let left = until.duration_since(self.around.clock.now());
                    let left = Duration::try_from(left).unwrap_or(Duration::ZERO);
                    self.pause(left + Duration::from_millis(500)).await?;
                }
                (None, None) => return Ok(Some(format!("step {id} is blocked"))),
            }
        }
    }

    /// Waits until the monitors say that users are affected.
    async fn see_it_fail(&mut self) -> Result<MonitorId, ApiError> {
        let run = self.driver.run().clone();
        let mut states: BTreeMap<_, MonitorRun> = BTreeMap::new();
        for _look in 0..20 {
            for monitor in &run.plan.monitors {
                let Some(reading) = read(&run, monitor, &*self.around.world).await else {
                    continue;
                };
                let state = states.entry(monitor.id.clone()).or_default();
                if state.take(monitor, reading.clone()) {
                    let observed = reading.observed.clone();
                    let said = state.state();
                    self.driver.keep_reading(&monitor.id, reading, said).await?;
                    if state.failing == Some(true) {
                        self.say(None, "Failing", &format!("{}: {observed}", monitor.title));
                        return Ok(monitor.id.clone());
                    }
                }
            }
            self.pause(Duration::from_secs(5)).await?;
        }
        Err(ApiError::internal(
            "the monitors did not notice that the site is down",
        ))
    }
}

/// A site that users are on from then on fails; the old one they have left.
fn is_seen_by_users(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::SiteDown { site } | Fault::SiteRefused { site } if *site != Site::Old
    )
}

/// Faults of the call, of the new side or of the credentials strike before the switch; the rest
/// strike once users are on the new side.
fn strikes_before_switch(fault: &Fault) -> bool {
    !strikes_first(fault)
        && !matches!(
            fault,
            Fault::SiteDown { .. }
                | Fault::SiteRefused { .. }
                | Fault::SecondWriter { .. }
                | Fault::ParameterChanged { .. }
        )
}

/// Faults of the user pool are there from the beginning.
fn strikes_first(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::PartialPolicy
            | Fault::MissingTrigger
            | Fault::WrongClientFlow
            | Fault::DefaultMail
            | Fault::DomainCreating
    )
}

fn last_words(state: &StepRun) -> String {
    if let Some(why) = &state.voided {
        return why.clone();
    }
    match state.current() {
        None => String::new(),
        Some(attempt) => {
            let passing = attempt
                .readings
                .iter()
                .filter(|r| r.verdict.lets_through())
                .count();
            let open = attempt.readings.iter().find(|r| !r.verdict.lets_through());
            let open = open.map(|r| format!("{}: {}", r.check, r.observed));
            let problem = attempt
                .problem
                .as_ref()
                .map(|p| p.message.as_str())
                .unwrap_or_default();
            let finding = attempt.finding.as_ref().map(|f| format!("found {}", f.word()));
            [
                format!("{} of {} after-checks pass", passing, attempt.readings.len()),
                open.unwrap_or_default(),
                problem.to_owned(),
                finding.unwrap_or_default(),
            ]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
        }
    }
}

/// Why a step is left out by what was decided; none where it is not.
fn run_step_why(run: &switchback_engine::Run, id: &StepId) -> Option<String> {
    switchback_engine::chosen::why(run, run.plan.step(id)?)
}
