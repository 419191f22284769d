//! What a check found: in words, beside what was expected, and what mends it.

use super::hcl::{Line, Resource};

/// The outcome of comparing a description with an expectation; pure, without a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// What is there.
    pub(crate) observed: String,
    /// What was expected.
    pub(crate) expected: String,
    /// The Terraform (or the words) that puts it right; none where it is right.
    pub(crate) mend: Option<String>,
}

impl Found {
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
        }
    }
}

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
