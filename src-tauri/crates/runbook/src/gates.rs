//! Reads the gate of a phase.

use switchback_model::plan::Gate;

use crate::reader::{Item, Reader};

impl Reader<'_> {
    /// Reads `[phase.gate]` with its `[[phase.gate.check]]`.
    pub fn gate(&mut self, item: Item<'_>) -> Option<Gate> {
        let mut t = self.table(item, "gate")?;
        let at = t.at;
        let title = self.must(&mut t, "title", Reader::text);
        let fresh = self.must(&mut t, "fresh", Reader::period);
        let people_at = t.at_key("people");
        let people = self.may(&mut t, "people", Reader::texts).unwrap_or_default();
        for (place, role) in people.iter().enumerate() {
            if role.contains('=') {
                self.notes.error(
                    "gate-role",
                    people_at,
                    format!("The role {role:?} holds a \"=\", which separates a role from its name."),
                    "Write the role without it.",
                );
            }
            if people[..place].contains(role) {
                self.notes.error(
                    "duplicate-id",
                    people_at,
                    format!("This gate names the role {role:?} twice."),
                    "Name each role once.",
                );
            }
        }
        let mut checks = Vec::new();
        for mut table in self.tables(&mut t, "check", "check") {
            let says_how_long = table.at_key("believable") != table.at;
            let mut check = self.check(&mut table, false);
            self.finish(table);
            if let (false, Some(fresh), Some(spec)) = (says_how_long, fresh, check.spec.as_mut()) {
                // What may be this old when people say go is believed for as long.
                spec.believable_s = fresh;
            }
            checks.push(check);
        }
        self.finish(t);
        self.unique_checks("gate", checks.iter());
        if checks.is_empty() && people.is_empty() {
            self.notes.error(
                "empty-list",
                at,
                "This gate has neither a check nor people.",
                "Add [[phase.gate.check]] or `people`, or remove it.",
            );
        }
        Some(Gate {
            title: title.unwrap_or_default(),
            fresh_s: fresh.unwrap_or_default(),
            people,
            checks: checks.into_iter().filter_map(|check| check.spec).collect(),
        })
    }
}
