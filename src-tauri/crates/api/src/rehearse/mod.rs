//! The scripted operator: the whole runbook forward, each proposed rule on the way, then a full
//! rollback, on the closed world, with the same engine and the same SDK calls as on the night. What
//! people do on the night (attest, send, decide, say go) it says instead of them, and counts.

mod back;
mod forward;
mod people;
mod wait;

use switchback_engine::driver::Driver;
use switchback_engine::run::StepRun;
use switchback_model::plan::Rule;
use switchback_model::{Command, Digest, MonitorId, RollbackScope, RuleId, RunId, StepId, Submission};
use switchback_rehearsal::{Client, Fault, NotAFault};

use crate::closed_world::control;
use crate::hands::Hand;
use crate::host::{Host, Surroundings};
use crate::left::left;
use crate::wire::ApiError;

pub use people::ByHand;

/// The bundled runbook that is rehearsed where none is named: the one line that AWS is changed by.
pub const LINE: &str = "dns-switch";

/// What is rehearsed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Script<'a> {
    /// A runbook with a target `rehearsal`: a bundled name, a folder or a file. None = [`LINE`].
    pub runbook: Option<&'a str>,
    /// A fault in the spelling of the command line. With a fault no rule is tried on the way: what
    /// fails is taken back.
    pub fault: Option<&'a str>,
}

impl Script<'_> {
    /// The runbook that is rehearsed.
    #[must_use]
    pub fn runbook(&self) -> &str {
        self.runbook.unwrap_or(LINE)
    }
}

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

/// A rule that was tried on the way.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Tried {
    /// The rule.
    pub rule: String,
    /// The step up to which the run had come.
    pub after: String,
    /// How many items its rollback had.
    pub items: usize,
    /// World seconds from its confirm to its end.
    pub rollback_s: i64,
}

/// How it ended.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Outcome {
    /// The run.
    pub run: String,
    /// The runbook.
    pub runbook: String,
    /// Whether the run went as far as the runbook goes.
    pub went_all_the_way: bool,
    /// The rules that were tried on the way, in order.
    pub rules: Vec<Tried>,
    /// What people do on the night and the operator only said.
    pub by_hand: Vec<ByHand>,
    /// The phases at whose gates the operator said go, in order.
    pub gates: Vec<String>,
    /// Objects that differ between start and far point: `- before` and `+ after`.
    pub far_difference: Vec<String>,
    /// Objects that differ between start and end: empty where the world ends as it began.
    pub end_difference: Vec<String>,
    /// Why it did not go all the way or did not end as it began, by name.
    pub difference: Option<String>,
    /// World seconds from the confirm of the full rollback to its end.
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
    /// Why the rehearsal is to end, once somebody asked for that. It ends where no call is on its way, and not by going back.
    fn ends(&self) -> Option<&'static str> {
        None
    }
    /// Waits until somebody asks for it.
    async fn until_ends(&mut self) {
        std::future::pending().await
    }
}

/// Runs the whole runbook forward, each proposed rule on the way, and then a full rollback, as a
/// scripted operator.
///
/// # Errors
/// When the fault or the runbook can't be read, when the audience asks it to end, and when the engine or the world fails
/// otherwise than by a fault. A step or rollback that does not come to its end is an [`Outcome`].
pub async fn auto(
    host: &Host,
    script: &Script<'_>,
    audience: &mut dyn Audience,
) -> Result<Outcome, ApiError> {
    let fault: Option<Fault> = script
        .fault
        .map(str::parse)
        .transpose()
        .map_err(|error: NotAFault| {
            ApiError::new(
                "usage",
                error.to_string(),
                format!("One of: {}.", Fault::offered()),
                "--fault",
            )
        })?;
    host.world_at_its_beginning().await?;
    let run = host.new_from_runbook(script.runbook(), "rehearsal")?;
    let endpoint = host.closed_world().await?.endpoint;
    let world = host.world_client().await?;
    let (driver, around) = host.driver(&run, false).await?;
    let lease = driver.lease().clone();
    let mut operator = ScriptedOperator {
        host,
        driver,
        around,
        world,
        fault,
        failing: None,
        rules: Vec::new(),
        by_hand: Vec::new(),
        gates: Vec::new(),
        audience,
        ended: false,
    };
    let outcome = operator.go(&endpoint).await;
    host.release(&run, &lease)?;
    outcome
}

