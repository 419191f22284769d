//! Lists that name each once, and lists whose order says nothing.

use std::collections::BTreeSet;

use toml::de::DeValue;

use crate::notes::Located;
use crate::reader::{Item, Reader};

impl Reader<'_> {
    /// Says of each name of a list that stood in it before.
    pub fn each_once(&mut self, names: &[Located<String>]) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(name.value.as_str()) {
                self.notes.error(
                    "named-twice",
                    name.at,
                    format!("{:?} is named twice in this list.", name.value),
                    "Leave one of them out.",
                );
            }
        }
    }

    /// A list of texts whose order says nothing.
    pub fn set(&mut self, item: Item<'_>) -> Option<Vec<String>> {
        let DeValue::Array(items) = item.get_ref() else {
            self.wrong_type(item, "a list of strings");
            return None;
        };
        let texts = self.texts(item)?;
        // One text that could not be read must not become an expectation of fewer.
        (texts.len() == items.len()).then(|| sorted(texts))
    }

    /// A list of some words whose order says nothing.
    pub fn words(&mut self, item: Item<'_>, choices: &[(&str, &'static str)]) -> Option<Vec<String>> {
        let DeValue::Array(items) = item.get_ref() else {
            self.wrong_type(item, "a list of strings");
            return None;
        };
        let words: Vec<String> = items
            .iter()
            .filter_map(|item| self.choice(item, choices).map(str::to_owned))
            .collect();
        (words.len() == items.len()).then(|| sorted(words))
    }
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts.dedup();
    texts
}
