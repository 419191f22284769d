//! Reads actions.

use switchback_model::{ActionSpec, ActionWord};

use crate::kinds;
use crate::reader::{Item, Reader};

/// The kinds of actions, as they are written.
pub(crate) fn action_kinds() -> Vec<(&'static str, ActionWord)> {
    ActionWord::ALL.iter().map(|word| (word.text(), *word)).collect()
}

impl Reader<'_> {
    /// The action's kind, and the action where every field could be read.
    pub fn action(&mut self, item: Item<'_>) -> Option<(ActionWord, Option<ActionSpec>)> {
        let mut t = self.table(item, "action")?;
        let word = self.must(&mut t, "kind", |r, item| r.choice(item, &action_kinds()));
        let read = word.map(|word| (word, (kinds::action(word).read)(self, &mut t)));
        if read.is_none() {
            // Without its kind nobody knows which keys it may have.
            for key in kinds::key_names(&kinds::actions()) {
                t.get(key);
            }
        }
        self.finish(t);
        read
    }
}
