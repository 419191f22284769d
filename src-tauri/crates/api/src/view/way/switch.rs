//! A name that the plan switches, and where its switch stands.

use switchback_engine::run::Run;
use switchback_model::dns::DnsName;
use switchback_model::{ActionSpec, Step, StepState};

use crate::wire::WayState;

/// Where a switch stands whose step stands so. One that ended badly is on its way no more: its servers say what is there.
fn stands(state: StepState) -> WayState {
    match state {
        StepState::ToDo
        | StepState::Checking
        | StepState::Blocked
        | StepState::Ready
        | StepState::Failed
        | StepState::Skipped
        | StepState::Undone { .. }
        | StepState::UndoUnverified
        | StepState::UndoForeign => WayState::Before,
        StepState::Applying { .. } | StepState::InDoubt { .. } | StepState::Verifying { .. } => {
            WayState::Switching
        }
        StepState::Done { .. }
        | StepState::Unverified
        | StepState::Foreign
        | StepState::Adopted
        | StepState::UndoFailed => WayState::After,
        StepState::Undoing { .. } | StepState::UndoInDoubt { .. } | StepState::UndoVerifying { .. } => {
            WayState::SwitchingBack
        }
    }
}

/// Whether a change is on its way to users, or on its way back.
pub(crate) fn on_its_way(state: StepState) -> bool {
    match stands(state) {
        WayState::Switching | WayState::SwitchingBack => true,
        WayState::Before | WayState::After => false,
    }
}

/// A name that the plan switches.
pub(super) struct Switch<'a> {
    pub name: &'a DnsName,
    /// The steps that switch it, in the plan's order; never empty.
    pub steps: Vec<&'a Step>,
}

impl<'a> Switch<'a> {
    /// Every name that the plan switches, in its order.
    pub(super) fn all(run: &'a Run) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for step in run.plan.steps() {
            let Some(ActionSpec::SwitchRecord(spec)) = &step.action else {
                continue;
            };
            match all.iter_mut().find(|switch| *switch.name == spec.name) {
                Some(switch) => switch.steps.push(step),
                None => all.push(Self {
                    name: &spec.name,
                    steps: vec![step],
                }),
            }
        }
        all
    }

    fn states<'b>(&'b self, run: &'b Run) -> impl Iterator<Item = (&'b Step, WayState)> {
        let state = |step: &&'a Step| Some((*step, stands(run.steps.get(&step.id)?.state)));
        self.steps.iter().filter_map(state)
    }

    /// The step that is on its way, if one is.
    pub(super) fn moving<'b>(&'b self, run: &'b Run) -> Option<(&'b Step, WayState)> {
        let moves = |(_, state): &(&Step, WayState)| match state {
            WayState::Switching | WayState::SwitchingBack => true,
            WayState::Before | WayState::After => false,
        };
        self.states(run).find(moves)
    }

    pub(super) fn state(&self, run: &Run) -> WayState {
        if let Some((_, state)) = self.moving(run) {
            return state;
        }
        let last = self.states(run).last().map(|(_, state)| state);
        let begun = self.states(run).any(|(_, state)| state == WayState::After);
        match (last, begun) {
            (Some(WayState::After), _) => WayState::After,
            // Of several steps some are done: a share of users has been switched.
            (_, true) => WayState::Switching,
            (_, false) => WayState::Before,
        }
    }
}
