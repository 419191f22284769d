//! The whole source list against the pools: read-only, recorded, into a file that only its owner may
//! read. It may be killed at any moment: the same command goes on from the last page that was read.
//!
//! In this order, and what a kill between two of them leaves:
//! 1. The spool of this work is locked (`switchback_journal::Spool`); what an earlier process kept in it is read. Nothing new.
//! 2. Pages are read, each kept, sealed, while the next is on its way ([`reading`]). The pages, but for the last two.
//! 3. The result is written, line by line, into a file without a name ([`written`]). Nothing: that file ends with its process.
//! 4. It is recorded in the audit trail. An entry more: who looked is recorded once too often rather than never.
//! 5. It is put in its place, whole, where nothing may be yet. The result, and a spool that is swept away later.
//! 6. The spool is removed, unless a pool broke off: then the same command goes on.
//!
//! At the awaits of this file themselves: the keychain ([`reading`] says), the pools' descriptions (an error means that
//! nobody knows how long it takes), the pages, and the audit trail, without which nothing is kept.
//!
//! Held at the same time are the list's rows, the accounts with what verdicts rest on, and a key for each person of the
//! list; verdicts are made line by line, and no page is held twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use switchback_directory::{PoolAnswer, Read, Source, WhyNot, reconcile};
use switchback_model::directory::PoolRules;

use self::kept::{Kept, Left};
use self::reading::{Given, Reading};
use self::work::Work;
use self::written::Draft;
use super::{Desk, PoolScope, UserPools, audit, purpose, view};
use crate::wire::ApiError;

mod asked;
mod ended;
mod kept;
mod nameless;
mod plan;
mod reading;
mod work;
mod written;

pub use asked::{PoolRead, Progress, Reconcile, Reconciled};
pub use plan::{Plan, PoolPlan};
pub use reading::Counts;
pub use written::refuse_existing;

/// Pools that are read at the same time: all of them share the account's quota.
const POOLS_AT_ONCE: usize = 2;

impl Desk {
    /// Reads every pool of a place and writes the verdict of each row to a new file. Where an earlier call for the same
    /// pools and file was cut short within the last hours, it goes on from there.
    ///
    /// # Errors
    /// Where the file is there already, another process is at it, the purpose is empty, names somebody or is missing for
    /// whole addresses, no new pool could be read at all, or the audit trail or the file can't be written. Then there is no
    /// file.
    pub async fn reconcile(
        &self,
        place: &PoolScope,
        pools: &dyn UserPools,
        ask: Reconcile<'_>,
        out: &Path,
    ) -> Result<Reconciled, ApiError> {
        let purpose = ask
            .purpose
            .map(|purpose| purpose::taken(purpose, None, None))
            .transpose()?;
        if ask.reveal && purpose.is_none() {
            return Err(purpose::refused("Whole addresses need a purpose."));
        }
        let work = Work::of(&self.home, place, out)?;
        let (kept, left) = self.take_up(&work, place).await?;
        refuse_existing(out)?;
        written::refuse_closed(out, &work.draft)?;
        let (answers, mut done, kept) = self.read(place, pools, &ask, kept, left).await;
        let failed = |answer: &PoolAnswer| matches!(answer.read, Read::Failed(_));
        if answers.iter().all(failed) {
            return Err(nothing_read(&answers));
        }
        let judging = Instant::now();
        // Made before it is recorded and kept only after: what can't be recorded is not shown.
        let draft = {
            let found = reconcile(ask.source, &answers, place.clock.now());
            done.not_on_list = found.not_on_list();
            Draft::of(&found, ask.reveal, out)?
        };
        done.verdicts.clone_from(&draft.verdicts);
        done.rows = done.verdicts.values().sum();
        tracing::info!(ms = millis(judging), rows = done.rows, "rows judged and written");
        let entry = audit::Entry {
            by: ask.by.to_string(),
            purpose,
            did: audit::Did::Reconcile {
                pools: place.pools.iter().map(|pool| pool.id.to_string()).collect(),
                rows: done.rows,
                complete: done.complete,
                revealed: ask.reveal,
            },
            subject: self.fingerprint(everybody_of(ask.source)).await,
        };
        audit::record(&self.trail, self.clock.now(), entry).await?;
        draft.persist(out, &work.draft)?;
        // Where a pool broke off the same command goes on; a pool of which nothing can be gone on from begins anew by itself.
        if done.complete {
            kept.forget();
        }
        Ok(done)
    }

    /// Reads the pools, as far as they are not read yet.
    async fn read(
        &self,
        place: &PoolScope,
        pools: &dyn UserPools,
        ask: &Reconcile<'_>,
        kept: Kept,
        left: Left,
    ) -> (Vec<PoolAnswer>, Reconciled, Kept) {
        let Left { states, useless } = left;
        let about = join_all(place.pools.iter().map(|pool| pools.about(&pool.id))).await;
        let (rules, people): (Vec<Option<PoolRules>>, Vec<Option<usize>>) = about
            .into_iter()
            .map(|about| about.map_or((None, None), |(rules, people)| (Some(rules), people)))
            .unzip();
        let plan = Plan::of(&place.pools, &states, &people, pools.rate(), kept.is_kept());
        let mut notes = Vec::new();
        if let Some(note) = useless {
            (ask.progress)(Progress::Note(&note));
            notes.push(note);
        }
        (ask.progress)(Progress::Plan(&plan));
        let began = Instant::now();
        let reading = Reading::new((pools, &*self.clock), ask.progress, kept, &states, &people);
        let work = place.pools.iter().enumerate().zip(states);
        let work = work.zip(rules.into_iter().zip(people));
        let given: Vec<Given> = stream::iter(work)
            .map(|((pool, state), about)| reading.pool(pool, state, about))
            .buffered(POOLS_AT_ONCE)
            .collect()
            .await;
        let (mut answers, mut reads) = (Vec::new(), Vec::new());
        for pool in given {
            answers.push(pool.answer);
            reads.push(pool.read);
            notes.extend(pool.notes);
        }
        let kept = reading.kept();
        tracing::info!(
            ms = millis(began),
            kept_ms = whole_ms(kept.took()),
            accounts = reads.iter().map(|read| read.accounts).sum::<usize>(),
            "pools read"
        );
        let done = Reconciled {
            plan,
            rows: 0,
            verdicts: BTreeMap::new(),
            complete: answers.iter().all(|answer| answer.read.is_whole()),
            not_on_list: None,
            pools: reads,
            notes,
        };
        (answers, done, kept)
    }
}

fn millis(since: Instant) -> u64 {
    whole_ms(since.elapsed())
}

fn whole_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn nothing_read(answers: &[PoolAnswer]) -> ApiError {
    let sign_in = |answer: &PoolAnswer| matches!(answer.read, Read::Failed(WhyNot::SignIn));
    let code = if answers.iter().any(sign_in) {
        "sign_in"
    } else {
        "unknown"
    };
    let first = answers.first().map(view::says);
    let (says, mend) = first.map_or_else(Default::default, |(_, says, mend)| {
        (says, mend.unwrap_or_default())
    });
    ApiError::new(
        code,
        format!("No pool could be read, so nothing was written. {says}"),
        mend,
        "the pools",
    )
}

/// The people of the list, for the keyed hash of the audit: the same list is known again.
fn everybody_of(source: &Source) -> String {
    let rows = source.rows().iter();
    let mut people: Vec<String> = rows
        .filter_map(|row| row.email.as_ref())
        .map(|email| email.revealed().to_lowercase())
        .collect();
    people.sort_unstable();
    people.join("\n")
}

#[cfg(test)]
mod tests;
