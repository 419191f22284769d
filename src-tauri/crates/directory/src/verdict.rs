//! The verdict: what the answers of all pools mean together, in one plain sentence and a next step.
//!
//! Pure. It would rather say "can't tell" than call somebody absent: a pool that did not answer, or
//! was not read to its end, may hold the person (`aws.md` 1.4, `tis.md` "ambiguity was reported as
//! absence").

use jiff::{SignedDuration, Timestamp};
use switchback_model::directory::{Account, AccountStatus, INVITATION_LIVES, PoolRole};

use crate::letters::Odd;
use crate::machine;
use crate::query::{MatchedBy, Query};
use crate::source::{Row, RowFault, Source};

mod hints;
pub(crate) mod meaning;
mod notes;
mod pools;
pub(crate) mod reconcile;
mod words;

use self::hints::Hints;

pub use pools::{Gap, PoolAnswer, Read, SHOWN, WhyNot};

/// What the look-up found, as a word that a script can compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// A technical account that stays where it is.
    MachineUser,
    /// Not every pool could be read.
    CantTell,
    /// More than one account or source row matches.
    Several,
    /// Not in the new pool; nothing more is known.
    NotMigrated,
    /// Not in the new pool, but on the source list or in the old pool.
    NotMigratedKnown,
    /// Not in the new pool, and not active where they come from.
    NotMigratedLeaver,
    /// Neither in a pool nor on the source list.
    NotKnown,
    /// No account whose name begins so.
    NoSuchName,
    /// No account with this id.
    NoSuchId,
    /// Only the old pool has it, and the question can't tell whether they were moved.
    OldPoolOnly,
    /// Signs in by themselves.
    Confirmed,
    /// Signs in, but can't reset a password.
    EmailNotVerified,
    /// Invited, not yet signed in.
    InvitationOpen,
    /// Invited; the invitation has run out.
    InvitationExpired,
    /// Invited; the dates do not tell whether the invitation has run out.
    InvitationUnsure,
    /// Must choose a new password.
    ResetRequired,
    /// Never confirmed.
    Unconfirmed,
    /// Another identity provider signs them in.
    ExternalProvider,
    /// A state for somebody else to look at.
    Escalate,
    /// Switched off.
    Disabled,
}

impl Verdict {
    /// The word of the wire (`verdict`).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::MachineUser => "machine_user",
            Self::CantTell => "cant_tell",
            Self::Several => "several",
            Self::NotMigrated => "not_migrated",
            Self::NotMigratedKnown => "not_migrated_known",
            Self::NotMigratedLeaver => "not_migrated_leaver",
            Self::NotKnown => "not_known",
            Self::NoSuchName => "no_such_name",
            Self::NoSuchId => "no_such_id",
            Self::OldPoolOnly => "old_pool_only",
            Self::Confirmed => "confirmed",
            Self::EmailNotVerified => "email_not_verified",
            Self::InvitationOpen => "invitation_open",
            Self::InvitationExpired => "invitation_expired",
            Self::InvitationUnsure => "invitation_unsure",
            Self::ResetRequired => "reset_required",
            Self::Unconfirmed => "unconfirmed",
            Self::ExternalProvider => "external_provider",
            Self::Escalate => "escalate",
            Self::Disabled => "disabled",
        }
    }

    /// Whether it says that the new pool has no such person.
    #[must_use]
    pub fn says_absent(self) -> bool {
        matches!(
            self,
            Self::NotMigrated
                | Self::NotMigratedKnown
                | Self::NotMigratedLeaver
                | Self::NotKnown
                | Self::NoSuchName
                | Self::NoSuchId
        )
    }

    /// Whether it rests on how long an invitation lives.
    #[must_use]
    pub fn is_of_invitation(self) -> bool {
        matches!(
            self,
            Self::InvitationOpen | Self::InvitationExpired | Self::InvitationUnsure
        )
    }

    /// Whether the question got an answer, be it "several".
    #[must_use]
    pub fn is_clear(self) -> bool {
        !matches!(self, Self::CantTell | Self::OldPoolOnly)
    }
}

