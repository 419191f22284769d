//! What stands in a sheet: its head, the way back, and what is left.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use switchback_engine::canaries::with_own;
use switchback_engine::chosen::is_left_out;
use switchback_engine::ports::ProviderError;
use switchback_engine::rollback::{ObjectsRead, is_touched, plan_rollback, reverse_order};
use switchback_engine::run::Run;
use switchback_engine::snapshots::resolved;
use switchback_model::rollback::ItemKind;
use switchback_model::text::{is_obeyed, is_unseen};
use switchback_model::{
    ActionSpec, Image, Preview, Reversibility, RollbackItem, RollbackScope, Step, StepId, StepState,
    TargetKind, shell,
};

use super::Sheet;
use crate::core::{Core, Surroundings};

/// How every sheet begins, and the line that names its run.
pub(super) const FIRST: &str = "# BREAK-GLASS SHEET: ";

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Sheet {
    /// A comment line; what a person could run as it stands is only ever a command of ours.
    pub(super) fn note(&mut self, text: &str) {
        for line in text.lines() {
            let clean: String = line
                .chars()
                .filter(|c| !is_obeyed(*c) && !is_unseen(*c))
                .collect();
            let _ = writeln!(self.text, "# {clean}");
        }
    }

    pub(super) fn command(&mut self, command: String) {
        let _ = writeln!(self.text, "{command}");
        self.commands.push(command);
    }

    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    pub(super) async fn head(&mut self, core: &Core, run: &Run, now: Timestamp) {
        let target = &run.plan.target;
        // As FIRST says; a title of several lines must not push the run's line down.
        self.note(&format!(
            "BREAK-GLASS SHEET: {} on {} ({})",
            switchback_model::text::line(&run.plan.title),
            target.name,
            target.kind.banner()
        ));
        self.note(&format!("Run {}, plan {}", run.id, run.plan_digest));
        self.note(&format!(
            "As of {} and event {}. An older sheet than the last step is wrong: make a new one.",
            moment(now),
            run.seq
        ));
        self.note(
            "One command at a time, by hand, and only if Switchback can't be used. Read each object first:",
        );
        self.note("what is there must be what stands under \"now\", or somebody changed it meanwhile.");
        self.gap();
        self.command(format!("export AWS_REGION={}", shell::word(&target.region)));
        if let Some(profile) = &target.profile {
            self.command(format!("export AWS_PROFILE={}", shell::word(profile)));
        }
        let mut endpoint = run.endpoint.clone();
        if target.kind == TargetKind::Rehearsal {
            endpoint = core.closed_world().await.ok().map(|handle| handle.endpoint);
            self.command(format!(
                "export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY=rehearsal",
                switchback_rehearsal::ACCESS_KEY
            ));
        }
        match endpoint
            .as_deref()
            .map(|mark| (mark, switchback_aws::endpoint_of_mark(mark)))
        {
            Some((_, Some(url))) => self.command(format!("export AWS_ENDPOINT_URL={}", shell::word(url))),
            Some((mark, None)) => self.note(&format!("Not AWS's own endpoints are asked: {mark}")),
            None => {}
        }
        self.note(&format!(
            "Must say account {}{}:",
            target.account,
            target
                .role
                .as_deref()
                .map(|role| format!(", role {role}"))
                .unwrap_or_default()
        ));
        self.command("aws sts get-caller-identity".to_owned());
        self.gap();
    }

    pub(super) async fn way_back(&mut self, run: &Run, around: Option<&Surroundings>) {
        self.note("THE WAY BACK: everything that has an effect, in this order");
        let Some(around) = around else {
            self.images_only(run);
            return;
        };
        // What can't be read falls back to the images of the journal.
        let mut seen = ObjectsRead::new();
        for step in run.plan.steps() {
            if let Some(action) = step.action.as_ref().filter(|_| is_touched(run, step)) {
                let read = around
                    .world
                    .action(&with_own(run, &step.id, action))
                    .read(None)
                    .await;
                seen.insert(step.id.clone(), read.map_err(|error| error.sentence()));
            }
        }
        let build =
            |spec: &switchback_model::ActionSpec,
             from: &switchback_model::Image,
             to: &switchback_model::Image| around.world.action(spec).plan(from, Some(to));
        match plan_rollback(run, &RollbackScope::All, &seen, &build) {
            Ok(plan) => {
                let unread = |id: &StepId| seen.get(id).and_then(|seen| seen.as_ref().err()).cloned();
                for (at, item) in plan.items.iter().enumerate() {
                    let step = item.step.as_ref().and_then(|id| run.plan.step(id));
                    if step.is_some_and(is_secret) {
                        self.gap();
                        self.note(&format!("{}. {} ({}): {SEALED}", at + 1, item.title, item.id));
                        continue;
                    }
                    let why = item.step.as_ref().and_then(unread);
                    self.item(at + 1, item, why.as_deref());
                }
                for breach in &plan.breaches {
                    self.note(&format!(
                        "It would leave a breach: {}: {}",
                        breach.id, breach.because
                    ));
                }
            }
            Err(rejection) => self.note(&rejection.message),
        }
        self.gap();
    }

    /// Without any connection set up, the exact calls can't be built; the values can be told.
    pub(super) fn images_only(&mut self, run: &Run) {
        self.note("The surroundings could not be set up, so only the values from the journal stand here.");
        let touched = run.plan.steps().filter(|step| is_touched(run, step));
        let set = touched.map(|step| step.id.clone()).collect();
        for id in reverse_order(&run.plan, &set) {
            let Some((step, state)) = run.step(&id) else {
                continue;
            };
            if step.is_publisher() {
                self.note(&format!(
                    "Publish {}: {}. Do it once more: only then do programs read what was taken back above.",
                    step.id, step.title
                ));
                continue;
            }
            if !state.state.may_have_effect() {
                continue;
            }
            self.note(&format!("Undo {}: {}", step.id, step.title));
            let restores = state
                .effect
                .as_ref()
                .and_then(|e| e.before.as_ref())
                .and_then(|b| b.clear());
            match restores {
                Some(image) => {
                    let object = image.object();
                    let adds = step.action.as_ref().and_then(|action| action.added(image));
                    self.note(&match adds {
                        Some(added) => {
                            format!("  {object}: take out {}, and leave all else", added.join(", "))
                        }
                        None => format!("  restore {object}: {}", image.lines().join("; ")),
                    });
                }
                None => self.note(&by_hand(step)),
            }
        }
        self.gap();
    }

    pub(super) fn item(&mut self, number: usize, item: &RollbackItem, unread: Option<&str>) {
        self.gap();
        self.note(&format!("{number}. {} ({})", item.title, item.id));
        match &item.kind {
            ItemKind::Undo {
                preview: Some(preview),
                ..
            } => self.calls(preview, unread),
            ItemKind::Undo {
                preview: None,
                restores,
            } => match restores {
                Some(image) => self.note(&format!("By hand: restore {}", image.lines().join("; "))),
                None => self.note("By hand: no image from before was captured"),
            },
            ItemKind::Publish { preview, also } => {
                match preview {
                    Some(preview) => self.calls(preview, unread),
                    None => self.note("By hand: publish it once more; its request could not be built"),
                }
                self.note("Only then do programs read what was taken back above.");
                for step in also {
                    self.note(&format!(
                        "It also makes seen what step {step} changed and nobody published yet."
                    ));
                }
            }
            ItemKind::Manual { words } => self.note(&format!("By hand: {words}")),
            ItemKind::Notice { words } => self.note(&format!("Send this notice: {words}")),
        }
        if !item.loses.is_empty() {
            self.note(&format!("Loses: {}", item.loses.join("; ")));
        }
    }

    /// The calls of a change. `unread`: why its object could not be read now; then what it was when it was last seen
    /// stands here, and is not called what is there.
    pub(super) fn calls(&mut self, preview: &Preview, unread: Option<&str>) {
        if let Some(why) = unread {
            self.note(&format!(
                "NOT READ NOW: {why} What stands under \"last\" is from the journal."
            ));
        }
        let now = if unread.is_some() { "last" } else { "now: " };
        for change in &preview.changes {
            self.note(&format!("{} {now} {}", change.object, change.before.join("; ")));
            self.note(&format!("{} then: {}", change.object, change.after.join("; ")));
            for asked in &change.asked {
                self.note(&format!("{} asked: {asked}", change.object));
            }
            // The program's own caution speaks of what the program does.
            if change.caution.is_some() {
                self.note(
                    "AWS has no guard here: this overwrites whatever is there. Read it right before, and stop if it is not what \
                     stands above.",
                );
            }
        }
        if preview.is_empty() {
            self.note(match unread {
                None => "Nothing to change: it is so already",
                Some(_) => "Nothing to change, if it is still so",
            });
        }
        for call in preview.calls.iter() {
            self.command(call.as_cli());
        }
    }

    pub(super) async fn left(&mut self, run: &Run, around: Option<&Surroundings>) {
        self.note("WHAT IS LEFT of the plan, in this order");
        let mut then = Then::new();
        for phase in &run.plan.phases {
            for step in &phase.steps {
                let Some(state) = run.steps.get(&step.id) else {
                    continue;
                };
                if matches!(state.state, StepState::Done { .. } | StepState::Skipped)
                    || is_left_out(run, &step.id)
                {
                    continue;
                }
                self.gap();
                self.note(&format!("{}: {} ({})", step.id, step.title, state.state.words()));
                for check in &step.before {
                    self.note(&format!("First: {}", check.title));
                }
                if is_secret(step) {
                    self.note(SEALED);
                    continue;
                }
                let last = state.checks.as_ref().and_then(|checks| checks.preview.clone());
                let Some(action) = &step.action else {
                    self.note(&format!("By hand: {}", step.why));
                    self.then(step);
                    continue;
                };
                let (preview, why) = match ahead(&resolved(run, &step.id, action), around, &then).await {
                    Ok(preview) => (Some(preview), None),
                    Err(why) => (last, Some(why)),
                };
                match preview {
                    Some(preview) => {
                        self.calls(&preview, why.as_deref());
                        then.insert(preview.to.object(), preview.to);
                    }
                    None => {
                        let why = why.unwrap_or_default();
                        self.note(&format!(
                            "The change was never read: make a new sheet once it can be read. {why}"
                        ));
                    }
                }
                self.then(step);
            }
        }
    }

    pub(super) fn then(&mut self, step: &Step) {
        for check in &step.verify {
            self.note(&format!("Then: {}", check.title));
        }
    }
}

/// Each object as the commands before leave it.
type Then = HashMap<String, Image>;

/// The exact change from what will be there once the commands before were run: Route 53 deletes only what
/// stands there to the letter.
async fn ahead(action: &ActionSpec, around: Option<&Surroundings>, then: &Then) -> Result<Preview, String> {
    let around = around.ok_or("The surroundings could not be set up.")?;
    let sentence = |error: ProviderError| error.sentence();
    let action = around.world.action(action);
    let now = action.read(None).await.map_err(sentence)?.image;
    action
        .plan(then.get(&now.object()).unwrap_or(&now), None)
        .map_err(sentence)
}

/// What a plain file may not hold.
const SEALED: &str = "sealed; only Switchback can do it, with the run's key or its recovery code";

fn is_secret(step: &Step) -> bool {
    step.action
        .as_ref()
        .is_some_and(switchback_model::ActionSpec::image_is_secret)
}

fn by_hand(step: &Step) -> String {
    match &step.reversibility {
        Reversibility::Manual { words } => format!("  by hand: {words}"),
        Reversibility::Correct { notice } => format!("  send this notice: {notice}"),
        _ => "  by hand: no image from before was captured".to_owned(),
    }
}