/// Goes all the way back in a run that [`auto`] left, after what was wrong was mended: a rollback that stopped goes on first.
/// The reason where it does not complete.
///
/// # Errors
/// When the engine or the world fails.
pub async fn go_back(
    host: &Host,
    run: &RunId,
    audience: &mut dyn Audience,
) -> Result<Option<String>, ApiError> {
    let world = host.world_client().await?;
    let (driver, around) = host.driver(run, false).await?;
    let lease = driver.lease().clone();
    let mut operator = ScriptedOperator {
        host,
        driver,
        around,
        world,
        fault: None,
        failing: None,
        rules: Vec::new(),
        by_hand: Vec::new(),
        gates: Vec::new(),
        audience,
        ended: false,
    };
    operator.settle().await?;
    let back = operator.back().await;
    host.release(run, &lease)?;
    back
}

struct ScriptedOperator<'a> {
    host: &'a Host,
    driver: Driver,
    around: Surroundings,
    world: Client,
    fault: Option<Fault>,
    /// The monitor that said that users are affected.
    failing: Option<MonitorId>,
    rules: Vec<Tried>,
    by_hand: Vec<ByHand>,
    gates: Vec<String>,
    audience: &'a mut dyn Audience,
    /// Whether the rehearsal was asked to end.
    ended: bool,
}

