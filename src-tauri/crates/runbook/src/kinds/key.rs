//! What a kind declares of its keys.

/// A key of a kind, for its reader, the schema and the guide alike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub name: &'static str,
    pub shape: Shape,
    /// Whether a kind that has it can't be read without it.
    pub needed: bool,
    /// Whether it is one of those of its kind of which exactly one is written.
    pub either: bool,
    /// What it means, without a full stop; for one that may be left out, also what then holds.
    pub words: &'static str,
    /// A value as a runbook writes it. The examples of a kind's keys make one that is sound.
    pub example: &'static str,
}

impl Key {
    /// A key that must be there.
    pub const fn needed(
        name: &'static str,
        shape: Shape,
        words: &'static str,
        example: &'static str,
    ) -> Self {
        Self {
            name,
            shape,
            needed: true,
            either: false,
            words,
            example,
        }
    }

    /// One of the keys of its kind of which exactly one is written.
    pub const fn either(
        name: &'static str,
        shape: Shape,
        words: &'static str,
        example: &'static str,
    ) -> Self {
        Self {
            either: true,
            ..Self::optional(name, shape, words, example)
        }
    }

    /// A key that may be left out.
    pub const fn optional(
        name: &'static str,
        shape: Shape,
        words: &'static str,
        example: &'static str,
    ) -> Self {
        Self {
            needed: false,
            ..Self::needed(name, shape, words, example)
        }
    }
}

/// What may stand behind a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Text,
    /// A list of texts.
    Texts,
    /// A whole number.
    Number,
    /// Whole seconds, or text such as "5 min".
    Duration,
    /// True or false.
    Flag,
    /// One of some words.
    Word(Words),
    /// A list of some words.
    Words(Words),
    /// A list of lines or values, or a placeholder of type record-sets.
    Answers,
    /// A list of record sets, or a placeholder of that type.
    RecordSets,
    /// A deployment's id, or a table with the step that makes it.
    Deployment,
}

/// Gives the words to choose from: [`written`] of the list that the reader chooses from.
pub(crate) type Words = fn() -> Vec<&'static str>;

/// The words of a list as they are written.
pub(crate) fn written<T>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(word, _)| *word).collect()
}
