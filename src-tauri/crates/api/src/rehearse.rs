//! The scripted operator: the whole runbook forward, then a full rollback, on the closed world, with
//! the same engine and the same SDK calls as on the night.

use std::collections::BTreeMap;
use std::time::Duration;

use switchback_engine::driver::Driver;
use switchback_engine::monitor::{MonitorRun, read};
use switchback_model::{Command, RollbackScope, RuleId, StepId, StepState, Submission, Verdict};
use switchback_rehearsal::{Client, Fault, RecordSet};

use crate::closed_world::control;
use crate::host::{Host, Surroundings};
use crate::wire::ApiError;

/// Where the scripted operator stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Before anything was changed.
    Start,
    /// As far as the run came.
    Far,
    /// After the rollback.
    End,
}

impl Stage {
    /// The stage in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Far => "far",
            Self::End => "end",
        }
    }
}

/// One thing that the scripted operator says.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    /// The step, where it is about one.
    pub step: Option<String>,
    /// The state or event in a word or two.
    pub what: String,
    /// One sentence.
    pub text: String,
}

/// How it ended.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Outcome {
    /// The run.
    pub run: String,
    /// Whether the run went as far as the runbook goes.
    pub went_all_the_way: bool,
    /// Record sets that differ between start and far point: `- before` and `+ after`.
    pub far_difference: Vec<String>,
    /// Record sets that differ between start and end: empty where the world ends as it began.
    pub end_difference: Vec<String>,
    /// Why it did not go all the way or did not end as it began, by name.
    pub difference: Option<String>,
    /// World seconds from the confirm of the rollback to its end.
    pub rollback_s: i64,
}

impl Outcome {
    /// Whether everything went forward and came back.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.went_all_the_way && self.end_difference.is_empty()
    }
}

/// Sees what happens: a line at a time, and each stage as it is reached.
#[async_trait::async_trait]
pub trait Audience: Send + Sync {
    /// Hears a line.
    fn hear(&mut self, line: Line);
    /// Looks at the world at a stage, before anything goes on.
    async fn look(&mut self, stage: Stage, endpoint: &str) -> Result<(), ApiError>;
}

/// Runs the whole runbook forward and then a full rollback, as a scripted operator.
pub async fn auto(
    host: &Host,
    fault: Option<&str>,
    audience: &mut dyn Audience,
) -> Result<Outcome, ApiError> {
    let fault: Option<Fault> =
        fault
            .map(str::parse)
            .transpose()
            .map_err(|error: switchback_rehearsal::NotAFault| {
                ApiError::new(
                    "usage",
                    error.to_string(),
                    format!("One of: {}.", Fault::NAMES.join(", ")),
                    "--fault",
                )
            })?;
    let endpoint = host.closed_world().await?.endpoint;
    let world = host.world_client().await?;
    let run = host.new_from_runbook("dns-switch", "rehearsal")?;
    let (driver, around) = host.driver(&run, false).await?;
    let lease = driver.lease().clone();
    let mut operator = ScriptedOperator {
        host,
        driver,
        around,
        world,
        fault,
        users_affected: false,
        audience,
    };
    let outcome = operator.go(&endpoint).await;
    host.release(&run, &lease)?;
    outcome
}

struct ScriptedOperator<'a> {
    host: &'a Host,
    driver: Driver,
    around: Surroundings,
    world: Client,
    fault: Option<Fault>,
    users_affected: bool,
    audience: &'a mut dyn Audience,
}

