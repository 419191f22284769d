//! How a pool ended, in words: read to its end, or why not and what to do about it.

use jiff::Timestamp;
use switchback_directory::{Gap, PoolAnswer, Read, WhyNot};

use super::PoolRead;
use super::plan::PAGE;
use super::reading::span;
use crate::view;

/// Whether a pool that was read to its end had so many fewer accounts than it says that one has to know: less than half,
/// and a page at least.
pub(super) fn is_far_below(accounts: usize, said: usize) -> bool {
    accounts < said / 2 && said - accounts >= PAGE
}

/// The same in a sentence.
pub(super) fn far_below(title: &str, accounts: usize, said: usize) -> String {
    format!(
        "{title} ended after {accounts} accounts, though it says that it has about {said}. AWS counts only now and then: \
         unless many were deleted a short while ago, call nobody absent before somebody has looked at the pool."
    )
}

/// Where the same command goes on with a pool that broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Onward {
    /// Behind the last page.
    There,
    /// At its beginning: the place at which it stood leads nowhere.
    Anew,
    /// At its beginning, because nothing is kept.
    Unkept,
}

/// What is told of a pool. `known` is how many accounts were read, and how many of them by an earlier process.
pub(super) fn pool_read(
    answer: &PoolAnswer,
    known: (usize, usize),
    requests: usize,
    read: Option<(Timestamp, Timestamp)>,
    onward: Onward,
) -> PoolRead {
    let (accounts, read_before) = known;
    let accounts_read = match accounts {
        1 => "1 account".to_owned(),
        more => format!("{more} accounts"),
    };
    let when = read.map(|read| format!(", {}", span(read))).unwrap_or_default();
    let cut = |why: WhyNot| {
        let (why, mend) = broke_off(why, onward);
        let says = format!("Not read to its end: {why}, after {accounts_read}{when}.");
        ("cut", says, Some(mend))
    };
    let (state, says, mend) = match answer.read {
        Read::Whole(_) => ("whole", format!("Read to its end: {accounts_read}{when}."), None),
        Read::Cut(_, Gap::Failed(why)) => cut(why),
        Read::Cut(_, Gap::More | Gap::Stopped | Gap::Unasked | Gap::Escaped) => cut(WhyNot::Other),
        Read::Failed(_) => view::says(answer),
    };
    PoolRead {
        id: answer.pool.to_string(),
        title: answer.title.clone(),
        role: answer.role.word().to_owned(),
        accounts,
        read_before,
        requests,
        read_from: read.map(|(from, _)| from),
        read_to: read.map(|(_, to)| to),
        state: state.to_owned(),
        why: match answer.read {
            Read::Whole(_) => None,
            Read::Cut(_, Gap::Failed(why)) | Read::Failed(why) => Some(why.word().to_owned()),
            Read::Cut(..) => Some(WhyNot::Other.word().to_owned()),
        },
        says,
        mend,
    }
}

/// Why a pool broke off, and what to do about it.
fn broke_off(why: WhyNot, onward: Onward) -> (&'static str, String) {
    let (said, first) = match why {
        WhyNot::Throttled => (
            "AWS asked to slow down, and went on asking",
            Some("Wait a minute"),
        ),
        WhyNot::Denied => (
            "AWS says that you may not read it",
            Some("Ask for the right cognito-idp:ListUsers on this pool"),
        ),
        WhyNot::SignIn => ("the sign-in has ended", Some("Sign in again")),
        WhyNot::NoSuchPool => (
            "AWS says that it is not a pool of this account and region",
            Some("Check whether the pool is still there"),
        ),
        WhyNot::Unreachable => ("no answer came", Some("Check the connection")),
        WhyNot::Failing => ("AWS failed by itself, or its answer was cut", None),
        WhyNot::Endless => (
            "its pages go round, or have nobody new any more",
            Some("Check which endpoint is asked, because something may answer in the place of AWS"),
        ),
        WhyNot::Other if onward == Onward::Anew => {
            ("AWS no longer takes the place at which the reading stood", None)
        }
        WhyNot::Other => ("AWS refused, or its answer could not be read", None),
    };
    let then = match first {
        Some(first) => format!("{first}, move the result away and give the same command again"),
        None => "Move the result away and give the same command again".to_owned(),
    };
    let goes_on = match onward {
        Onward::Anew => "it begins this pool anew",
        Onward::There => "it goes on from there",
        Onward::Unkept => "it begins anew, because nothing of it is kept",
    };
    (said, format!("{then}: {goes_on}."))
}
