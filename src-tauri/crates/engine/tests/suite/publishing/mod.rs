//! Publishing: the orders of the way back, what is due, and what users see when a rollback is over.

use switchback_model::plan::StepKind;
use switchback_model::rollback::ItemKind;
use switchback_model::{DoneHow, Reversibility, RollbackScope, Step, StepId, StepState};
use switchback_testkit::plans::{id, name, step};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::store::SEEN;

mod due;
mod oracle;
mod orders;
mod owed;
mod there_and_back;

const DONE: StepState = StepState::Done {
    how: DoneHow::Verified,
};

const UNDONE: StepState = StepState::Undone { accepted: false };

fn ids(texts: &[&str]) -> Vec<StepId> {
    texts.iter().map(|text| id(text)).collect()
}

fn by_hand(text: &str) -> Step {
    Step {
        reversibility: Reversibility::Manual {
            words: format!("Take {text} back"),
        },
        ..step(text, StepKind::Attest)
    }
}

/// What a person, or a task, reads of a name.
fn seen(fake: &FakeRig, label: &str) -> String {
    let records = fake.store.records();
    let sets = records.get(&(SEEN.to_owned(), name(label))).cloned();
    sets.unwrap_or_default().iter().map(|set| set.line()).collect()
}

fn is_new(words: &str) -> bool {
    words.contains("198.51.100.20")
}

async fn planned(fake: &FakeRig, scope: &RollbackScope) -> Vec<String> {
    let plan = fake.desk.driver.plan_rollback(scope).await.unwrap().0;
    let word = |kind: &ItemKind| match kind {
        ItemKind::Undo { .. } => "undo",
        ItemKind::Publish { .. } => "publish",
        ItemKind::Manual { .. } => "by hand",
        ItemKind::Notice { .. } => "notice",
    };
    let item = |item: &switchback_model::RollbackItem| format!("{} {}", word(&item.kind), item.id);
    plan.items.iter().map(item).collect()
}

fn scope(text: &str) -> RollbackScope {
    RollbackScope::Step(id(text))
}
