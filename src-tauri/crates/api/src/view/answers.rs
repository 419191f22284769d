//! The two answers that must be readable at two metres: are users all right, can we go back?

use jiff::Timestamp;
use switchback_engine::rollback::{has_effect, proposal};
use switchback_engine::run::{Run, StepRun};
use switchback_model::plan::Rule;
use switchback_model::rollback::Breach;
use switchback_model::text::lasting;
use switchback_model::{Finding, RollbackScope, StepState, TargetKind};

use super::extent::{Extent, further_back, open};
use super::price::{price, total_s};
use super::rollback::{precondition_title, scope_view};
use super::run::Live;
use super::spread::{clock, switching};
use super::tone;
use super::trouble::failing_step;
use crate::sheet::SheetRecord;
use crate::wire::{Answer, MirrorView, ReadingView, SheetView, Tone, UndoTimeView, WayBack, WayBackByName};

/// Seconds for which a look at the way back is believed.
const BELIEVED_S: u64 = 120;

pub(super) fn users(run: &Run, live: &Live, monitors: &[ReadingView], now: Timestamp) -> Answer {
    let worst = monitors.iter().map(|m| m.tone).max();
    let named = |tone: Tone| {
        let names: Vec<&str> = monitors
            .iter()
            .filter(|m| m.tone == tone)
            .map(|m| m.title.as_str())
            .collect();
        names.join(", ")
    };
    match worst {
        None => Answer {
            tone: Tone::Unknown,
            headline: "Can't tell".to_owned(),
            note: "The runbook has no monitor".to_owned(),
        },
        // Something that fails is a fact, and is said even where another reading is unknown.
        Some(_) if monitors.iter().any(|m| m.tone == Tone::Failing) => Answer {
            tone: Tone::Failing,
            headline: "Users affected".to_owned(),
            note: format!("Failing: {}", named(Tone::Failing)),
        },
        Some(Tone::Unknown) => Answer {
            tone: Tone::Unknown,
            headline: "Can't tell".to_owned(),
            note: match monitors.iter().find_map(|m| Some((m, m.last_failing?))) {
                // A failure that can't be seen any more is not over.
                Some((monitor, at)) => format!("{}: last failing at {}", monitor.title, clock(at)),
                None => format!("Unknown: {}", named(Tone::Unknown)),
            },
        },
        Some(Tone::NotApplicable) if monitors.iter().all(|m| m.tone == Tone::NotApplicable) => Answer {
            tone: Tone::Unknown,
            headline: "Can't tell".to_owned(),
            note: "This target has no observers".to_owned(),
        },
        Some(_) => match failing_step(run) {
            // What a step's own checks say of its change may be what no monitor looks at.
            Some((title, words)) => Answer {
                tone: Tone::Waiting,
                headline: "A step fails".to_owned(),
                note: format!("{title}: {words}. No monitor fails ({})", rests_on(monitors)),
            },
            None => switching(run, live, now).unwrap_or_else(|| Answer {
                tone: Tone::Passing,
                headline: "Users all right".to_owned(),
                note: format!("By {}", rests_on(monitors)),
            }),
        },
    }
}

/// What the answer rests on.
fn rests_on(monitors: &[ReadingView]) -> String {
    match monitors.len() {
        1 => "1 monitor, read fresh".to_owned(),
        n => format!("{n} of {n} monitors, all fresh"),
    }
}

