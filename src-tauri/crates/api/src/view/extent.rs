//! How far a rollback goes: its items, whose they are, what it loses, and what is lost further back.

use switchback_engine::rollback::has_effect;
use switchback_engine::run::Run;
use switchback_model::rollback::ItemKind;
use switchback_model::{RollbackPlan, Step};

/// What is open of a way back, in the words that every screen has for it: what fails to be proven, then what is accepted by
/// its name when it is confirmed. "2 things not proven", "1 breach to accept", "1 loss to accept".
pub(super) fn open(unproven: usize, breaches: usize, losses: usize) -> Vec<String> {
    let counts = [
        (unproven, ("thing", "things"), "not proven"),
        (breaches, ("breach", "breaches"), "to accept"),
        (losses, ("loss", "losses"), "to accept"),
    ];
    counts
        .into_iter()
        .filter_map(|(count, (one, many), what)| match count {
            0 => None,
            1 => Some(format!("1 {one} {what}")),
            n => Some(format!("{n} {many} {what}")),
        })
        .collect()
}

/// Titles of the steps that are still there after this rollback and that nobody takes back without accepting a loss.
pub(super) fn further_back<'a>(run: &'a Run, plan: &RollbackPlan) -> Vec<&'a str> {
    let taken = |step: &Step| plan.items.iter().any(|item| item.step.as_ref() == Some(&step.id));
    run.plan
        .steps()
        .filter(|step| step.accept_loss && !step.undo_loses.is_empty() && !taken(step))
        .filter(|step| has_effect(run, &step.id))
        .map(|step| step.title.as_str())
        .collect()
}

/// How much a rollback takes back, and how much of it the console does.
#[derive(Debug, Default)]
pub(super) struct Extent {
    /// Items that the console carries out.
    console: usize,
    /// Items that people carry out.
    hand: usize,
    /// Notices to people.
    tell: usize,
    /// What is lost, each once.
    pub(super) loses: Vec<String>,
}

impl Extent {
    pub(super) fn of(plan: &RollbackPlan) -> Self {
        let mut extent = Self::default();
        for item in &plan.items {
            match item.kind {
                ItemKind::Manual { .. } => extent.hand += 1,
                ItemKind::Undo { .. } | ItemKind::Publish { .. } => extent.console += 1,
                // Told, not taken back.
                ItemKind::Notice { .. } => extent.tell += 1,
            }
            for loss in &item.loses {
                if !extent.loses.contains(loss) {
                    extent.loses.push(loss.clone());
                }
            }
        }
        extent
    }

    /// "3 items, 1 by hand, 1 to tell".
    pub(super) fn items(&self) -> String {
        let work = self.console + self.hand;
        let all = match work + self.tell {
            _ if work == 0 => return "only people to tell".to_owned(),
            1 => "1 item".to_owned(),
            n => format!("{n} items"),
        };
        let hand = match (self.hand, self.console, self.tell) {
            (0, _, _) => String::new(),
            (1, 0, 0) => ", by hand".to_owned(),
            (_, 0, 0) => ", all by hand".to_owned(),
            (hand, _, _) => format!(", {hand} by hand"),
        };
        let tell = match self.tell {
            0 => String::new(),
            tell => format!(", {tell} to tell"),
        };
        format!("{all}{hand}{tell}")
    }

    /// What of it is proven before; `whole` = nothing that is lost stands behind it.
    pub(super) fn proof(&self, whole: bool) -> &'static str {
        match (self.console, self.hand, whole) {
            (0, 0, _) => "Nothing to prove",
            // Nothing failed to be proven: there is nothing in it that could be.
            (0, _, _) => "Nothing to prove before",
            (_, 0, true) => "Every condition proven",
            (_, 0, false) => "Its conditions are proven",
            _ => "Proven but for what is by hand",
        }
    }
}
