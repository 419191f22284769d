//! How far a run has come with what moves people's sign-in: what advice a look-up gives hangs on it.

use switchback_directory::Stage;
use switchback_engine::Run;
use switchback_engine::rollback::has_effect;
use switchback_model::{Phase, Step, StepId, StepKind, StepState};

/// Where people sign in, by the steps of the phase that the plan calls T0 which move it. None where the plan does not
/// say when that is.
pub(super) fn stage(run: &Run) -> Option<Stage> {
    let phase = run.plan.phases.iter().find(|phase| phase.t0)?;
    let movers = movers(run, phase);
    if movers.is_empty() {
        return None;
    }
    let undone = |id: &&StepId| {
        let state = run.steps.get(*id).map(|step| step.state);
        matches!(state, Some(StepState::Undone { .. }))
    };
    Some(if movers.iter().any(|id| has_effect(run, id)) {
        Stage::Switched
    } else if movers.iter().any(undone) {
        Stage::RolledBack
    } else {
        Stage::Before
    })
}

/// The steps that move people: those which a rule of the plan takes back. What rules only keep, such as a freeze or a
/// lowered TTL, stays after a rollback and moves nobody. Without such a rule it is what the console itself changes: a
/// notice or a freeze, which a person attests, moves nobody's sign-in either.
fn movers<'a>(run: &'a Run, phase: &'a Phase) -> Vec<&'a StepId> {
    let carrying = || phase.steps.iter().filter(|step| step.carries_state());
    let by_rule = |step: &&Step| run.plan.rules.iter().any(|rule| rule.undo.contains(&step.id));
    let named: Vec<&StepId> = carrying().filter(by_rule).map(|step| &step.id).collect();
    if !named.is_empty() {
        return named;
    }
    let changed = carrying().filter(|step| step.kind == StepKind::Action);
    changed.map(|step| &step.id).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Stage, stage};
    use switchback_model::{Command, Plan, RollbackScope};
    use switchback_testkit::plans::{id, tis_like};
    use switchback_testkit::rig::FakeRig;

    fn plan() -> Plan {
        let mut plan = tis_like();
        plan.phases[0].t0 = true;
        plan
    }

    /// After R4 the lowered TTL and the freeze stay, as the rule says: people sign in at the old provider all the same.
    #[tokio::test]
    async fn what_a_rollback_keeps_does_not_make_it_less_of_a_rollback() {
        let mut fake = FakeRig::open(&plan()).await;
        assert_eq!(stage(fake.desk.run()), Some(Stage::Before));
        fake.desk
            .ask(Command::Attest { step: id("restrict") })
            .await
            .unwrap();
        fake.desk.apply("ttl").await.unwrap();
        // A freeze and a TTL move nobody.
        assert_eq!(stage(fake.desk.run()), Some(Stage::Before));
        fake.desk.apply("mid.3").await.unwrap();
        assert_eq!(stage(fake.desk.run()), Some(Stage::Switched));
        fake.desk.apply("mid.4").await.unwrap();
        fake.desk
            .roll_back(RollbackScope::Rule("R4".parse().unwrap()))
            .await
            .unwrap();
        assert_eq!(stage(fake.desk.run()), Some(Stage::RolledBack));
    }

    /// Half of it is taken back: who was moved and who was not can't be said of all.
    #[tokio::test]
    async fn half_taken_back_is_not_taken_back() {
        let mut fake = FakeRig::open(&plan()).await;
        fake.desk
            .ask(Command::Attest { step: id("restrict") })
            .await
            .unwrap();
        for step in ["ttl", "mid.3", "mid.4"] {
            fake.desk.apply(step).await.unwrap();
        }
        fake.desk
            .roll_back(RollbackScope::Rule("R3".parse().unwrap()))
            .await
            .unwrap();
        assert_eq!(stage(fake.desk.run()), Some(Stage::Switched));
    }

    #[tokio::test]
    async fn without_rules_it_is_what_the_console_changes() {
        let mut plan = plan();
        plan.rules.clear();
        let mut fake = FakeRig::open(&plan).await;
        fake.desk
            .ask(Command::Attest { step: id("restrict") })
            .await
            .unwrap();
        assert_eq!(stage(fake.desk.run()), Some(Stage::Before));
        fake.desk.apply("ttl").await.unwrap();
        assert_eq!(stage(fake.desk.run()), Some(Stage::Switched));
        plan.phases[0].t0 = false;
        assert_eq!(stage(FakeRig::open(&plan).await.desk.run()), None);
    }
}
