//! What people do on the night: attest, send, decide, say go. The scripted operator says it in their
//! place, and counts what was only said.

use switchback_engine::decide::may_say_go;
use switchback_engine::gate::{basis, is_open};
use switchback_model::plan::DecisionType;
use switchback_model::rollback::ItemKind;
use switchback_model::{Command, Operator, RollbackItem, StepId, StepKind};

use super::ScriptedOperator;
use crate::wire::ApiError;

/// A step that people carry out: the program has their word for it, no proof.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ByHand {
    /// The step, or `notice` for the notices of rules.
    pub step: String,
    /// The item of the written plan; empty for the notices of rules.
    pub plan_ref: String,
    /// `attest` or `notice`.
    pub kind: &'static str,
    /// How often it was said to be done.
    pub attested: u32,
    /// How often it was said to be taken back, or corrected.
    pub taken_back: u32,
}

impl ScriptedOperator<'_> {
    /// Says go at the gate before a step, once its checks pass; the reason where it stays closed.
    pub(super) async fn gate_of(&mut self, id: &StepId) -> Result<Option<String>, ApiError> {
        let plan = self.driver.run().plan.clone();
        let Some(phase) = plan.phase_of(id) else {
            return Ok(None);
        };
        let Some(gate) = phase.gate.as_ref().filter(|_| !is_open(self.driver.run(), phase)) else {
            return Ok(None);
        };
        for step in &phase.steps {
            self.decide_for(&step.id).await?;
        }
        let mut mended = false;
        loop {
            let command = Command::CheckGate {
                phase: phase.id.clone(),
            };
            self.submit(command, None, None).await?;
            self.settle().await?;
            match may_say_go(self.driver.run(), &phase.id, self.around.clock.now()) {
                Ok(()) => break,
                Err(why) if mended || self.fault.is_none() => {
                    self.say(None, "gate closed", &why.to_string());
                    return Ok(Some(format!("the gate of {} stays closed: {why}", phase.id)));
                }
                Err(_) => {
                    mended = true;
                    self.mend().await?;
                }
            }
        }
        let people = gate
            .people
            .iter()
            .map(|role| (role.clone(), self.host.operator().clone()))
            .collect::<std::collections::BTreeMap<String, Operator>>();
        let words = format!(
            "{} Go: {} checks pass, {} people named.",
            gate.title,
            gate.checks.len(),
            people.len()
        );
        let seen = basis(self.driver.run(), phase);
        let command = Command::Gate {
            phase: phase.id.clone(),
            go: true,
            people,
        };
        self.submit(
            command,
            Some(seen),
            Some("scripted: every check passes".to_owned()),
        )
        .await?;
        self.say(None, "gate", &words);
        self.gates.push(phase.id.to_string());
        Ok(None)
    }

    /// Takes the decisions that a step waits for and that the target left open.
    pub(super) async fn decide_for(&mut self, id: &StepId) -> Result<(), ApiError> {
        let run = self.driver.run();
        let waits = run
            .plan
            .step(id)
            .map(|step| step.decisions.clone())
            .unwrap_or_default();
        let open: Vec<_> = waits
            .into_iter()
            .filter(|decision| !run.decisions.contains_key(decision))
            .filter_map(|decision| {
                let value = match &run.plan.decision(&decision)?.kind {
                    DecisionType::Minutes => "60".to_owned(),
                    DecisionType::YesNo => "yes".to_owned(),
                    DecisionType::OneOf { choices } => choices.first()?.clone(),
                };
                Some((decision, value))
            })
            .collect();
        for (decision, value) in open {
            self.say(None, "decided", &format!("{decision}: {value}"));
            let command = Command::Decide { decision, value };
            self.submit(
                command,
                None,
                Some("scripted: decided for the rehearsal".to_owned()),
            )
            .await?;
        }
        Ok(())
    }

    /// Says that a person has carried the step out; its checks, if it has any, must pass before.
    pub(super) async fn attest(&mut self, id: &StepId) -> Result<Option<String>, ApiError> {
        let plan = self.driver.run().plan.clone();
        let Some(step) = plan.step(id) else {
            return Ok(None);
        };
        if !step.before.is_empty()
            && let Some(why) = self.until_ready(id).await?
        {
            return Ok(Some(why));
        }
        let reason = Some("scripted: said to be done as the runbook says".to_owned());
        self.submit(Command::Attest { step: id.clone() }, None, reason)
            .await?;
        self.settle().await?;
        let (what, kind) = match step.kind {
            StepKind::Notice => ("sent", "notice"),
            _ => ("attested", "attest"),
        };
        self.say(Some(id), what, &step.title);
        self.by_hand_of(id.as_str(), &step.plan_ref, kind).attested += 1;
        Ok(None)
    }

    /// Says that a person has carried out an item of the rollback.
    pub(super) async fn item_by_hand(&mut self, item: &RollbackItem) -> Result<(), ApiError> {
        let command = Command::RollbackDone {
            item: item.id.clone(),
        };
        self.submit(command, None, Some("scripted: done by hand".to_owned()))
            .await?;
        let kind = match item.kind {
            ItemKind::Notice { .. } => "notice",
            _ => "attest",
        };
        self.say(item.step.as_ref(), "by hand", &item.title);
        let plan = self.driver.run().plan.clone();
        match item.step.as_ref().and_then(|id| plan.step(id)) {
            Some(step) => {
                let of_step = match step.kind {
                    StepKind::Notice => "notice",
                    _ => "attest",
                };
                self.by_hand_of(step.id.as_str(), &step.plan_ref, of_step)
                    .taken_back += 1;
            }
            None => self.by_hand_of("notice", "", kind).attested += 1,
        }
        Ok(())
    }

    fn by_hand_of(&mut self, step: &str, plan_ref: &str, kind: &'static str) -> &mut ByHand {
        let known = self.by_hand.iter().position(|one| one.step == step);
        let at = known.unwrap_or_else(|| {
            self.by_hand.push(ByHand {
                step: step.to_owned(),
                plan_ref: plan_ref.to_owned(),
                kind,
                attested: 0,
                taken_back: 0,
            });
            self.by_hand.len() - 1
        });
        &mut self.by_hand[at]
    }
}
