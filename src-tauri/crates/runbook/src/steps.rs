//! Reads phases and steps.

use switchback_model::plan::{Reversibility, Step, StepKind};
use switchback_model::{ActionSpec, ActionWord, PhaseId, StepId};

use crate::actions::action_kinds;
use crate::draft::{DraftCheck, DraftPhase, DraftStep, Part, PeopleText};
use crate::kinds;
use crate::notes::Located;
use crate::reader::{Item, Reader, Table};
use crate::wish::expected;

pub(crate) const STEP_KINDS: &[(&str, StepKind)] = &[
    ("check", StepKind::Check),
    ("action", StepKind::Action),
    ("attest", StepKind::Attest),
    ("notice", StepKind::Notice),
];

/// The word for a way back, before what belongs to it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum WayBack {
    Undo,
    Manual,
    Correct,
    NoneNeeded,
    PointOfNoReturn,
}

pub(crate) const WAYS_BACK: &[(&str, WayBack)] = &[
    ("undo", WayBack::Undo),
    ("manual", WayBack::Manual),
    ("correct", WayBack::Correct),
    ("none_needed", WayBack::NoneNeeded),
    ("point_of_no_return", WayBack::PointOfNoReturn),
];

/// How an attested step is taken back where the runbook does not say.
const UNSAID: &str = "Nothing says how this is taken back: find out, do it, and record what was done.";