impl ScriptedOperator<'_> {
    async fn go(&mut self, endpoint: &str) -> Result<Outcome, ApiError> {
        let start = self.stands().await?;
        self.audience.look(Stage::Start, endpoint).await?;
        let forward = match self.try_rules().await {
            Ok(None) => self.forward(None).await,
            other => other,
        };
        if self.ended {
            forward?;
            return Err(left("Stopped.", self.driver.run()));
        }
        // Whatever else ends the way forward, the way back is gone all the same.
        let stopped = forward.unwrap_or_else(|error| Some(error.message));
        let far = self.stands().await?;
        self.audience.look(Stage::Far, endpoint).await?;
        let began = self.around.clock.now();
        if let Some(monitor) = self.failing.clone() {
            self.proposed_rule_back(&monitor).await?;
        }
        let back = self.back().await?;
        let rollback_s = self.around.clock.now().duration_since(began).as_secs();
        let end = self.stands().await?;
        self.audience.look(Stage::End, endpoint).await?;
        let end_difference = difference(&start, &end);
        let run = self.driver.run();
        Ok(Outcome {
            run: run.id.to_string(),
            runbook: run.plan.runbook.clone(),
            went_all_the_way: stopped.is_none(),
            rules: std::mem::take(&mut self.rules),
            by_hand: std::mem::take(&mut self.by_hand),
            gates: std::mem::take(&mut self.gates),
            far_difference: difference(&start, &far),
            difference: stopped.or(back).or_else(|| {
                (!end_difference.is_empty()).then(|| "the world does not end as it began".to_owned())
            }),
            end_difference,
            rollback_s,
        })
    }

    /// Forward to the last step that a rule undoes, then back by that rule: for each rule that a monitor
    /// proposes or that takes back what the console did, where there are several. A single one takes back what the full rollback takes back
    /// anyway; with a fault what fails is taken back.
    async fn try_rules(&mut self) -> Result<Option<String>, ApiError> {
        let plan = self.driver.run().plan.clone();
        let by_console = |rule: &&Rule| {
            let mut undone = rule.undo.iter().filter_map(|id| plan.step(id));
            rule.trigger.is_some() || undone.any(|step| step.action.is_some())
        };
        let proposed: Vec<_> = plan.rules.iter().filter(by_console).collect();
        if self.fault.is_some() || proposed.len() < 2 {
            return Ok(None);
        }
        for rule in proposed {
            let last = plan.steps().filter(|step| rule.undo.contains(&step.id)).last();
            let Some(last) = last.map(|step| step.id.clone()) else {
                continue;
            };
            self.say(
                None,
                "leg",
                &format!("Forward through {last}, then rule {}.", rule.id),
            );
            if let Some(why) = self.forward(Some(&last)).await? {
                return Ok(Some(why));
            }
            if let Some(why) = self.rule_back(&rule.id, &last).await? {
                return Ok(Some(why));
            }
        }
        self.say(None, "leg", "Forward to the end, then all the way back.");
        Ok(None)
    }

    /// Back by the rule that the button proposes while this monitor fails.
    async fn proposed_rule_back(&mut self, failing: &MonitorId) -> Result<(), ApiError> {
        let run = self.driver.run();
        let rules = run.plan.rules.iter();
        let rule = rules
            .filter(|rule| rule.triggers().any(|trigger| trigger == failing))
            .map(|rule| rule.id.clone())
            .next();
        let last = run
            .plan
            .steps()
            .filter(|step| run.steps[&step.id].state.may_have_effect());
        let last = last.last().map(|step| step.id.clone());
        if let (Some(rule), Some(last)) = (rule, last) {
            self.rule_back(&rule, &last).await?;
        }
        Ok(())
    }

    async fn rule_back(&mut self, rule: &RuleId, after: &StepId) -> Result<Option<String>, ApiError> {
        let began = self.around.clock.now();
        let (items, why) = self.roll_back(RollbackScope::Rule(rule.clone())).await?;
        self.rules.push(Tried {
            rule: rule.to_string(),
            after: after.to_string(),
            items,
            rollback_s: self.around.clock.now().duration_since(began).as_secs(),
        });
        Ok(why)
    }

    async fn strike(&mut self) -> Result<(), ApiError> {
        if let Some(fault) = self.fault.clone() {
            self.say(None, "fault", &fault.describe());
            self.world.inject(&fault).await.map_err(control)?;
        }
        Ok(())
    }

    /// What a person mends in the middle of the night: signs in again. Other faults are not theirs.
    pub(super) async fn mend(&mut self) -> Result<(), ApiError> {
        if matches!(self.fault, Some(Fault::ExpiredCredentials)) {
            self.say(None, "mended", "Signed in again.");
            self.world.lift("expired-credentials").await.map_err(control)?;
        }
        Ok(())
    }

    async fn submit(
        &mut self,
        command: Command,
        basis: Option<Digest>,
        reason: Option<String>,
    ) -> Result<(), ApiError> {
        let submission = Submission {
            command,
            basis,
            by: self.host.operator().clone(),
            reason,
        };
        let hand = Hand::of(self.driver.run(), &submission.command);
        self.driver.submit(&submission).await?;
        if let Some(hand) = hand {
            hand.act(self.host).await?;
        }
        Ok(())
    }

    fn state(&self, id: &StepId) -> &StepRun {
        &self.driver.run().steps[id]
    }

    fn say(&mut self, step: Option<&StepId>, what: &str, text: &str) {
        self.audience.hear(Line {
            step: step.map(ToString::to_string),
            what: what.to_owned(),
            text: text.to_owned(),
        });
    }

    /// Everything that a run may change, a line an object.
    async fn stands(&self) -> Result<Vec<String>, ApiError> {
        Ok(self.world.state().await.map_err(control)?.objects())
    }
}

/// Objects that stand in one list and not in the other.
fn difference(before: &[String], after: &[String]) -> Vec<String> {
    let gone = before
        .iter()
        .filter(|s| !after.contains(s))
        .map(|s| format!("- {s}"));
    let new = after
        .iter()
        .filter(|s| !before.contains(s))
        .map(|s| format!("+ {s}"));
    gone.chain(new).collect()
}