/// The verdict and its words. Names nobody: it may be shown, logged and said on a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was found.
    pub verdict: Verdict,
    /// Whether the question got an answer without an "if".
    pub clear: bool,
    /// It in one plain sentence or two.
    pub sentence: String,
    /// What to do now.
    pub next_step: String,
    /// What else one should know, most important first.
    pub notes: Vec<String>,
}

/// Judges what the pools answered, and the source list where there is one. `now` tells an open
/// invitation from an expired one.
#[must_use]
pub fn judge(query: &Query, pools: &[PoolAnswer], source: Option<&Source>, now: Timestamp) -> Answer {
    let rows: Vec<&Row> = source.map(|source| source.find(query)).unwrap_or_default();
    let facts = Facts {
        typed: query.text().revealed(),
        matched_by: query.matched_by(),
        new: accounts(pools, PoolRole::New),
        old: accounts(pools, PoolRole::Old),
        pools,
        rows,
        source,
        odd: query.odd(),
        now,
        listed: true,
        hints: Hints::default(),
    };
    let mut answer = facts.answer(query.text().revealed());
    if !query.taken_off().is_empty() {
        answer
            .notes
            .insert(0, format!("Read without {}.", query.taken_off()));
    }
    answer
}

fn accounts(pools: &[PoolAnswer], role: PoolRole) -> Vec<&Account> {
    let of_role = pools.iter().filter(|answer| answer.role == role);
    of_role.flat_map(|answer| answer.read.accounts()).collect()
}

/// What the verdict is drawn from.
struct Facts<'a> {
    typed: &'a str,
    matched_by: MatchedBy,
    new: Vec<&'a Account>,
    old: Vec<&'a Account>,
    pools: &'a [PoolAnswer],
    rows: Vec<&'a Row>,
    source: Option<&'a Source>,
    /// A letter of what was asked that may be taken for another.
    odd: Option<Odd>,
    now: Timestamp,
    /// Whether the accounts are shown beside the answer.
    listed: bool,
    /// What else whole pools show of them.
    hints: Hints,
}

