//! Whole pools, page by page, each page kept while the next is on its way.
//!
//! What can go wrong at each await:
//! * *The spool is opened* (a thread of its own): the keychain may wait for a password that nobody types; it gives up by
//!   itself, and nothing is kept then, which is said. Another process may be at the same work: refused.
//! * *The pools are described*: refused, slow or unanswered, which only means that nobody knows how long it takes.
//! * *A page*: `switchback_aws::cognito::Walk` says what. The process may be killed before the page is kept: it is asked
//!   for again by the next one, and so is the one that was on its way. Killed after: it is not. A token that AWS no longer
//!   takes has that pool begin anew, twice at most, which is said.
//! * *The other pool*: two are read at the same time, and one that fails does not end the other.
//!
//! Keeping a page waits for the kernel, not for the disk: some tens of microseconds on the thread that reads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use switchback_aws::cognito::{UserPage, Walk};
use switchback_directory::{Gap, PoolAnswer, Read};
use switchback_engine::ports::Clock;
use switchback_model::directory::{Account, Pool, PoolRole, PoolRules};

use super::ended::{Onward, far_below, is_far_below, pool_read};
use super::kept::{Kept, slim};
use super::plan::PAGE;
use super::{PoolRead, Progress};
use crate::UserPools;
use crate::port::why_broken;

/// How often a pool is begun anew because its token was no longer taken.
const ANEW: usize = 2;

/// Where one pool stands.
#[derive(Default)]
pub(super) struct PoolState {
    /// Where one goes on.
    pub walk: Walk,
    /// Who was read.
    pub accounts: Vec<Account>,
    /// How many accounts that is: who stands on two pages is one.
    pub known: usize,
    /// Pages that were read.
    pub pages: usize,
    /// When the first and the last of them were read.
    pub span: Option<(Timestamp, Timestamp)>,
}

impl PoolState {
    /// Takes the people of a page, by which so many accounts are known.
    pub(super) fn take(&mut self, at: Timestamp, users: Vec<Account>, known: usize) {
        self.accounts.extend(users);
        self.known = known;
        self.pages += 1;
        self.span = Some((self.span.map_or(at, |(from, _)| from), at));
    }
}

/// "from 2026-11-30 10:02 to 10:31 UTC".
pub(super) fn span((from, to): (Timestamp, Timestamp)) -> String {
    let from = from.to_zoned(TimeZone::UTC);
    let to = to.to_zoned(TimeZone::UTC);
    let last = match from.date() == to.date() {
        true => to.strftime("%H:%M"),
        false => to.strftime("%Y-%m-%d %H:%M"),
    };
    format!("from {} to {last} UTC", from.strftime("%Y-%m-%d %H:%M"))
}

/// How far a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Accounts that are read, those of an earlier process among them.
    pub accounts: usize,
    /// About how many there are; none where a pool does not say.
    pub of: Option<usize>,
    /// Requests of this process.
    pub requests: usize,
    /// About how many are left; none where a pool does not say how many accounts it has, or has more than it says.
    pub left: Option<usize>,
}

/// How far each pool is.
#[derive(Clone, Copy)]
struct Far {
    accounts: usize,
    of: Option<usize>,
    ended: bool,
}

/// A reading of several pools.
pub(super) struct Reading<'a> {
    pools: &'a dyn UserPools,
    clock: &'a dyn Clock,
    progress: &'a (dyn Fn(Progress<'_>) + Sync),
    kept: Mutex<Kept>,
    far: Mutex<(usize, Vec<Far>)>,
}