impl Reader<'_> {
    /// Reads every `[[phase]]`.
    pub fn phases(&mut self, root: &mut Table<'_>) -> Vec<DraftPhase> {
        let mut steps_so_far = 0;
        let tables = self.tables(root, "phase", "phase");
        let mut phases: Vec<DraftPhase> = Vec::new();
        for (number, mut table) in tables.into_iter().enumerate() {
            let at = table.at;
            let id = self.must(&mut table, "id", Reader::id::<PhaseId>);
            let title = self.must(&mut table, "title", Reader::text);
            let t0_at = table.at_key("t0");
            let t0 = self.may(&mut table, "t0", Reader::boolean).unwrap_or_default();
            if t0 && phases.iter().any(|phase| phase.t0) {
                self.notes.error(
                    "second-t0",
                    t0_at,
                    "Another phase has `t0 = true` already, and a run has one T0.",
                    "Remove it from all phases but one.",
                );
            }
            let gate = self.may(&mut table, "gate", |r, item| r.gate(item));
            let mut steps = Vec::new();
            for step in self.tables(&mut table, "step", "step") {
                steps_so_far += 1;
                steps.push(self.step(step, steps_so_far));
            }
            self.finish(table);
            if steps.is_empty() {
                self.notes.error(
                    "empty-list",
                    at,
                    "This phase has no step.",
                    "Add [[phase.step]], or remove it.",
                );
            }
            let stand_in =
                || PhaseId::new(format!("unnamed-{number}")).expect("letters, digits and a hyphen");
            let id = id.unwrap_or_else(|| Located {
                value: stand_in(),
                at,
            });
            phases.push(DraftPhase {
                id,
                title: title.unwrap_or_default(),
                t0,
                gate,
                steps,
            });
        }
        if phases.is_empty() {
            self.notes.error(
                "empty-list",
                root.at,
                "This runbook has no phase.",
                "Add [[phase]] with its steps.",
            );
        }
        phases
    }

    fn step(&mut self, mut t: Table<'_>, number: usize) -> DraftStep {
        let at = t.at;
        let id = self.must(&mut t, "id", Reader::id::<StepId>);
        let title = self.must(&mut t, "title", Reader::text);
        // An item of the plan is written like a step's id.
        let plan_ref = self.must(&mut t, "plan_ref", Reader::id::<StepId>);
        let kind = self.must(&mut t, "kind", |r, item| r.choice(item, STEP_KINDS));
        let step_kind = kind.unwrap_or(StepKind::Check);
        let automated = self.may(&mut t, "automated", Reader::boolean);
        let automated = automated.unwrap_or(matches!(step_kind, StepKind::Check | StepKind::Action));
        let why_not_automated = self.may(&mut t, "why_not_automated", Reader::text);
        let why = self.must(&mut t, "why", Reader::text);
        let notice = self.step_notice(&mut t, step_kind);
        let owner = self.may(&mut t, "owner", Reader::text);
        let look_at = self.may(&mut t, "look_at", Reader::texts).unwrap_or_default();
        let risks = self.may(&mut t, "risks", Reader::texts).unwrap_or_default();
        let affects = self.may(&mut t, "affects", Reader::text);
        let expected_s = self.may(&mut t, "expected", Reader::seconds);
        let reversibility_at = t.at_key("reversibility");
        let reversibility = self.step_reversibility(&mut t, kind);
        let needs = self.may(&mut t, "needs", Reader::names).unwrap_or_default();
        let after = self.may(&mut t, "after", Reader::names).unwrap_or_default();
        let publishes_at = t.at_key("publishes");
        let publishes = self.may(&mut t, "publishes", Reader::names).unwrap_or_default();
        let decisions = self.decision_ids(&mut t);
        let only_if = self.may(&mut t, "only_if", |r, item| {
            let mut t = r.table(item, "choice")?;
            let decision = r.must(&mut t, "decision", Reader::id);
            let is = r.must(&mut t, "is", Reader::literal);
            r.finish(t);
            Some((decision?, is?))
        });
        let undo_loses = self.may(&mut t, "undo_loses", Reader::texts).unwrap_or_default();
        let accept_loss_at = t.at_key("accept_loss");
        let accept_loss = self
            .may(&mut t, "accept_loss", Reader::boolean)
            .unwrap_or_default();
        if accept_loss && undo_loses.is_empty() {
            self.notes.error(
                "nothing-to-accept",
                accept_loss_at,
                "This step wants its loss to be accepted, and loses nothing.",
                "Say in `undo_loses` what is lost, or remove `accept_loss`.",
            );
        }
        let restricts = self.may(&mut t, "restricts", Reader::names);
        let lifts = self.may(&mut t, "lifts", Reader::names).unwrap_or_default();
        let repeats = self.may(&mut t, "repeats", Reader::names).unwrap_or_default();
        let said = [
            (Part::Title, t.raw("title")),
            (Part::Why, t.raw("why")),
            (Part::WayBack, t.raw_in("reversibility", "words")),
        ];
        let action_written = self.as_written(&t, "action");
        let action = self.step_action(&mut t, kind);
        let wish = action
            .as_ref()
            .and_then(|(word, _)| self.wish(&t, kinds::action(*word).wish));
        let before = self.checks(&mut t, "before", false);
        let verify = self.checks(&mut t, "verify", true);
        let undo_before = self.checks(&mut t, "undo_before", false);
        let undo_verify = self.checks(&mut t, "undo_verify", true);
        self.finish(t);
        self.unique_checks(
            "step",
            [&before, &verify, &undo_before, &undo_verify]
                .into_iter()
                .flatten(),
        );
        if !automated && why_not_automated.is_none() {
            self.notes.lint(
                "no-reason",
                at,
                "This step is not automated and does not say why.",
                "Add `why_not_automated = \"…\"`.",
            );
        }
        let named = id.is_some();
        let stand_in = || StepId::new(format!("unnamed-{number}")).expect("letters, digits and a hyphen");
        let id = id.unwrap_or_else(|| Located {
            value: stand_in(),
            at,
        });
        DraftStep {
            id_at: id.at,
            named,
            reversibility_at,
            says_way_back: reversibility_at != at,
            needs,
            after,
            publishes: (publishes, publishes_at),
            decisions,
            only_if,
            restricts,
            lifts,
            repeats,
            said: said
                .into_iter()
                .filter_map(|(part, text)| Some(PeopleText { part, text: text? }))
                .collect(),
            before: before.iter().filter_map(|check| check.kind).collect(),
            expects: expected(&before),
            wish,
            verify: verify.len(),
            undo_before: undo_before.len(),
            undo_verify: undo_verify.len(),
            action: action.as_ref().map(|(kind, _)| *kind),
            action_written,
            step: Step {
                id: id.value,
                title: title.unwrap_or_default(),
                plan_ref: plan_ref.map(|p| p.value.to_string()).unwrap_or_default(),
                kind: step_kind,
                automated,
                why_not_automated,
                why: why.unwrap_or_default(),
                notice,
                look_at,
                risks,
                owner,
                affects,
                expected_s,
                reversibility,
                needs: Vec::new(),
                after: Vec::new(),
                publishes: Vec::new(),
                decisions: Vec::new(),
                only_if: None,
                before: specs(before),
                action: action.and_then(|(_, spec)| spec),
                verify: specs(verify),
                undo_before: specs(undo_before),
                undo_verify: specs(undo_verify),
                undo_loses,
                accept_loss,
            },
        }
    }

    fn decision_ids(&mut self, t: &mut Table<'_>) -> Vec<Located<switchback_model::DecisionId>> {
        let read = |r: &mut Self, item: Item<'_>| {
            let toml::de::DeValue::Array(items) = item.get_ref() else {
                r.wrong_type(item, "a list of decision ids");
                return None;
            };
            Some(items.iter().filter_map(|item| r.id(item)).collect())
        };
        self.may(t, "decisions", read).unwrap_or_default()
    }

    pub(crate) fn unique_checks<'c>(
        &mut self,
        what: &'static str,
        checks: impl Iterator<Item = &'c DraftCheck>,
    ) {
        let mut seen = std::collections::BTreeSet::new();
        for id in checks.filter_map(|check| check.id.as_ref()) {
            if !seen.insert(id.value.clone()) {
                self.notes.error(
                    "duplicate-id",
                    id.at,
                    format!("This {what} already has a check `{}`.", id.value),
                    format!("Give each check of a {what} its own id."),
                );
            }
        }
    }

    /// What a notice step sends.
    fn step_notice(&mut self, t: &mut Table<'_>, kind: StepKind) -> Option<String> {
        let at = t.at_key("notice");
        let notice = self.may(t, "notice", Reader::text);
        if at != t.at && kind != StepKind::Notice {
            self.notes.error(
                "notice-not-allowed",
                at,
                "Only a step of kind notice may have a `notice`.",
                "Set `kind = \"notice\"`, or remove the notice.",
            );
        }
        notice
    }

    /// A step that only looks or tells has no effect unless it says otherwise. Whoever attests that
    /// something was done may leave it out as well: a lint asks for it, and until it is answered a
    /// rollback stops there and asks a person.
    fn step_reversibility(&mut self, t: &mut Table<'_>, kind: Option<StepKind>) -> Reversibility {
        let leaves_nothing = self.leaves_nothing(t);
        let at = t.at_key("reversibility");
        let may_leave_out = kind != Some(StepKind::Action);
        let read = |r: &mut Self, item: Item<'_>| r.reversibility(item);
        let written = if may_leave_out && at == t.at {
            self.may(t, "reversibility", read)
        } else {
            self.must(t, "reversibility", read)
        };
        let wrong = match (kind, &written) {
            (Some(StepKind::Action), Some(Reversibility::NoneNeeded)) if !leaves_nothing => Some((
                "irreversible-action",
                "An action changes something, so it can't have the reversibility none_needed.",
            )),
            (Some(k), Some(Reversibility::Undo)) if k != StepKind::Action => Some((
                "undo-without-action",
                "Only an action can be undone by the program.",
            )),
            _ => None,
        };
        if let Some((code, message)) = wrong {
            let fix = "Say how it is taken back: undo (actions only), manual with words, correct with a notice, or point_of_no_return.";
            self.notes.error(code, at, message, fix);
        }
        written.unwrap_or_else(|| match kind {
            Some(StepKind::Attest) => Reversibility::Manual {
                words: UNSAID.to_owned(),
            },
            // Of an action it is an error that was noted; the others have no effect.
            Some(StepKind::Action | StepKind::Check | StepKind::Notice) | None => Reversibility::NoneNeeded,
        })
    }

    /// Whether the action that is written is of a kind that leaves nothing to take back.
    fn leaves_nothing(&self, t: &Table<'_>) -> bool {
        let written = t.raw_in("action", "kind").map(|kind| kind.value);
        let kinds = action_kinds();
        let word = kinds.iter().find(|(word, _)| Some(*word) == written.as_deref());
        word.is_some_and(|(_, word)| word.leaves_nothing())
    }

    fn reversibility(&mut self, item: Item<'_>) -> Option<Reversibility> {
        let mut t = self.table(item, "reversibility")?;
        let kind = self.must(&mut t, "kind", |r, item| r.choice(item, WAYS_BACK));
        let read = match kind {
            Some(WayBack::Undo) => Some(Reversibility::Undo),
            Some(WayBack::Manual) => {
                let words = self.must(&mut t, "words", Reader::text);
                Some(Reversibility::Manual {
                    words: words.unwrap_or_default(),
                })
            }
            Some(WayBack::Correct) => {
                let notice = self.must(&mut t, "notice", Reader::text);
                Some(Reversibility::Correct {
                    notice: notice.unwrap_or_default(),
                })
            }
            Some(WayBack::NoneNeeded) => Some(Reversibility::NoneNeeded),
            Some(WayBack::PointOfNoReturn) => Some(Reversibility::PointOfNoReturn),
            None => {
                t.get("words");
                t.get("notice");
                None
            }
        };
        self.finish(t);
        read
    }

    /// A table's keys and values as written.
    fn as_written(&self, t: &Table<'_>, key: &str) -> String {
        let text = &self.notes.source().text;
        let entries = t.entries_of(key).into_iter().map(|(key, at)| {
            let value = text.get(at.start..at.end).unwrap_or_default();
            format!("{key} = {value}\n")
        });
        entries.collect()
    }

    /// The action's kind, and the action where every field could be read.
    fn step_action(
        &mut self,
        t: &mut Table<'_>,
        kind: Option<StepKind>,
    ) -> Option<(ActionWord, Option<ActionSpec>)> {
        let (at, step_at) = (t.at_key("action"), t.at);
        let action = self.may(t, "action", |r, item| r.action(item));
        let written = at != step_at;
        if kind == Some(StepKind::Action) && !written {
            self.notes.error(
                "missing-key",
                step_at,
                "This action step has no `action`.",
                "Add [phase.step.action].",
            );
        }
        if kind.is_some_and(|k| k != StepKind::Action) && written {
            self.notes.error(
                "action-not-allowed",
                at,
                "Only a step of kind action may have an `action`.",
                "Set `kind = \"action\"`, or remove the action.",
            );
        }
        action
    }
}

fn specs(checks: Vec<DraftCheck>) -> Vec<switchback_model::CheckSpec> {
    checks.into_iter().filter_map(|check| check.spec).collect()
}
