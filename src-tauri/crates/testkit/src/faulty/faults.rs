//! What can go wrong with a call, and at which.

use switchback_engine::ports::ProviderErrorKind;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Op {
    /// "Who am I".
    Identity,
    /// A read of the touched fields.
    Read,
    /// The mutating request.
    Call,
    /// "Is it on every server".
    Sync,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It fails with this kind and never reaches the world.
    FailsBefore(ProviderErrorKind),
    /// It never reaches the world, but nobody can tell: no answer comes.
    RequestLost,
    /// It is carried out, then a 5xx comes.
    FailsAfter,
    /// It is carried out, then a refusal of this kind comes.
    RefusedAfter(ProviderErrorKind),
    /// Something on the way sends it twice: the first is carried out, the answer to the second comes.
    Repeated,
    /// It is carried out, and a part of the answer comes.
    AnswerCut,
    /// It is carried out, and the answer has no end.
    AnswerEndless,
    /// A refusal of this kind comes at once, and it is carried out all the same once the object was read.
    RefusedThenLands(ProviderErrorKind),
    /// It is carried out, but no answer comes.
    ResponseLost,
    /// The process dies before it is carried out.
    KilledBefore,
    /// It is carried out and the process dies before the answer.
    KilledAfter,
    /// Somebody else writes right before it.
    SecondWriter,
    /// Right before it something happens to the object that is no concern of it.
    Unrelated,
    /// It is taken and answered, and what it began fails later on.
    ComesToNothing,
    /// It is taken, and before its readers have read somebody else writes what it publishes.
    WrittenSince,
}

/// One call of a trace by what it is rather than by its number: polls come as often as time allows,
/// so a number would not mean the same call twice on a world with a real clock.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallPoint {
    /// Phase and object.
    pub label: String,
    /// What is called.
    pub op: Op,
    /// Counts such calls in the phase, from 1.
    pub nth: usize,
}

/// What stands behind the name of a stage where its verdicts are meant.
pub const VERDICTS: &str = "/verdicts";

/// What a cut answer says.
pub(crate) const CUT: &str = "The answer was cut.";