impl Facts<'_> {
    /// `text` is what the person was looked for by.
    fn answer(&self, text: &str) -> Answer {
        let verdict = if machine::is_machine(text) || self.meets_a_machine() {
            Verdict::MachineUser
        } else {
            self.verdict()
        };
        words::answer(verdict, self)
    }

    /// Whether everything that matches is a machine user: a list that holds one among people is still a
    /// list. An address is one person, so there a row that marks it as a machine user is enough.
    fn meets_a_machine(&self) -> bool {
        let mut accounts = self.new.iter().chain(&self.old);
        let marked = !self.rows.is_empty() && self.rows.iter().all(|row| row.machine);
        let found = !self.new.is_empty() || !self.old.is_empty();
        let machines = accounts.all(|account| machine::is_machine_account(account));
        match self.matched_by {
            MatchedBy::Email if marked => true,
            _ if found => machines && (self.rows.is_empty() || marked),
            _ => marked,
        }
    }

    fn verdict(&self) -> Verdict {
        let all_read = !self.pools.is_empty() && self.pools.iter().all(|answer| answer.read.is_whole());
        // The old pool does not change what an account in the new one says; a hole in it only matters
        // where the new one has nobody.
        let new_read = self.pools.iter().any(|answer| answer.role == PoolRole::New)
            && self
                .pools
                .iter()
                .all(|answer| answer.role == PoolRole::Old || answer.read.is_whole());
        match self.new.as_slice() {
            [_, _, ..] => Verdict::Several,
            [_] if self.hints.new.torn => Verdict::CantTell,
            [account] if new_read => self.of_account(account),
            [] if self.old.len() > 1 => Verdict::Several,
            // Whom another name leads to is not called absent, nor who may be a leaver or none.
            [] if self.hints.new.elsewhere.is_some() || self.hints.old.torn => Verdict::CantTell,
            [] if all_read && new_read => self.absent(),
            _ => Verdict::CantTell,
        }
    }

    /// A quote of the source list that swallowed lines.
    fn swallowed(&self) -> Option<RowFault> {
        self.source.and_then(Source::swallowed)
    }

    /// An account of which the pool does not say whether it is enabled.
    fn not_said(&self) -> Option<&Account> {
        let mut accounts = self.new.iter().chain(&self.old).copied();
        accounts.find(|account| account.enabled.is_none())
    }

    /// Whether somebody may be there under the same address or user name in other letters.
    fn may_be_there_in_other_letters(&self) -> bool {
        matches!(self.matched_by, MatchedBy::Email | MatchedBy::Username)
            && self
                .pools
                .iter()
                .any(|answer| answer.role == PoolRole::New && answer.letter_case_may_count())
    }

    fn absent(&self) -> Verdict {
        // A letter that looks like another, or a list that swallowed people, proves nobody absent.
        let is_one = matches!(self.matched_by, MatchedBy::Email | MatchedBy::Username);
        if is_one && self.rows.is_empty() && self.old.is_empty() && self.swallowed().is_some() {
            return Verdict::CantTell;
        }
        if is_one && self.odd.is_some() {
            return Verdict::CantTell;
        }
        if self.rows.len() > 1 && self.old.is_empty() {
            return Verdict::Several;
        }
        // A sub is another one in each pool, and a name may be written differently.
        if !self.old.is_empty() && self.matched_by != MatchedBy::Email {
            return Verdict::OldPoolOnly;
        }
        let left = self.rows.iter().any(|row| row.active == Some(false))
            || self.old.iter().any(|account| account.enabled == Some(false));
        let known = !self.rows.is_empty() || !self.old.is_empty();
        // Who can't be said to be active there can't be told to sign in there.
        if !left && self.not_said().is_some() {
            return Verdict::CantTell;
        }
        match self.matched_by {
            MatchedBy::Email if left => Verdict::NotMigratedLeaver,
            MatchedBy::Sub | MatchedBy::Username => Verdict::NoSuchId,
            MatchedBy::Name => Verdict::NoSuchName,
            MatchedBy::Email if known => Verdict::NotMigratedKnown,
            MatchedBy::Email if self.source.is_some_and(Source::has_every_address) => Verdict::NotKnown,
            MatchedBy::Email => Verdict::NotMigrated,
        }
    }

    /// How long an invitation lives in the account's pool, as far as the pool says.
    fn invitation_lives(&self, account: &Account) -> Option<SignedDuration> {
        let mut pools = self.pools.iter();
        let of_account = pools.find(|answer| answer.pool.as_str() == account.pool);
        of_account.and_then(PoolAnswer::invitation_lives)
    }

    fn of_account(&self, account: &Account) -> Verdict {
        match account.status {
            AccountStatus::Archived | AccountStatus::Compromised | AccountStatus::Unknown => {
                Verdict::Escalate
            }
            _ if account.enabled == Some(false) => Verdict::Disabled,
            _ if account.enabled.is_none() => Verdict::CantTell,
            AccountStatus::Confirmed if account.email_verified == Some(true) => Verdict::Confirmed,
            AccountStatus::Confirmed => Verdict::EmailNotVerified,
            AccountStatus::ForceChangePassword => self.of_invitation(account),
            AccountStatus::ResetRequired => Verdict::ResetRequired,
            AccountStatus::Unconfirmed => Verdict::Unconfirmed,
            AccountStatus::ExternalProvider => Verdict::ExternalProvider,
        }
    }

    /// The invitation was sent when the account was made or, sent again, at the latest when it was last
    /// changed.
    fn of_invitation(&self, account: &Account) -> Verdict {
        let life = self.invitation_lives(account).unwrap_or(INVITATION_LIVES);
        let lives = |at: Timestamp| self.now.duration_since(at) < life;
        match (account.created_at, account.modified_at.or(account.created_at)) {
            (Some(created), _) if lives(created) => Verdict::InvitationOpen,
            (_, Some(modified)) if !lives(modified) => Verdict::InvitationExpired,
            _ => Verdict::InvitationUnsure,
        }
    }
}

#[cfg(test)]
mod tests;
