//! Looks that tell nothing: how long they go on by themselves. What comes of the way there, of a sign-in that ended or of a
//! service that fails passes, and is waited out. An answer that can't be true comes again however often it is asked for: a
//! few looks are enough, then a person is told, and asks for the next ones.

use std::time::Duration;

use switchback_model::{EventKind, Finding, StepId};

use super::{DriveError, Driver};
use crate::ports::ProviderErrorKind as Kind;
use crate::run::RollbackState;

/// So many looks in a row that an answer makes useless are taken by themselves.
pub(super) const LOOKS: u32 = 3;
/// A step whose checks pass, but whose object can't be read for so long, is for a person to decide; as long as a change is
/// waited for until it is everywhere.
const UNREAD_FOR: Duration = Duration::from_secs(600);

/// The looks at one step that told nothing, since one did.
#[derive(Debug)]
pub(super) struct Unread {
    /// Those in a row that an answer made useless, and not the way to it.
    said: u32,
    /// Of the first one, by the monotonic clock.
    since: Duration,
}

/// Whether it is what was answered that makes a look useless.
pub(super) fn is_said(kind: Kind) -> bool {
    match kind {
        Kind::Untrue | Kind::Refused | Kind::Conflict => true,
        Kind::Throttled
        | Kind::Busy
        | Kind::Credentials
        | Kind::Denied
        | Kind::NotFound
        | Kind::Connect
        | Kind::Tls
        | Kind::NoAnswer
        | Kind::Unclear
        | Kind::Guard
        | Kind::Aside => false,
    }
}

/// The words of a finding of which no more looks are taken.
pub(super) fn no_more(why: &str) -> String {
    format!("{why} It was so {LOOKS} times in a row: it is looked at again when you ask for it.")
}

/// Whether a finding is kept already, as it stands or with the words that no more looks are taken.
pub(super) fn is_kept(last: Option<&Finding>, finding: &Finding) -> bool {
    match (last, finding) {
        (Some(Finding::Unclear { why: last }), Finding::Unclear { why }) => last.starts_with(why.as_str()),
        (last, finding) => last == Some(finding),
    }
}

impl Driver {
    /// Notes a look that told nothing; gives whether enough were taken of that answer.
    pub(super) fn told_nothing(&mut self, of: &StepId, failed: Option<Kind>) -> bool {
        let since = self.clock.monotonic();
        let unread = self
            .pace
            .unread
            .entry(of.clone())
            .or_insert(Unread { said: 0, since });
        unread.said = match failed.is_some_and(is_said) {
            true => unread.said + 1,
            false => 0,
        };
        unread.said >= LOOKS
    }

    /// A look told something.
    pub(super) fn told_something(&mut self, of: &StepId) {
        self.pace.unread.remove(of);
    }

    /// Whether no more looks are taken at a step before a person asks.
    pub(super) fn looks_no_more(&self, of: &StepId) -> bool {
        self.pace
            .unread
            .get(of)
            .is_some_and(|unread| unread.said >= LOOKS)
    }

    /// Whether a step whose checks pass could not be read for longer than is waited for.
    pub(super) fn is_unread_for_long(&self, of: &StepId) -> bool {
        let longest = UNREAD_FOR.max(self.clock.tolerance());
        let now = self.clock.monotonic();
        let unread = self.pace.unread.get(of);
        unread.is_some_and(|unread| now.saturating_sub(unread.since) > longest)
    }

    /// A rollback whose item waits for such a step stops there, and says why.
    pub(super) async fn halt_at(&mut self, of: &StepId, why: &str) -> Result<(), DriveError> {
        let rollback = self.run.rollback.as_ref();
        let running = rollback.filter(|rollback| rollback.state == RollbackState::Running);
        let item = running.and_then(|rollback| rollback.item());
        match item
            .filter(|item| item.step.as_ref() == Some(of))
            .map(|item| item.id.clone())
        {
            Some(item) => {
                self.append(vec![EventKind::RollbackHalted {
                    item,
                    why: format!("It can't be told what is there. {why}"),
                    readings: Vec::new(),
                }])
                .await
            }
            None => Ok(()),
        }
    }
}
