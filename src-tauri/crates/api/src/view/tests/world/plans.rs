//! What is asked of a run besides its snapshot: plans of rollbacks, somebody else's change field by field, and amendments.

use serde_json::{Value, json};

use super::stories::Scene;
use super::written::{grown, named};
use super::{courses, json as wire, plan};
use crate::view::{amendment_view, field_plan_view};
use crate::wire::{RollbackPlanView, ScopeView};

/// As a scope stands in a plan's name.
fn word(scope: &ScopeView) -> String {
    match scope {
        ScopeView::Step(step) => format!("step:{step}"),
        ScopeView::Rule(rule) => format!("rule:{rule}"),
        ScopeView::All => "all".to_owned(),
    }
}

/// Plans of rollbacks by scene and scope: what each scene proposes, and what else a person may ask for while it fails.
pub(super) async fn rollbacks(scenes: &[Scene]) -> Value {
    let proposed = scenes
        .iter()
        .filter_map(|scene| Some((scene.name, scene.way_back.clone()?)));
    let mut all: Vec<(&str, RollbackPlanView)> = proposed.collect();
    let failing = courses::failing(plan::REHEARSAL).await;
    for scope in [
        ScopeView::Rule("R5".to_owned()),
        ScopeView::Step("mid.3".to_owned()),
        ScopeView::All,
    ] {
        all.push(("failing", failing.plan_back_view(&scope).await));
    }
    let night = courses::failing(plan::PRODUCTION).await;
    let run = courses::unvouched(&night);
    let rule = ScopeView::Rule("R3".to_owned());
    all.push(("unvouched@production", night.plan_back_view_of(&run, &rule).await));
    all.push(("unproven@unvouched", unproven_and_unvouched(&rule).await));

    let now = |scene: &str| {
        let known = scenes.iter().find(|one| one.name == scene);
        known.map_or_else(|| night.now(), |one| one.snapshot.now)
    };
    let mut plans: Vec<(String, Value, Value)> = Vec::new();
    for (scene, plan) in &all {
        let name = format!("{scene} {}", word(&plan.scope));
        let value = wire(plan);
        // Of the same scope: most of them say nearly the same.
        let before = plans
            .iter()
            .find(|(_, earlier, _)| earlier["scope"] == value["scope"]);
        let mut entry = grown(&value, before.map(|(name, earlier, _)| (name.as_str(), earlier)));
        entry["now"] = wire(&now(scene));
        plans.push((name, value, entry));
    }
    named(plans.into_iter().map(|(name, _, entry)| (name, entry)))
}

/// Neither does the old side answer, nor does anybody vouch for the journal.
async fn unproven_and_unvouched(rule: &ScopeView) -> RollbackPlanView {
    let night = courses::failing(plan::PRODUCTION).await;
    night
        .world
        .say("old-side", switchback_model::Verdict::Fail, "503 from 192.0.2.10");
    night.plan_back_view_of(&courses::unvouched(&night), rule).await
}

/// What somebody else changed of the switch, by what is chosen so far.
pub(super) async fn fields() -> Value {
    let night = courses::foreign().await;
    let choices = ["", "keep", "restore"];
    let both = choices
        .iter()
        .flat_map(|a| choices.iter().map(move |ttl| (a, ttl)));
    let mut all = Vec::new();
    for (a, ttl) in both {
        let chosen = [("A", a), ("ttl", ttl)]
            .into_iter()
            .filter(|(_, choice)| !choice.is_empty());
        let chosen: Vec<String> = chosen
            .map(|(field, choice)| format!("{field}={choice}"))
            .collect();
        let name = chosen.join(" ");
        let plan = night.fields("mid.3", &name).await;
        let step = "mid.3".parse().expect("a step's id");
        let view = field_plan_view(night.run(), &step, &plan, night.now());
        all.push((name, wire(&view)));
    }
    json!({ "now": wire(&night.now()), "plans": named(all) })
}

/// Another plan in the place of the run's: one that may be, one that may not, one that is no other, and one that must wait.
pub(super) async fn amendments() -> Value {
    let owners = [
        ("owner = \"${owner}\"", "owner = \"t.example\""),
        ("expected = \"12 min\"", "expected = \"20 min\""),
    ];
    let other = plan::edited(plan::REHEARSAL, &owners);
    let refused = plan::edited(
        plan::REHEARSAL,
        &[owners[0], owners[1], ("ttl = \"60 s\"", "ttl = \"30 s\"")],
    );
    let night = courses::waiting(plan::REHEARSAL, None).await;
    let of = |plan| wire(&amendment_view(night.run(), plan));
    let mut busy = courses::ready(plan::REHEARSAL).await;
    busy.approve("mid.3").await;
    busy.turns(1).await;
    named([
        ("other", of(&other)),
        ("refused", of(&refused)),
        ("same", of(&plan::on(plan::REHEARSAL))),
        ("not-now", wire(&amendment_view(&busy.in_flight().0, &other))),
    ])
}
