//! What a resource policy comes to for one pool (IAM user guide, "Policy evaluation logic"): a statement must allow it, and
//! none may deny it.

use serde_json::Value;

use super::narrowed::Narrowed;
use super::statement::{Asked, Effect, Holds, Judged};
use super::strict::{self, Unread};

/// What a policy says of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Says {
    /// It lets the pool, by this statement.
    Lets {
        /// Its name; empty where it has none.
        sid: String,
        /// For whom else it is.
        narrowed: Narrowed,
    },
    /// A statement denies it.
    Denies {
        /// Its name; empty where it has none.
        sid: String,
    },
    /// No statement lets it; what comes nearest is said.
    Nothing(Nearest),
    /// A statement is written in a way that is not understood here.
    Unclear {
        /// Its name; empty where it has none.
        sid: String,
    },
    /// The document has a key twice, and nobody can tell which of the two holds.
    Twice,
    /// The document is no policy.
    Unreadable,
}

/// What comes nearest to letting the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nearest {
    /// There is nothing about Cognito at all.
    None,
    /// Cognito may invoke something else.
    OtherFunction,
    /// Cognito may invoke it for another pool, or another account.
    OtherPool,
}

/// Judges a document, as GetPolicy gives it.
pub(super) fn says(document: &str, asked: &Asked<'_>) -> Says {
    let read = match strict::read(document) {
        Ok(read) => read,
        Err(Unread::Twice) => return Says::Twice,
        Err(Unread::NoJson) => return Says::Unreadable,
    };
    // A policy may have one statement without a list (IAM user guide, "Grammar of the IAM JSON policy language").
    let statements: Vec<&Value> = match read.get("Statement") {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {
            return Says::Unreadable;
        }
    };
    let read = statements.iter().map(|statement| Judged::of(statement, asked));
    let Some(judged) = read.collect::<Option<Vec<Judged>>>() else {
        return Says::Unreadable;
    };
    of(&judged)
}

fn of(judged: &[Judged]) -> Says {
    let find = |effect, holds| {
        let mut all = judged.iter().filter(move |one| one.effect == effect);
        all.find(|one| one.holds() == holds)
    };
    if let Some(one) = find(Effect::Deny, Holds::Yes) {
        return Says::Denies { sid: one.sid.clone() };
    }
    // What may deny it stands in the way of a yes, and what may allow it in the way of a no.
    let unclear = |one: &Judged| Says::Unclear { sid: one.sid.clone() };
    let allows = judged
        .iter()
        .filter(|one| one.effect == Effect::Allow && one.holds() == Holds::Yes)
        .max_by_key(|one| std::cmp::Reverse(one.narrowed));
    match (find(Effect::Deny, Holds::Unclear), allows) {
        (Some(one), Some(_)) => unclear(one),
        (None, Some(one)) => Says::Lets {
            sid: one.sid.clone(),
            narrowed: one.narrowed,
        },
        (_, None) => match find(Effect::Allow, Holds::Unclear) {
            Some(one) => unclear(one),
            None => Says::Nothing(nearest(judged)),
        },
    }
}

fn nearest(judged: &[Judged]) -> Nearest {
    let of_cognito = || {
        let all = judged.iter();
        all.filter(|one| one.effect == Effect::Allow && one.concerns == Holds::Yes)
    };
    if of_cognito().any(|one| one.resource == Holds::Yes) {
        Nearest::OtherPool
    } else if of_cognito().next().is_some() {
        Nearest::OtherFunction
    } else {
        Nearest::None
    }
}
