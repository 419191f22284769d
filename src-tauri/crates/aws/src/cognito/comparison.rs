//! What a check found: in words, beside what was expected, and what mends it.

use super::hcl::{Line, Resource};

/// The outcome of comparing a description with an expectation; pure, without a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// What is there.
    pub(crate) observed: String,
    /// What was expected.
    pub(crate) expected: String,
    /// The Terraform (or the words) that puts it right; none where nothing is known to be wrong.
    pub(crate) mend: Option<String>,
    /// Fields that decide and that the answer left out: without a mend, whether it is right is not
    /// known.
    pub(crate) untold: Vec<&'static str>,
}

impl Comparison {
    /// Right where no line of Terraform needs to change.
    pub(crate) fn compare(
        observed: impl Into<String>,
        expected: impl Into<String>,
        resource: Resource<'_>,
        wrong: Vec<Line>,
    ) -> Self {
        Self {
            observed: observed.into(),
            expected: expected.into(),
            mend: (!wrong.is_empty()).then(|| resource.with(wrong)),
            untold: Vec::new(),
        }
    }

    /// With the fields that the answer left out.
    pub(crate) fn without(self, untold: Vec<&'static str>) -> Self {
        Self { untold, ..self }
    }
}

/// In place of a value that the answer left out.
pub(crate) const NOT_TOLD: &str = "not told";

/// Words for what a list holds.
pub(crate) fn listed<T: AsRef<str>>(parts: &[T]) -> String {
    if parts.is_empty() {
        return "none".to_owned();
    }
    parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

/// The words of a list in order, each once.
pub(crate) fn sorted<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut words: Vec<String> = words.into_iter().map(|w| w.as_ref().to_owned()).collect();
    words.sort();
    words.dedup();
    words
}