impl ScriptedOperator<'_> {
    async fn go(&mut self, endpoint: &str) -> Result<Outcome, ApiError> {
        let start = self.records().await?;
        self.audience.look(Stage::Start, endpoint).await?;
        let stopped = self.forward().await?;
        let far = self.records().await?;
        self.audience.look(Stage::Far, endpoint).await?;
        let began = self.around.clock.now();
        if self.users_affected {
            self.rule_back().await?;
        }
        let back = self.back().await?;
        let rollback_s = self.around.clock.now().duration_since(began).as_secs();
        let end = self.records().await?;
        self.audience.look(Stage::End, endpoint).await?;
        let end_difference = difference(&start, &end);
        Ok(Outcome {
            run: self.driver.run().id.to_string(),
            went_all_the_way: stopped.is_none(),
            far_difference: difference(&start, &far),
            difference: stopped.or(back).or_else(|| {
                (!end_difference.is_empty()).then(|| "the world does not end as it began".to_owned())
            }),
            end_difference,
            rollback_s,
        })
    }

    /// Every step in order; the reason where one could not be done.
    async fn forward(&mut self) -> Result<Option<String>, ApiError> {
        let steps: Vec<StepId> = self.driver.run().plan.steps().map(|s| s.id.clone()).collect();
        let last_switch = self
            .driver
            .run()
            .plan
            .steps()
            .filter(|s| matches!(s.action, Some(switchback_model::ActionSpec::SwitchRecord(_))))
            .map(|s| s.id.clone())
            .last();
        for id in &steps {
            if Some(id) == last_switch.as_ref() && self.fault.as_ref().is_some_and(strikes_before_switch) {
                self.strike().await?;
            }
            if let Some(why) = self.step(id).await? {
                return Ok(Some(why));
            }
            if Some(id) == last_switch.as_ref()
                && self.fault.as_ref().is_some_and(|f| !strikes_before_switch(f))
            {
                self.strike().await?;
                if matches!(
                    self.fault,
                    Some(Fault::SiteDown { .. } | Fault::SiteRefused { .. })
                ) {
                    self.see_it_fail().await?;
                    // On the night nobody goes on from here: what failed is taken back.
                    self.users_affected = true;
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    async fn strike(&mut self) -> Result<(), ApiError> {
        if let Some(fault) = self.fault.clone() {
            self.say(None, "fault", &fault.describe());
            self.world.inject(&fault).await.map_err(control)?;
        }
        Ok(())
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
            let basis = preview.map(|p| p.digest());
            self.submit(Command::Apply { step: id.clone() }, basis, None)
                .await?;
            self.driver.settle().await?;
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
    async fn until_ready(&mut self, id: &StepId) -> Result<Option<String>, ApiError> {
        let mut mended = false;
        loop {
            self.submit(Command::Check { step: id.clone() }, None, None)
                .await?;
            self.driver.settle().await?;
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
                    self.around.clock.sleep(left + Duration::from_millis(500)).await;
                }
                (None, None) => return Ok(Some(format!("step {id} is blocked"))),
            }
        }
    }

    /// What a person mends in the middle of the night: signs in again. Other faults are not theirs.
    async fn mend(&mut self) -> Result<(), ApiError> {
        if matches!(self.fault, Some(Fault::ExpiredCredentials)) {
            self.say(None, "mended", "Signed in again.");
            self.world.lift("expired-credentials").await.map_err(control)?;
        }
        Ok(())
    }

    /// Waits until the monitors say that users are affected.
    async fn see_it_fail(&mut self) -> Result<(), ApiError> {
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
                        return Ok(());
                    }
                }
            }
            self.around.clock.sleep(Duration::from_secs(5)).await;
        }
        Err(ApiError::internal(
            "the monitors did not notice that the site is down",
        ))
    }

    /// The rule whose trigger fires.
    async fn rule_back(&mut self) -> Result<(), ApiError> {
        let rule: Option<RuleId> = self.driver.run().plan.rules.first().map(|r| r.id.clone());
        if let Some(rule) = rule {
            self.roll_back(RollbackScope::Rule(rule)).await?;
        }
        Ok(())
    }

    /// The full rollback; the reason where it did not complete.
    async fn back(&mut self) -> Result<Option<String>, ApiError> {
        let nothing = self
            .driver
            .run()
            .steps
            .values()
            .all(|s| !s.state.may_have_effect());
        if nothing {
            return Ok(None);
        }
        self.roll_back(RollbackScope::All).await
    }

    async fn roll_back(&mut self, scope: RollbackScope) -> Result<Option<String>, ApiError> {
        let (plan, preconditions) = self.driver.plan_rollback(&scope).await?;
        for item in &plan.items {
            self.say(item.step.as_ref(), "rollback", &item.title);
        }
        let overrides: Vec<_> = preconditions
            .iter()
            .filter(|p| !p.reading.verdict.lets_through())
            .map(|p| p.reading.check.clone())
            .collect();
        for id in &overrides {
            self.say(None, "overridden", id.as_str());
        }
        let reason = (!overrides.is_empty()).then(|| "scripted: go back all the same".to_owned());
        let command = Command::Rollback {
            scope,
            overrides,
            accept_breaches: Vec::new(),
        };
        self.submit(command, Some(plan.digest()), reason).await?;
        self.driver.settle().await?;
        let run = self.driver.run();
        let state = run.rollback.as_ref().map(|r| (r.state.clone(), r.done));
        match state {
            Some((switchback_engine::run::RollbackState::Completed, done)) => {
                self.say(
                    None,
                    "rolled back",
                    &format!("{done} of {} items", plan.items.len()),
                );
                Ok(None)
            }
            Some((switchback_engine::run::RollbackState::Halted { why, .. }, _)) => {
                self.say(None, "rollback stopped", &why);
                Ok(Some(format!("the rollback stopped: {why}")))
            }
            other => Ok(Some(format!("the rollback ended as {other:?}"))),
        }
    }

    async fn submit(
        &mut self,
        command: Command,
        basis: Option<switchback_model::Digest>,
        reason: Option<String>,
    ) -> Result<(), ApiError> {
        let submission = Submission {
            command,
            basis,
            by: self.host.operator().clone(),
            reason,
        };
        self.driver.submit(&submission).await?;
        Ok(())
    }

    fn state(&self, id: &StepId) -> &switchback_engine::run::StepRun {
        &self.driver.run().steps[id]
    }

    fn say(&mut self, step: Option<&StepId>, what: &str, text: &str) {
        self.audience.hear(Line {
            step: step.map(ToString::to_string),
            what: what.to_owned(),
            text: text.to_owned(),
        });
    }

    async fn records(&self) -> Result<Vec<RecordSet>, ApiError> {
        Ok(self.world.state().await.map_err(control)?.records)
    }
}

/// Faults of the call, of the new side or of the credentials strike before the switch; the rest
/// strike once users are on the new side.
fn strikes_before_switch(fault: &Fault) -> bool {
    !matches!(
        fault,
        Fault::SiteDown { .. } | Fault::SiteRefused { .. } | Fault::SecondWriter { .. }
    )
}

fn last_words(state: &switchback_engine::run::StepRun) -> String {
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
            let problem = attempt
                .problem
                .as_ref()
                .map(|p| p.message.as_str())
                .unwrap_or_default();
            let finding = attempt.finding.as_ref().map(|f| format!("found {}", f.word()));
            [
                format!("{} of {} after-checks pass", passing, attempt.readings.len()),
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

/// Record sets in one list and not in the other, as lines.
fn difference(before: &[RecordSet], after: &[RecordSet]) -> Vec<String> {
    let line = |set: &RecordSet| serde_json::to_string(set).unwrap_or_default();
    let gone = before
        .iter()
        .filter(|s| !after.contains(s))
        .map(|s| format!("- {}", line(s)));
    let new = after
        .iter()
        .filter(|s| !before.contains(s))
        .map(|s| format!("+ {}", line(s)));
    gone.chain(new).collect()
}
