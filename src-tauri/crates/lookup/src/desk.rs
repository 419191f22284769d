//! The look-up of a person over the pools of a target: read-only, masked, recorded.
//!
//! What was found stays in memory under the look-up's id until it is forgotten; only masked values leave
//! it, and single fields by [`Desk::reveal`].

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use switchback_directory::{PoolAnswer, Query, Read, SHOWN, Source};
use switchback_engine::ports::Clock;
use switchback_journal::{Fingerprint, KeyRing, Trail};
use switchback_model::Operator;
use switchback_model::directory::{Account, Pool};
use tokio::sync::Mutex;

use crate::wire::{
    ApiError, AuditView, DetailAsk, DetailView, LookupView, PoolAnswerView, RevealAsk, Revealed,
};

use crate::pools::PoolScope;
use crate::port::UserPools;
use crate::{audit, list, purpose, read, view};

/// What the details of one account cost (Amazon Cognito pricing, "monthly active users": an
/// AdminGetUser makes a user active).
pub const DETAIL_COST: &str = "Reading the details makes AWS count the person as active this month, which can raise the \
     bill by one active user. A look-up does not.";

/// The look-ups that are kept at most, for windows that are open side by side.
const KEPT: usize = 8;
/// How long the keychain may hold up an answer.
const KEYCHAIN: Duration = Duration::from_secs(2);

/// What a person asks.
pub struct Ask<'a> {
    /// What is looked for.
    pub query: Query,
    /// Why.
    pub purpose: Option<&'a str>,
    /// The source list.
    pub source: Option<&'a Source>,
    /// Who asks.
    pub by: &'a Operator,
}

/// Where look-ups are made: the trail, and what was found and not yet forgotten.
pub struct Desk {
    /// The home, and the key ring: where a reading is kept until it is done, and by what it is sealed.
    pub(crate) home: PathBuf,
    pub(crate) keys: Arc<dyn KeyRing>,
    pub(crate) trail: Arc<Trail>,
    /// By which the trail is dated.
    pub(crate) clock: Arc<dyn Clock>,
    kept: Mutex<VecDeque<Sitting>>,
    pub(crate) list: Mutex<Option<list::Chosen>>,
}

/// One answer that can still be asked about.
struct Sitting {
    id: String,
    query: Query,
    found: Vec<(Pool, Account)>,
    pools: Arc<dyn UserPools>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Sitting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sitting")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    /// The desk of a home folder. `clock` is the machine's: by it the trail is dated.
    #[must_use]
    pub fn new(home: &Path, keys: Arc<dyn KeyRing>, clock: Arc<dyn Clock>) -> Self {
        Self {
            home: home.to_owned(),
            keys: Arc::clone(&keys),
            trail: Arc::new(Trail::new(home.join(audit::FILE), keys)),
            clock,
            kept: Mutex::default(),
            list: Mutex::default(),
        }
    }

    /// Looks for a person in every pool of a place at once, and says what it means.
    ///
    /// # Errors
    /// Where the purpose names the person, or the audit trail can't be written. A pool that does not
    /// answer is no error: the answer says so.
    pub async fn find(
        &self,
        place: &PoolScope,
        pools: Arc<dyn UserPools>,
        ask: Ask<'_>,
    ) -> Result<LookupView, ApiError> {
        let purpose = ask
            .purpose
            .map(|purpose| purpose::taken(purpose, Some(&ask.query), None))
            .transpose()?;
        let subject = self.fingerprint(ask.query.normal().revealed().to_owned());
        let asked = place
            .pools
            .iter()
            .map(|pool| read::read(&*pools, pool, &ask.query, &*place.clock));
        let (answers, subject) = tokio::join!(join_all(asked), subject);
        let at = place.clock.now();
        let (mut answers, pool_views): (Vec<PoolAnswer>, Vec<PoolAnswerView>) = answers.into_iter().unzip();
        let judged = read::judged(&*pools, &ask, &mut answers, at).await;
        let judged = match place.stage {
            Some(stage) => judged.at(stage),
            None => judged,
        };
        let mut found: Vec<(Pool, Account)> = Vec::new();
        for (pool, answer) in place.pools.iter().zip(answers) {
            let (Read::Whole(accounts) | Read::Cut(accounts, _)) = answer.read else {
                continue;
            };
            found.extend(accounts.into_iter().map(|account| (pool.clone(), account)));
        }
        found.sort_by_key(|(pool, _)| pool.role);
        let matches = found.len();
        found.truncate(SHOWN);
        audit::record(
            &self.trail,
            self.clock.now(),
            audit::Entry {
                by: ask.by.to_string(),
                purpose,
                did: audit::Did::Find {
                    matched_by: ask.query.matched_by().word().to_owned(),
                    pools: place.pools.iter().map(|pool| pool.id.to_string()).collect(),
                    matches,
                    verdict: judged.verdict.word().to_owned(),
                },
                subject,
            },
        )
        .await?;
        let lookup = uuid::Uuid::now_v7().to_string();
        let accounts = found.iter().enumerate();
        let view = LookupView {
            lookup: lookup.clone(),
            query: ask.query.text().masked(),
            matched_by: ask.query.matched_by().word().to_owned(),
            verdict: judged.verdict.word().to_owned(),
            meaning: view::meaning(judged.meaning()),
            stage: place.stage.map(view::stage),
            clear: judged.clear,
            sentence: judged.sentence,
            next_step: judged.next_step,
            notes: judged.notes,
            banner: place.kind.map(|kind| kind.banner().to_owned()),
            target: place.target.clone(),
            questions: place
                .pools
                .iter()
                .map(|pool| ask.query.questions_to(pool.role).count())
                .sum(),
            pools: pool_views,
            accounts: accounts
                .map(|(index, (pool, account))| view::account(index, account, pool))
                .collect(),
            matches,
            source: ask.source.map(|source| {
                let lines = source.find(&ask.query).iter().map(|row| row.line).collect();
                view::source(source, lines)
            }),
            at,
        };
        let clock = place.clock.clone();
        self.keep(Sitting {
            id: lookup,
            query: ask.query,
            found,
            pools,
            clock,
        })
        .await;
        Ok(view)
    }

