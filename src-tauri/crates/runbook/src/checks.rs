//! Reads checks.

use switchback_model::{CheckSpec, CheckWord};

use crate::draft::DraftCheck;
use crate::kinds;
use crate::reader::{Reader, Table};

/// How long a reading may be believed where the runbook does not say, in seconds.
const BELIEVABLE: u32 = 60;

/// The kinds of checks, as they are written.
pub(crate) fn check_kinds() -> Vec<(&'static str, CheckWord)> {
    CheckWord::ALL.iter().map(|word| (word.text(), *word)).collect()
}

impl Reader<'_> {
    /// The checks under `[[phase.step.KEY]]`. A check after a call must say by when it passes.
    pub fn checks<'a>(
        &mut self,
        step: &mut Table<'a>,
        key: &'static str,
        after_call: bool,
    ) -> Vec<DraftCheck> {
        let what = if after_call { "check after a call" } else { "check" };
        let tables = self.tables(step, key, what);
        tables
            .into_iter()
            .map(|mut table| {
                let check = self.check(&mut table, after_call);
                self.finish(table);
                check
            })
            .collect()
    }

    /// Reads the fields of a check; the caller finishes the table.
    pub fn check(&mut self, table: &mut Table<'_>, after_call: bool) -> DraftCheck {
        let id = self.must(table, "id", Reader::id::<switchback_model::CheckId>);
        let title = self.must(table, "title", Reader::text);
        let word = self.must(table, "kind", |r, item| r.choice(item, &check_kinds()));
        let believable = self.may(table, "believable", Reader::period);
        let mend = self.may(table, "mend", Reader::text);
        let within = if after_call { self.deadline(table) } else { None };
        self.expected_ttls = None;
        let kind = word.and_then(|word| (kinds::check(word).read)(self, table));
        let ttls = self.expected_ttls.take();
        if word.is_none() {
            // Without its kind nobody knows which keys it may have.
            for key in kinds::key_names(&kinds::checks()) {
                table.get(key);
            }
        }
        let spec = match (&id, title, kind) {
            (Some(id), Some(title), Some(kind)) => Some(CheckSpec {
                id: id.value.clone(),
                title,
                kind,
                believable_s: believable.unwrap_or(BELIEVABLE),
                within_s: within,
                mend,
            }),
            _ => None,
        };
        DraftCheck {
            id,
            kind: word,
            spec,
            ttls,
        }
    }

    fn deadline(&mut self, table: &mut Table<'_>) -> Option<u32> {
        let at = table.at;
        if table.get("within").is_none() {
            self.notes.error(
                "no-deadline",
                at,
                "This check after a call does not say by when it must pass.",
                "Add `within = \"3 min\"` or another time; past it a decision is due.",
            );
            return None;
        }
        self.may(table, "within", Reader::period)
    }
}
