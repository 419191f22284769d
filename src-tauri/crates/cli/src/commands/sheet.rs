//! `run sheet`: the break-glass sheet. What is left and the way back as AWS CLI commands with the
//! exact values, for the day on which this program can't be used.

use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use serde_json::json;
use switchback_api::host::{Host, Surroundings};
use switchback_api::wire::ApiError;
use switchback_engine::rollback::{Seen, plan_rollback};
use switchback_engine::run::Run;
use switchback_model::rollback::ItemKind;
use switchback_model::{Preview, Reversibility, RollbackItem, RollbackScope, Step, StepState, TargetKind};

use crate::exit;
use crate::host::{Cx, run_id};
use crate::print::moment;

pub async fn run(cx: &Cx<'_>, run: &str, out: Option<&Path>) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let run = host.load(&run_id(run)?).await?;
    let around = match host.surroundings(&run).await {
        Ok(around) => Some(around),
        Err(error) => {
            cx.out
                .say(&format!("Not looked at: {} {}", error.message, error.hint));
            None
        }
    };
    let now = match &around {
        Some(around) => around.clock.now(),
        None => host.run_snapshot(&run.id).await?.now,
    };
    let mut sheet = Sheet::default();
    sheet.head(&host, &run, now).await;
    sheet.way_back(&run, around.as_ref()).await;
    sheet.left(&run, around.as_ref()).await;
    let document = json!({
        "run": run.id,
        "made_at": now,
        "to_seq": run.seq,
        "file": out,
        "commands": sheet.commands,
        "sheet": sheet.text,
    });
    match out {
        None => cx.out.answer(document, || sheet.text.clone()),
        Some(file) => {
            write(file, &sheet.text)?;
            cx.out.answer(document, || file.display().to_string());
        }
    }
    host.stop_closed_world().await;
    Ok(exit::OK)
}

fn write(file: &Path, text: &str) -> Result<(), ApiError> {
    std::fs::write(file, text).map_err(|error| {
        ApiError::new(
            "bad_input",
            format!("The sheet could not be written: {}.", error.kind()),
            "Give --out FILE in a folder that you may write to.",
            file.display().to_string(),
        )
    })
}

#[derive(Default)]
struct Sheet {
    text: String,
    commands: Vec<String>,
}

impl Sheet {
    /// A comment line; what a person could run as it stands is only ever a command of ours.
    fn note(&mut self, text: &str) {
        for line in text.lines() {
            let clean: String = line.chars().filter(|c| !c.is_control()).collect();
            let _ = writeln!(self.text, "# {clean}");
        }
    }

    fn command(&mut self, command: String) {
        let _ = writeln!(self.text, "{command}");
        self.commands.push(command);
    }

    fn gap(&mut self) {
        self.text.push('\n');
    }