/// What one pool gave.
pub(super) struct Given {
    /// For the verdicts.
    pub answer: PoolAnswer,
    /// For the result.
    pub read: PoolRead,
    /// What else one should know.
    pub notes: Vec<String>,
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Reading<'a> {
    /// `people` is how many each pool says that it has.
    pub(super) fn new(
        (pools, clock): (&'a dyn UserPools, &'a dyn Clock),
        progress: &'a (dyn Fn(Progress<'_>) + Sync),
        kept: Kept,
        states: &[PoolState],
        people: &[Option<usize>],
    ) -> Self {
        let far = states.iter().zip(people).map(|(state, people)| Far {
            accounts: state.known,
            of: *people,
            ended: state.walk.has_ended(),
        });
        Self {
            pools,
            clock,
            progress,
            kept: Mutex::new(kept),
            far: Mutex::new((0, far.collect())),
        }
    }

    /// What is kept, at the end.
    pub(super) fn kept(self) -> Kept {
        self.kept.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on with a pool to its end.
    pub(super) async fn pool(
        &self,
        (number, pool): (usize, &Pool),
        mut state: PoolState,
        about: (Option<PoolRules>, Option<usize>),
    ) -> Given {
        let before = state.known;
        let mut walk = std::mem::take(&mut state.walk);
        let mut notes = Vec::new();
        let mut anew = 0;
        let mut leads_nowhere = false;
        let ended = loop {
            let mut take = |page: UserPage, known: usize| {
                let ended = page.next.is_none();
                if let Err(note) = self.page(number, &mut state, page, known) {
                    notes.push(note);
                }
                self.tell(number, &state, ended);
            };
            let broken = self.pools.everybody(&pool.id, &mut walk, &mut take).await;
            match broken {
                Ok(()) => break None,
                Err(broken) if broken.token && anew < ANEW => {
                    anew += 1;
                    walk = Walk::default();
                    state = PoolState::default();
                    notes.extend(locked(&self.kept).anew(number).err().map(unkept));
                    let note = format!(
                        "{}: AWS no longer took the place at which the reading stood, so it was read anew.",
                        pool.title
                    );
                    (self.progress)(Progress::Note(&note));
                    notes.push(note);
                }
                Err(broken) => {
                    // Where this ended the next process would end, too: it begins the pool anew, and goes on with the others.
                    leads_nowhere = broken.token || broken.endless;
                    if leads_nowhere {
                        notes.extend(locked(&self.kept).anew(number).err().map(unkept));
                    }
                    break Some(why_broken(&broken));
                }
            }
        };
        let PoolState {
            accounts,
            known,
            pages,
            span,
            ..
        } = state;
        let said = about
            .1
            .filter(|said| ended.is_none() && is_far_below(known, *said));
        if let Some(said) = said {
            let note = far_below(&pool.title, known, said);
            (self.progress)(Progress::Note(&note));
            notes.push(note);
        }
        let read = match ended {
            None => Read::Whole(accounts),
            Some(why) if accounts.is_empty() => Read::Failed(why),
            Some(why) => Read::Cut(accounts, Gap::Failed(why)),
        };
        let answer = PoolAnswer {
            pool: pool.id.clone(),
            title: pool.title.clone(),
            role: pool.role,
            // Everybody is compared here whatever the letters; how long invitations live is the pool's to say.
            rules: about.0.filter(|_| pool.role == PoolRole::New),
            read,
        };
        let onward = match (leads_nowhere, locked(&self.kept).is_kept()) {
            (true, _) => Onward::Anew,
            (false, true) => Onward::There,
            (false, false) => Onward::Unkept,
        };
        let read_before = if anew == 0 { before } else { 0 };
        Given {
            read: pool_read(&answer, (known, read_before), pages, span, onward),
            answer,
            notes,
        }
    }

    /// Takes a page: kept first, so that it is never asked for again.
    fn page(
        &self,
        number: usize,
        state: &mut PoolState,
        mut page: UserPage,
        known: usize,
    ) -> Result<(), String> {
        let at = self.clock.now();
        slim(&mut page.users);
        let kept = locked(&self.kept).page(number, at, &page).map_err(unkept);
        state.take(at, page.users, known);
        if let Err(note) = &kept {
            (self.progress)(Progress::Note(note));
        }
        kept
    }

    fn tell(&self, number: usize, state: &PoolState, ended: bool) {
        let counts = {
            let mut far = locked(&self.far);
            far.0 += 1;
            if let Some(pool) = far.1.get_mut(number) {
                (pool.accounts, pool.ended) = (state.known, ended);
            }
            counts(far.0, &far.1)
        };
        (self.progress)(Progress::Read(counts));
    }
}

fn counts(requests: usize, far: &[Far]) -> Counts {
    let left = far.iter().map(|pool| match (pool.ended, pool.of) {
        (true, _) => Some(0),
        (false, Some(of)) if of > pool.accounts => Some((of - pool.accounts).div_ceil(PAGE)),
        // A pool that is said to be empty takes the one page that shows it.
        (false, Some(0)) if pool.accounts == 0 => Some(1),
        (false, _) => None,
    });
    Counts {
        accounts: far.iter().map(|pool| pool.accounts).sum(),
        of: far.iter().map(|pool| pool.of).sum(),
        requests,
        left: left.sum(),
    }
}

fn unkept(error: crate::wire::ApiError) -> String {
    format!(
        "From here on nothing is kept of what is read: {} If this is interrupted, it goes on from what was kept before.",
        error.message
    )
}
