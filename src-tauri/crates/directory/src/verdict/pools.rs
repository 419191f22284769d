//! What came back from the pools, and what is missing of it.

use jiff::SignedDuration;
use switchback_model::directory::{Account, PoolId, PoolRole, PoolRules};

/// Why a pool gave no whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyNot {
    /// AWS asked to slow down, and went on asking.
    Throttled,
    /// The profile may not read this pool.
    Denied,
    /// Nobody is signed in, or the session has ended.
    SignIn,
    /// There is no pool with this id here.
    NoSuchPool,
    /// No answer came.
    Unreachable,
    /// AWS failed by itself, or its answer was cut.
    Failing,
    /// Its pages go round, or have nobody new: they have no end.
    Endless,
    /// AWS refused for another reason, or its answer could not be read.
    Other,
}

impl WhyNot {
    /// The word of the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Denied => "denied",
            Self::SignIn => "sign_in",
            Self::NoSuchPool => "no_such_pool",
            Self::Unreachable => "unreachable",
            Self::Failing | Self::Endless | Self::Other => "failed",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn mend(self) -> &'static str {
        match self {
            Self::Throttled => "Wait a minute, then look again.",
            Self::Denied => {
                "Ask for the right cognito-idp:ListUsers on this pool, or look with a profile that has it."
            }
            Self::SignIn => "Sign in again, then look again.",
            Self::NoSuchPool => "Check the pool's id and region in the target file, and the profile.",
            Self::Unreachable => "Check the connection, then look again.",
            Self::Failing => "Look again in a minute. If it stays so, look at AWS's own status page.",
            Self::Endless => {
                "Check which endpoint is asked: something may answer in the place of AWS, or change what it says."
            }
            Self::Other => "Look again. If it stays so, check the connection.",
        }
    }
}

/// The most accounts that an answer lists.
pub const SHOWN: usize = 50;

/// Why accounts that match may be missing from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gap {
    /// More match than anybody reads.
    More,
    /// The pool had still not come to an end after as many pages as are read.
    Stopped,
    /// It answered accounts that were not asked for, so it does not search as AWS does.
    Unasked,
    /// What is looked for begins with `"` or `\`, and nothing was found: whether the pool reads the escape
    /// is not known.
    Escaped,
    /// Another of the questions got no answer.
    Failed(WhyNot),
}

/// What came back from one pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Every account that matches.
    Whole(Vec<Account>),
    /// Some accounts that match; the pool holds more, or may.
    Cut(Vec<Account>, Gap),
    /// Nothing.
    Failed(WhyNot),
}

impl Read {
    /// The accounts that are known to match.
    #[must_use]
    pub fn accounts(&self) -> &[Account] {
        match self {
            Self::Whole(accounts) | Self::Cut(accounts, _) => accounts,
            Self::Failed(_) => &[],
        }
    }

    /// Whether no account of this pool can be missing.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }
}

/// The answer of one pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolAnswer {
    /// The pool.
    pub pool: PoolId,
    /// Its name for people.
    pub title: String,
    /// Which side of the move it is on.
    pub role: PoolRole,
    /// What its description says; none where nobody asked, or nobody may.
    pub rules: Option<PoolRules>,
    /// What came back.
    pub read: Read,
}

impl PoolAnswer {
    /// Whether "Ann" and "ann" may be two in it.
    pub(super) fn letter_case_may_count(&self) -> bool {
        self.rules.is_none_or(|rules| rules.letter_case_counts)
    }

    /// How long an invitation lives in it, as far as it says.
    pub(super) fn invitation_lives(&self) -> Option<SignedDuration> {
        self.rules.and_then(|rules| rules.invitation_lives)
    }
}