    async fn keep(&self, sitting: Sitting) {
        let mut kept = self.kept.lock().await;
        while kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(sitting);
    }

    /// One field of one account as it is.
    ///
    /// # Errors
    /// Where there is no such look-up, account or field any more, the purpose is empty or names the
    /// person, or the audit trail can't be written.
    pub async fn reveal(&self, ask: &RevealAsk, by: &Operator) -> Result<Revealed, ApiError> {
        let (value, pool, entry) = {
            let kept = self.kept.lock().await;
            let (sitting, pool, account) = account_of(&kept, &ask.lookup, ask.index)?;
            let value = view::field(account, &ask.field).ok_or_else(|| {
                ApiError::new(
                    "not_found",
                    "The account has no such field.",
                    format!("Name one of {}.", view::FIELDS.join(", ")),
                    "the look-up",
                )
            })?;
            let purpose = purpose::taken(&ask.purpose, Some(&sitting.query), Some(account))?;
            let id = account.username.revealed().to_owned();
            (value.clone(), pool.id.to_string(), (purpose, id))
        };
        let (purpose, id) = entry;
        let did = audit::Did::Reveal {
            pool,
            field: ask.field.clone(),
        };
        self.record(purpose, did, id, by).await?;
        Ok(Revealed {
            field: ask.field.clone(),
            value: value.revealed().to_owned(),
        })
    }

    /// The details of one account: one AdminGetUser, which costs ([`DETAIL_COST`]).
    ///
    /// # Errors
    /// As [`Self::reveal`], and as the request fails.
    pub async fn detail(&self, ask: &DetailAsk, by: &Operator) -> Result<DetailView, ApiError> {
        let (pool, username, purpose, pools, clock) = {
            let kept = self.kept.lock().await;
            let (sitting, pool, account) = account_of(&kept, &ask.lookup, ask.index)?;
            let purpose = purpose::taken(&ask.purpose, Some(&sitting.query), Some(account))?;
            let (pools, clock) = (sitting.pools.clone(), sitting.clock.clone());
            (pool.clone(), account.username.clone(), purpose, pools, clock)
        };
        let did = audit::Did::Detail {
            pool: pool.id.to_string(),
        };
        self.record(purpose, did, username.revealed().to_owned(), by)
            .await?;
        let found = pools.detail(&pool.id, &username).await?;
        let view = found
            .as_ref()
            .map(|account| view::account(ask.index, account, &pool));
        if let Some(account) = found {
            let mut kept = self.kept.lock().await;
            let sitting = kept.iter_mut().find(|sitting| sitting.id == ask.lookup);
            if let Some(place) = sitting.and_then(|sitting| sitting.found.get_mut(ask.index)) {
                place.1 = account;
            }
        }
        Ok(DetailView {
            account: view,
            cost: DETAIL_COST.to_owned(),
            at: clock.now(),
        })
    }

    async fn record(
        &self,
        purpose: String,
        did: audit::Did,
        subject: String,
        by: &Operator,
    ) -> Result<(), ApiError> {
        let subject = self.fingerprint(subject).await;
        let entry = audit::Entry {
            by: by.to_string(),
            purpose: Some(purpose),
            did,
            subject,
        };
        audit::record(&self.trail, self.clock.now(), entry).await
    }

    /// Forgets what was found: of one look-up, or of all.
    pub async fn forget(&self, lookup: Option<&str>) {
        self.kept
            .lock()
            .await
            .retain(|sitting| lookup.is_some_and(|id| id != sitting.id));
    }

    /// The audit trail, verified from end to end, with `limit` of its newest entries.
    ///
    /// # Errors
    /// Names the first line that does not follow from the one before.
    pub async fn audit(&self, limit: usize) -> Result<AuditView, ApiError> {
        let trail = Arc::clone(&self.trail);
        tokio::task::spawn_blocking(move || audit::view(&trail, limit))
            .await
            .map_err(|_| ApiError::internal("Reading the audit trail was interrupted."))?
    }

    /// The keychain may wait for its password where nobody sees it: an answer does not wait for that.
    pub(crate) async fn fingerprint(&self, text: String) -> Fingerprint {
        let trail = Arc::clone(&self.trail);
        let named = tokio::task::spawn_blocking(move || trail.fingerprint(&text));
        match tokio::time::timeout(KEYCHAIN, named).await {
            Ok(Ok(named)) => named,
            _ => Fingerprint {
                hash: String::new(),
                key: "none".to_owned(),
                kept: false,
            },
        }
    }
}

fn account_of<'a>(
    kept: &'a VecDeque<Sitting>,
    lookup: &str,
    index: usize,
) -> Result<(&'a Sitting, &'a Pool, &'a Account), ApiError> {
    let sitting = kept.iter().find(|sitting| sitting.id == lookup);
    sitting
        .and_then(|sitting| {
            sitting
                .found
                .get(index)
                .map(|(pool, account)| (sitting, pool, account))
        })
        .ok_or_else(|| {
            ApiError::new(
                "not_found",
                "What was found has been forgotten.",
                "Look again.",
                "the look-up",
            )
        })
}

#[cfg(test)]
pub(crate) mod tests;
