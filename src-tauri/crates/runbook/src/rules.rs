//! Reads monitors, rollback rules, coherence rules and decisions.

use std::collections::BTreeSet;

use switchback_model::plan::{Coherence, Decision, DecisionType, Monitor, Rule};
use switchback_model::{DecisionId, MonitorId, RuleId};

use crate::draft::{
    DraftCoherence, DraftDecision, DraftLook, DraftMonitor, DraftRule, Names, Part, PeopleText,
};
use crate::notes::{At, Located};
use crate::reader::{Item, Reader, Table};

/// The word for what is decided, before what belongs to it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Decided {
    Minutes,
    YesNo,
    OneOf,
}

pub(crate) const DECISION_TYPES: &[(&str, Decided)] = &[
    ("minutes", Decided::Minutes),
    ("yes_no", Decided::YesNo),
    ("one_of", Decided::OneOf),
];

impl Reader<'_> {
    /// Reads every `[[monitor]]`.
    pub fn monitors(&mut self, root: &mut Table<'_>) -> Vec<DraftMonitor> {
        let mut check_ids = BTreeSet::new();
        let mut monitors = Vec::new();
        for (number, mut t) in self.tables(root, "monitor", "monitor").into_iter().enumerate() {
            let at = t.at;
            let id = self.must(&mut t, "id", Reader::id::<MonitorId>);
            let title = self.must(&mut t, "title", Reader::text);
            let every = self.must(&mut t, "every", Reader::period);
            let fail_after = self.must(&mut t, "fail_after", Reader::count);
            let pass_after = self.must(&mut t, "pass_after", Reader::count);
            let decision_after_s = self.may(&mut t, "decision_after", Reader::period);
            let mut looks = Vec::new();
            for mut look in self.tables(&mut t, "check", "monitor check") {
                let while_done = self.may(&mut look, "while_done", Reader::literal);
                let until_done = self.may(&mut look, "until_done", Reader::literal);
                let check = self.check(&mut look, false);
                self.finish(look);
                if let Some(id) = &check.id
                    && !check_ids.insert(id.value.clone())
                {
                    let message = format!("Another monitor check is called `{}`.", id.value);
                    self.notes.error(
                        "duplicate-id",
                        id.at,
                        message,
                        "Give each check of the monitors its own id.",
                    );
                }
                looks.push(DraftLook {
                    while_done,
                    until_done,
                    check,
                });
            }
            self.finish(t);
            if looks.is_empty() {
                self.notes.error(
                    "empty-list",
                    at,
                    "This monitor looks at nothing.",
                    "Add [[monitor.check]].",
                );
            }
            let stand_in =
                || MonitorId::new(format!("unnamed-{number}")).expect("letters, digits and a hyphen");
            let id = id.unwrap_or_else(|| Located {
                value: stand_in(),
                at,
            });
            let monitor = Monitor {
                id: id.value.clone(),
                title: title.unwrap_or_default(),
                checks: Vec::new(),
                every_s: every.unwrap_or_default(),
                fail_after: fail_after.unwrap_or_default(),
                pass_after: pass_after.unwrap_or_default(),
                decision_after_s,
            };
            monitors.push(DraftMonitor { monitor, id, looks });
        }
        monitors
    }

    /// A whole number of at least 1.
    fn count(&mut self, item: Item<'_>) -> Option<u32> {
        let count = self.number(item)?;
        if count == 0 {
            self.notes.error(
                "number",
                item.span().into(),
                "This number is zero.",
                "Write at least 1.",
            );
        }
        Some(count)
    }

    /// Reads every `[[rollback]]`.
    pub fn rollbacks(&mut self, root: &mut Table<'_>) -> Vec<DraftRule> {
        let mut rules = Vec::new();
        for (number, mut t) in self
            .tables(root, "rollback", "rollback rule")
            .into_iter()
            .enumerate()
        {
            let at = t.at;
            let id = self.must(&mut t, "id", Reader::id::<RuleId>);
            let title = self.must(&mut t, "title", Reader::text);
            let plan_ref = self.must(&mut t, "plan_ref", Reader::id::<RuleId>);
            let undo_at = t.at_key("undo");
            let undo = self.must(&mut t, "undo", Reader::names);
            if undo.as_ref().is_some_and(Vec::is_empty) {
                self.notes.error(
                    "empty-rule",
                    undo_at,
                    "This rule undoes nothing.",
                    "Name at least one step.",
                );
            }
            let keep = self.may(&mut t, "keep", Reader::names).unwrap_or_default();
            let written = t.length_of("then");
            let then = self.may(&mut t, "then", Reader::texts).unwrap_or_default();
            let triggers = self.may(&mut t, "trigger", Reader::id_or_ids).unwrap_or_default();
            let decision = self.may(&mut t, "decision", Reader::id);
            let said = said(&t, Part::Title, "title");
            self.finish(t);
            let stand_in = || RuleId::new(format!("unnamed-{number}")).expect("letters, digits and a hyphen");
            let id = id.unwrap_or_else(|| Located {
                value: stand_in(),
                at,
            });
            rules.push(DraftRule {
                id_at: id.at,
                undo_at,
                rule: Rule {
                    id: id.value,
                    title: title.unwrap_or_default(),
                    plan_ref: plan_ref.map(|p| p.value.to_string()).unwrap_or_default(),
                    undo: Vec::new(),
                    keep: Vec::new(),
                    then,
                    trigger: None,
                    also_triggers: Vec::new(),
                    decision: None,
                },
                undo: undo.unwrap_or_default(),
                keep,
                triggers,
                decision,
                then: written,
                said,
            });
        }
        rules
    }

    /// Reads every `[[coherence]]`.
    pub fn coherences(&mut self, root: &mut Table<'_>) -> Vec<DraftCoherence> {
        let mut all = Vec::new();
        for (number, mut t) in self
            .tables(root, "coherence", "coherence rule")
            .into_iter()
            .enumerate()
        {
            let at = t.at;
            // A coherence rule is accepted by name, so it is named like a rollback rule.
            let id = self.must(&mut t, "id", Reader::id::<RuleId>);
            let never = self.must(&mut t, "never", |r, item| {
                let mut never = r.table(item, "combination")?;
                let undone = r.combination(&mut never, "undone");
                let done = r.combination(&mut never, "done");
                r.finish(never);
                Some((undone, done))
            });
            let because = self.must(&mut t, "because", Reader::text);
            let repair = self.combination(&mut t, "repair");
            self.finish(t);
            let (undone, done) = never.unwrap_or_default();
            all.push(DraftCoherence {
                id_at: id.as_ref().map_or(at, |id| id.at),
                coherence: Coherence {
                    id: id.map_or_else(|| format!("unnamed-{number}"), |id| id.value.to_string()),
                    undone: Vec::new(),
                    done: Vec::new(),
                    because: because.unwrap_or_default(),
                    repair: Vec::new(),
                },
                undone,
                done,
                repair,
                at,
            });
        }
        all
    }

    fn combination(&mut self, t: &mut Table<'_>, key: &'static str) -> Names {
        let at = t.at_key(key);
        let names = self.must(t, key, Reader::names);
        if names.as_ref().is_some_and(Vec::is_empty) {
            self.notes.error(
                "empty-list",
                at,
                format!("`{key}` names no step."),
                "Name at least one step.",
            );
        }
        names.unwrap_or_default()
    }

    /// Reads every `[[decision]]`; the target may pre-decide it later.
    pub fn decisions(&mut self, root: &mut Table<'_>) -> Vec<DraftDecision> {
        let mut decisions = Vec::new();
        for (number, mut t) in self.tables(root, "decision", "decision").into_iter().enumerate() {
            let at = t.at;
            let id = self.must(&mut t, "id", Reader::id::<DecisionId>);
            let question = self.must(&mut t, "question", Reader::text);
            let word = self.must(&mut t, "type", |r, item| r.choice(item, DECISION_TYPES));
            let kind = match word {
                Some(Decided::Minutes) => DecisionType::Minutes,
                Some(Decided::OneOf) => DecisionType::OneOf {
                    choices: self.choices(&mut t),
                },
                Some(Decided::YesNo) => DecisionType::YesNo,
                None => {
                    t.get("choices");
                    DecisionType::YesNo
                }
            };
            let said = said(&t, Part::Question, "question");
            self.finish(t);
            let stand_in =
                || DecisionId::new(format!("unnamed-{number}")).expect("letters, digits and a hyphen");
            let id = id.unwrap_or_else(|| Located {
                value: stand_in(),
                at,
            });
            let decision = Decision {
                id: id.value,
                question: question.unwrap_or_default(),
                kind,
                decided: None,
            };
            decisions.push(DraftDecision {
                decision,
                at: id.at,
                said,
            });
        }
        decisions
    }

    fn choices(&mut self, t: &mut Table<'_>) -> Vec<String> {
        let at: At = t.at_key("choices");
        let choices = self.must(t, "choices", Reader::texts);
        if choices.as_ref().is_some_and(|choices| choices.len() < 2) {
            self.notes.error(
                "empty-list",
                at,
                "A decision needs a choice.",
                "Give at least two words.",
            );
        }
        choices.unwrap_or_default()
    }
}

fn said(t: &Table<'_>, part: Part, key: &str) -> Vec<PeopleText> {
    t.raw(key)
        .map(|text| PeopleText { part, text })
        .into_iter()
        .collect()
}
