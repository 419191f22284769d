//! Every state × every command: an accepted transition or a rejection by name.

use std::fmt::Write as _;

use switchback_engine::decide::{Facts, decide, may_apply};
use switchback_engine::evolve::{evolve, name as state_name};
use switchback_engine::ports::Clock as _;
use switchback_model::{Command, Event, PlanDiff, Submission};
use switchback_testkit::journal::operator;
use switchback_testkit::plans::{id, plan, switch};

use self::asked::commands;
use self::stories::{STORIES, Story, field_plan, now, rollback};

mod asked;
mod reasons;
mod stories;

#[test]
fn every_state_and_every_command() {
    let story = Story::new();
    let mut table = String::new();
    let mut states = std::collections::BTreeSet::new();
    for words in STORIES {
        let (run, events) = story.run(&story.tell(words));
        let state = run.steps[&id("s")].state;
        states.insert(state_name(state));
        writeln!(
            table,
            "== {} | run {:?} | after: {words}",
            state_name(state),
            run.state
        )
        .unwrap();
        let plan = rollback(&run);
        for (label, command) in commands() {
            let fields = match &command {
                Command::ResolveFields { fields, .. } => Some(field_plan(&story, fields)),
                _ => None,
            };
            let basis = match &command {
                Command::ResolveFields { .. } => {
                    let preview = fields.as_ref().unwrap().preview.as_ref().unwrap();
                    Some(run.basis_of_preview(&id("s"), preview))
                }
                Command::Apply { .. } => Some(run.basis_of_preview(&id("s"), &story.preview)),
                Command::Amend { plan } => Some(run.basis_of_amendment(&PlanDiff::between(&run.plan, plan))),
                Command::Rollback { .. } => plan.as_ref().map(|plan| run.basis_of_rollback(plan)),
                _ => None,
            };
            let facts = Facts {
                rollback: plan.clone().map(|plan| (plan, vec![])),
                adopt: Some((story.preview.to.clone(), story.preview.to.clone())),
                fields,
                sign_in: None,
                stands: None,
            };
            let needs = Submission {
                command,
                basis,
                by: operator(),
                reason: Some("test".to_owned()),
            };
            let outcome = match decide(&run, &needs, now(), &facts) {
                Err(rejection) => format!("{:?}", rejection.code),
                Ok(kinds) => {
                    let mut run = run.clone();
                    for (seq, kind) in (events.len() as u64 + 1..).zip(kinds) {
                        evolve(&mut run, &Event { seq, at: now(), kind }).unwrap();
                    }
                    let now_in = format!(
                        "{} {:?}{}",
                        state_name(run.steps[&id("s")].state),
                        run.state,
                        if run.rollback_active() {
                            " rolling back"
                        } else {
                            ""
                        }
                    );
                    format!("accepted -> {now_in}")
                }
            };
            writeln!(table, "{label:16} {outcome}").unwrap();
        }
    }
    assert_eq!(states.len(), 20, "every state has its story: {states:?}");
    insta::assert_snapshot!("every_state_and_every_command", table);
}

/// Nobody can see from outside whether anybody was told: the step takes a person's words, each time.
#[tokio::test]
async fn a_notice_is_done_by_what_was_told_and_by_nothing_else() {
    use switchback_model::{DoneHow, StepKind, StepState};
    use switchback_testkit::plans::step;
    use switchback_testkit::rig::FakeRig;

    for with_text in [true, false] {
        let mut notice = step("tell", StepKind::Notice);
        notice.notice = with_text.then(|| "The move begins at 7pm.".to_owned());
        let mut fake = FakeRig::open(&plan(vec![notice])).await;
        fake.desk.check("tell").await.unwrap();
        let refused = fake.desk.apply("tell").await.unwrap_err();
        assert!(refused.to_string().contains("Tell people first"), "{refused}");
        assert!(!matches!(fake.desk.state("tell"), StepState::Done { .. }));
        let mut told = Submission {
            command: Command::Attest { step: id("tell") },
            basis: None,
            by: operator(),
            reason: None,
        };
        assert!(fake.desk.driver.submit(&told).await.is_err(), "without words");
        told.reason = Some("  ".to_owned());
        assert!(fake.desk.driver.submit(&told).await.is_err(), "with blank words");
        told.reason = Some("Told 1,240 people by e-mail at 7:02pm. Sent folder.".to_owned());
        fake.desk.driver.submit(&told).await.unwrap();
        assert_eq!(
            fake.desk.state("tell"),
            StepState::Done {
                how: DoneHow::Attested
            }
        );
    }
}

/// A step that waits by its order says for what, before anybody reads anything of it.
#[tokio::test]
async fn a_step_that_waits_names_what_it_waits_for() {
    let waits = switchback_model::Step {
        after: vec![id("one"), id("two")],
        ..switch("three", "c")
    };
    let plan = plan(vec![
        switch("one", "a"),
        switch("two", "b"),
        waits,
        switch("free", "d"),
    ]);
    let fake = switchback_testkit::rig::FakeRig::open(&plan).await;
    let refused = |step: &str| may_apply(fake.desk.run(), &id(step), fake.clock.now()).unwrap_err();
    let said = refused("three").to_string();
    assert!(
        said.contains("Steps one (“Step one”), two (“Step two”) are not finished."),
        "{said}"
    );
    assert!(!said.contains("before-checks"), "{said}");
    // Nor is anybody sent to checks that there are none of.
    let said = refused("free").to_string();
    assert!(said.contains("Have what is there read first."), "{said}");
}