pub(super) fn way_back(run: &Run, live: &Live, mirror: Option<&MirrorView>, now: Timestamp) -> WayBack {
    // A mirror that lags behind bars nothing; but the copy that another workstation would go on
    // from is old, so it is never passed over.
    let mirror = mirror.and_then(MirrorView::missing);
    let sheet = sheet(run, live.known.sheet.as_ref());
    let Some(scope) = proposal(run, &live.failing()) else {
        let (headline, note) = nothing(run);
        return WayBack {
            answer: Answer {
                tone: if mirror.is_some() {
                    Tone::Waiting
                } else {
                    Tone::Passing
                },
                headline: headline.to_owned(),
                note: mirror.clone().unwrap_or(note),
            },
            missing: mirror.into_iter().collect(),
            something_to_undo: false,
            proposal: None,
            rules: Vec::new(),
            order: Vec::new(),
            undoes: Vec::new(),
            loses: Vec::new(),
            further_back: Vec::new(),
            takes: UndoTimeView::default(),
            price: String::new(),
            proof: String::new(),
            sheet,
        };
    };
    let mut takes = UndoTimeView::default();
    let mut missing = Vec::new();
    // Of those: what passed when it was last read, and is only old.
    let mut old = 0;
    let (mut losses, mut breaches) = (Vec::new(), Vec::new());
    let mut order = Vec::new();
    let mut undoes = Vec::new();
    let mut extent = None;
    let mut priced = None;
    match live.readiness.iter().find(|r| r.plan.scope == scope) {
        None => {
            old += 1;
            missing.push("What there is to take back is being read".to_owned());
        }
        Some(readiness) => {
            order = readiness.plan.items.iter().map(|i| i.title.clone()).collect();
            undoes = readiness
                .plan
                .items
                .iter()
                .filter_map(|i| Some(i.step.as_ref()?.to_string()))
                .collect();
            takes = super::rollback::takes(run, &readiness.plan, &live.known);
            extent = Some(Extent::of(&readiness.plan));
            priced = Some(price(&readiness.plan, takes));
            let age = u64::try_from(now.duration_since(readiness.at).as_secs()).unwrap_or(0);
            if age > BELIEVED_S {
                missing.push(format!("The way back was last looked at {} ago", lasting(age)));
            }
            for precondition in &readiness.preconditions {
                let reading = &precondition.reading;
                if !matches!(tone(Some(reading), now), Tone::Passing | Tone::NotApplicable)
                    && age <= BELIEVED_S
                {
                    let title = precondition_title(run, &readiness.plan, precondition);
                    let is_old = reading.is_stale(now) && reading.verdict.lets_through();
                    old += usize::from(is_old);
                    missing.push(match is_old {
                        true => format!("{title}: last passed {} ago", lasting(reading.age_s(now))),
                        false => format!("{title}: {}", reading.observed),
                    });
                }
            }
            for breach in &readiness.plan.breaches {
                match lost_by(run, breach) {
                    Some(title) => {
                        losses.push(format!("“{title}” is taken back with a loss, named in the plan"))
                    }
                    None => breaches.push(format!("It would leave a breach: {}", breach.because)),
                }
            }
        }
    }
    for (id, step) in &run.steps {
        let title = run.plan.step(id).map_or(id.as_str(), |step| step.title.as_str());
        match &step.drift {
            Some(Finding::Unclear { why }) if step.state.may_have_effect() => {
                missing.push(format!("“{title}”: not looked at since the takeover: {why}"));
            }
            Some(_) if step.state.may_have_effect() => {
                missing.push(format!(
                    "“{title}”: the {} was changed outside the console",
                    step.noun()
                ));
            }
            _ => {}
        }
    }
    missing.extend(mirror);
    missing.extend(sign_in(
        live.sign_in.as_ref().map(|sign_in| sign_in.until),
        takes,
        now,
    ));
    // A rehearsal has nobody who would need its sheet: it is shown there, and takes nothing away.
    if matches!(
        run.plan.target.kind,
        TargetKind::Production | TargetKind::Preproduction
    ) {
        missing.extend(
            sheet
                .stale
                .as_ref()
                .map(|why| format!("Break-glass sheet: {why}")),
        );
    }
    let extent = extent.unwrap_or_default();
    let further = live
        .readiness
        .iter()
        .find(|r| r.plan.scope == scope)
        .map_or_else(Vec::new, |readiness| further_back(run, &readiness.plan));
    let what = match &priced {
        Some(price) => format!("{}: {price}", named(&scope)),
        None => format!("{}: {}", named(&scope), extent.items()),
    };
    let mut words = open(missing.len(), breaches.len(), losses.len());
    // What passed and is only old fails to prove nothing.
    if let Some(unproven) = words.first_mut().filter(|_| old > 0 && missing.len() == old) {
        "being read again".clone_into(unproven);
    }
    let first = [&missing, &breaches, &losses].into_iter().flatten().next();
    let answer = if let (Some(says), Some(why)) = (words.first(), first) {
        let others = match words.get(1..) {
            Some(others) if !others.is_empty() => format!("; {}", others.join(", ")),
            _ => String::new(),
        };
        Answer {
            tone: Tone::Waiting,
            headline: format!("Can go back: {says}"),
            note: format!("{}{others}. {what}", why.trim_end_matches('.')),
        }
    } else if !extent.loses.is_empty() {
        // Nobody is asked to accept it by name, and it is lost all the same.
        Answer {
            tone: Tone::Waiting,
            headline: match extent.loses.len() {
                1 => "Can go back, with 1 loss".to_owned(),
                n => format!("Can go back, with {n} losses"),
            },
            note: format!("Loses: {}. {what}", extent.loses[0].trim_end_matches('.')),
        }
    } else {
        let proven = match further.first() {
            // Said of this one step, and of nothing behind it.
            Some(title) if further.len() == 1 => format!("Further back 1 loss: “{title}”"),
            Some(_) => format!("Further back {} losses", further.len()),
            None => String::new(),
        };
        Answer {
            tone: Tone::Passing,
            headline: "Can go back".to_owned(),
            note: match (extent.proof(proven.is_empty()), proven) {
                (proof, none) if none.is_empty() => format!("{proof}. {what}"),
                (proof, proven) => format!("{proof}. {what}. {proven}"),
            },
        }
    };
    let proof = match words.is_empty() {
        true => extent.proof(further.is_empty()).to_lowercase(),
        false => words.join(", "),
    };
    missing.extend(breaches);
    missing.extend(losses);
    WayBack {
        answer,
        missing,
        something_to_undo: true,
        proposal: Some(scope_view(&scope)),
        rules: rules(run),
        order,
        undoes,
        loses: extent.loses,
        further_back: further.into_iter().map(str::to_owned).collect(),
        takes,
        price: priced.unwrap_or_default(),
        proof,
        sheet,
    }
}

