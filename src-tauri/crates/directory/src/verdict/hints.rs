//! What else whole pools show of somebody: where they may be though nobody has their address, and what two pages say
//! differently.

use switchback_model::directory::PoolRole;

use super::words::TORN;
use super::{Facts, Verdict};

/// How somebody may be there though no account has their address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Elsewhere {
    /// An account has their user name, and another address or none.
    UserName,
    /// An account had their address on an earlier page, and has another one since.
    Moved,
}

/// What of it is known of the pools on one side of the move.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hint {
    /// How they may be there.
    pub elsewhere: Option<Elsewhere>,
    /// Whether two pages say different things of their account, and no date tells which of them came later.
    pub torn: bool,
}

/// What of it is known; a search by one attribute knows nothing of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hints {
    /// Of the new pools.
    pub new: Hint,
    /// Of the old ones.
    pub old: Hint,
}

impl Hints {
    pub(super) fn of(&mut self, role: PoolRole) -> &mut Hint {
        match role {
            PoolRole::New => &mut self.new,
            PoolRole::Old => &mut self.old,
        }
    }
}

/// Why nobody can tell, though every pool was read to its end: the sentence and the next step.
pub(super) fn cant_tell(facts: &Facts<'_>) -> Option<(&'static str, &'static str)> {
    const AGAIN: &str = "It was being changed while the pool was read: reconcile the list again.";
    let Hints { new, old } = facts.hints;
    match (facts.new.is_empty(), new.elsewhere) {
        (false, _) if new.torn => Some((
            "Can't tell: two pages of the new pool say different things of the account, and no date tells which is newer.",
            AGAIN,
        )),
        (true, Some(Elsewhere::UserName)) => Some((
            "Can't tell: the user name is there under another address, or without one.",
            "Look up the user name, and compare the account's e-mail address with the list's. Do not create the \
             account.",
        )),
        (true, Some(Elsewhere::Moved)) => Some((
            "Can't tell: an account had this e-mail address when the reading began, and has another one since.",
            AGAIN,
        )),
        (true, None) if old.torn => Some((
            "Can't tell: two pages of the old pool say different things of the account, and no date tells which is newer.",
            AGAIN,
        )),
        _ => None,
    }
}

/// The same as notes, where the verdict rests on something else.
pub(super) fn notes(verdict: Verdict, facts: &Facts<'_>, notes: &mut Vec<String>) {
    let Hints { new, old } = facts.hints;
    if verdict != Verdict::CantTell && (new.torn || old.torn) {
        notes.push(TORN.to_owned());
    }
    if !facts.new.is_empty() && new.elsewhere == Some(Elsewhere::UserName) {
        notes.push(
            "The user name on the list is another account's: check which of the two is theirs.".to_owned(),
        );
    }
    if facts.old.is_empty() && old.elsewhere == Some(Elsewhere::UserName) {
        notes
            .push("In the old pool the user name is there under another address, or without one.".to_owned());
    }
    if let [account] = facts.new.as_slice()
        && account.email.is_none()
        && facts.typed.contains('@')
    {
        notes.push("Found by its user name: the account has no e-mail address.".to_owned());
    }
}