    async fn head(&mut self, host: &Host, run: &Run, now: Timestamp) {
        let target = &run.plan.target;
        self.note(&format!(
            "BREAK-GLASS SHEET: {} on {} ({})",
            run.plan.title,
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
        self.command(format!("export AWS_REGION={}", quoted(&target.region)));
        if let Some(profile) = &target.profile {
            self.command(format!("export AWS_PROFILE={}", quoted(profile)));
        }
        let mut endpoint = run.endpoint.clone();
        if target.kind == TargetKind::Rehearsal {
            endpoint = host.closed_world().await.ok().map(|handle| handle.endpoint);
            self.command(format!(
                "export AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY=rehearsal",
                switchback_rehearsal::ACCESS_KEY
            ));
        }
        if let Some(endpoint) = endpoint {
            self.command(format!("export AWS_ENDPOINT_URL={}", quoted(&endpoint)));
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

    async fn way_back(&mut self, run: &Run, around: Option<&Surroundings>) {
        self.note("THE WAY BACK: everything that has an effect, in this order");
        let Some(around) = around else {
            self.images_only(run);
            return;
        };
        // What can't be read falls back to the images of the journal.
        let mut seen = Seen::new();
        for step in run.plan.steps() {
            let effect = run.steps.get(&step.id).is_some_and(|s| s.state.may_have_effect());
            if let Some(action) = step.action.as_ref().filter(|_| effect) {
                let read = around.world.action(action).read().await;
                seen.insert(step.id.clone(), read.map_err(|error| error.message));
            }
        }
        let build =
            |spec: &switchback_model::ActionSpec,
             from: &switchback_model::Image,
             to: &switchback_model::Image| around.world.action(spec).plan(from, Some(to));
        match plan_rollback(run, &RollbackScope::All, &seen, &build) {
            Ok(plan) => {
                for (at, item) in plan.items.iter().enumerate() {
                    self.item(at + 1, item);
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
    fn images_only(&mut self, run: &Run) {
        self.note("The surroundings could not be set up, so only the values from the journal stand here.");
        let steps: Vec<&Step> = run.plan.steps().collect();
        for step in steps.into_iter().rev() {
            let Some(state) = run.steps.get(&step.id).filter(|s| s.state.may_have_effect()) else {
                continue;
            };
            self.note(&format!("Undo {}: {}", step.id, step.title));
            let restores = state
                .effect
                .as_ref()
                .and_then(|e| e.before.as_ref())
                .and_then(|b| b.clear());
            match restores {
                Some(image) => self.note(&format!(
                    "  restore {}: {}",
                    image.object(),
                    image.lines().join("; ")
                )),
                None => self.note(&by_hand(step)),
            }
        }
        self.gap();
    }

    fn item(&mut self, number: usize, item: &RollbackItem) {
        self.gap();
        self.note(&format!("{number}. {} ({})", item.title, item.id));
        match &item.kind {
            ItemKind::Undo {
                preview: Some(preview),
                ..
            } => self.calls(preview),
            ItemKind::Undo {
                preview: None,
                restores,
            } => match restores {
                Some(image) => self.note(&format!("By hand: restore {}", image.lines().join("; "))),
                None => self.note("By hand: no image from before was captured"),
            },
            ItemKind::Manual { words } => self.note(&format!("By hand: {words}")),
            ItemKind::Notice { words } => self.note(&format!("Send this notice: {words}")),
        }
        if !item.loses.is_empty() {
            self.note(&format!("Loses: {}", item.loses.join("; ")));
        }
    }

    fn calls(&mut self, preview: &Preview) {
        for change in &preview.changes {
            self.note(&format!("{} now:  {}", change.object, change.before.join("; ")));
            self.note(&format!("{} then: {}", change.object, change.after.join("; ")));
        }
        if preview.is_empty() {
            self.note("Nothing to change: it is so already");
        }
        for call in preview.calls.iter() {
            self.command(call.as_cli());
        }
    }

    async fn left(&mut self, run: &Run, around: Option<&Surroundings>) {
        self.note("WHAT IS LEFT of the plan, in this order");
        for phase in &run.plan.phases {
            for step in &phase.steps {
                let Some(state) = run.steps.get(&step.id) else {
                    continue;
                };
                if matches!(state.state, StepState::Done { .. } | StepState::Skipped) {
                    continue;
                }
                self.gap();
                self.note(&format!("{}: {} ({})", step.id, step.title, state.state.words()));
                for check in &step.before {
                    self.note(&format!("First: {}", check.title));
                }
                let last = state.checks.as_ref().and_then(|checks| checks.preview.clone());
                match (&step.action, fresh(step, around).await.or(last)) {
                    (Some(_), Some(preview)) => self.calls(&preview),
                    (Some(_), None) => {
                        self.note("The change was never read: make a new sheet once it can be read")
                    }
                    (None, _) => self.note(&format!("By hand: {}", step.why)),
                }
                for check in &step.verify {
                    self.note(&format!("Then: {}", check.title));
                }
            }
        }
    }
}

/// The exact change from what is there now.
async fn fresh(step: &Step, around: Option<&Surroundings>) -> Option<Preview> {
    let action = around?.world.action(step.action.as_ref()?);
    let from = action.read().await.ok()?;
    action.plan(&from, None).ok()
}

fn by_hand(step: &Step) -> String {
    match &step.reversibility {
        Reversibility::Manual { words } => format!("  by hand: {words}"),
        Reversibility::Correct { notice } => format!("  send this notice: {notice}"),
        _ => "  by hand: no image from before was captured".to_owned(),
    }
}

/// One word for a POSIX shell, whatever stands in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