/// The rules that would take something back now: whoever knows better than the proposal takes another.
fn rules(run: &Run) -> Vec<WayBackByName> {
    let rules = run.plan.rules.iter();
    let takes = |rule: &&Rule| rule.undo.iter().any(|id| has_effect(run, id));
    rules
        .filter(takes)
        .map(|rule| WayBackByName {
            rule: rule.id.to_string(),
            title: rule.title.clone(),
        })
        .collect()
}

/// What the button would take back, in a word or two.
fn named(scope: &RollbackScope) -> String {
    match scope {
        RollbackScope::Step(_) => "Newest step".to_owned(),
        RollbackScope::Rule(rule) => format!("Rule {rule}"),
        RollbackScope::All => "Everything".to_owned(),
    }
}

/// The title of the step whose undo loses something that is accepted by name; none where the breach is another.
pub(super) fn lost_by<'a>(run: &'a Run, breach: &Breach) -> Option<&'a str> {
    let step = breach.id.strip_prefix("loses-")?;
    let step = run.plan.steps().find(|one| one.id.as_str() == step)?;
    Some(&step.title)
}

/// That there is nothing to undo, and why: nothing was tried, or what was is not there any more.
fn nothing(run: &Run) -> (&'static str, String) {
    let undone = |step: &StepRun| matches!(step.state, StepState::Undone { .. });
    let by_word: Vec<String> = run
        .plan
        .steps()
        .filter(|step| {
            let state = run.steps.get(&step.id).map(|step| step.state);
            state == Some(StepState::Undone { accepted: true })
        })
        .map(|step| format!("“{}”", step.title))
        .collect();
    if !by_word.is_empty() {
        let words = format!("Taken back; of {} a person said so", by_word.join(", "));
        ("Nothing to undo", words)
    } else if run.steps.values().any(undone) {
        ("Nothing to undo", "Every change was taken back".to_owned())
    } else if run.steps.values().any(|step| !step.attempts.is_empty()) {
        ("Nothing to undo", "No step has an effect to take back".to_owned())
    } else {
        ("Nothing to undo yet", "No step has changed anything".to_owned())
    }
}

/// A sign-in that ends before a rollback would.
fn sign_in(until: Option<Timestamp>, takes: UndoTimeView, now: Timestamp) -> Option<String> {
    let left = until?.duration_since(now).as_secs();
    let unmeasured = || takes.caches_s.unwrap_or(0) + takes.by_hand_s.unwrap_or(0);
    let needed = total_s(takes).unwrap_or_else(unmeasured);
    if left <= 0 {
        return Some("Your sign-in has ended: sign in again".to_owned());
    }
    (u64::try_from(left).is_ok_and(|left| left < needed))
        .then(|| "Your sign-in ends before a rollback would: sign in again".to_owned())
}

/// The break-glass sheet against the last change.
fn sheet(run: &Run, record: Option<&SheetRecord>) -> SheetView {
    let last_change = run.steps.values().flat_map(|s| &s.attempts).map(|a| a.seq).max();
    let stale = match (record, last_change) {
        (None, None) => None,
        (None, Some(_)) => Some("it was never exported"),
        (Some(record), Some(change)) if change > record.seq => Some("it is older than the last change"),
        (Some(record), _) if !record.settled => Some("it was made while a call was in flight"),
        (Some(_), _) => None,
    };
    SheetView {
        exported_at: record.map(|r| r.at),
        seq: record.map(|r| r.seq),
        file: record.map(|r| r.file.display().to_string()),
        stale: stale.map(str::to_owned),
    }
}
