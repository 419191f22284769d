//! Canaries: users of Cognito pools who are made for probes, and the tokens that they get. A token is kept in memory alone,
//! until shortly before its end; a sign-in that was refused is not tried again for a while, because three wrong tries may
//! lock somebody out. What is kept outlives the surroundings of a run, so that a check does not sign in each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use switchback_aws::cognito::NotSignedIn;
use switchback_engine::ports::Clock;
use switchback_journal::{Canary, CanaryRefusal, CanaryRow};
use switchback_model::TargetName;
use switchback_model::directory::PoolId;
use switchback_probes::{IdToken, NoToken, Stands, Tokens};

use self::door::Door;
use self::source::{Source, unread};
use self::words::{absent, broke_off, not_looked_for, place, set_command};
use crate::wire::ApiError;

mod door;
mod held;
mod source;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use self::source::{Kept, Known};
pub use self::words::{canary_refused, no_canary};

/// So long before its end a token is no longer given: what asks with it takes its time.
const BEFORE_ITS_END: SignedDuration = SignedDuration::from_mins(5);

/// So long a sign-in that was refused is not tried again: Cognito's own lock-out lasts up to this (developer guide,
/// "Lockout behavior for failed sign-in attempts").
const NOT_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// How old a token is at most that says what a sign-in brings. A check that fails is read again every few seconds, and each
/// of these is no sign-in.
const FRESH: SignedDuration = SignedDuration::from_secs(30);

const LOOK_AT_CLOCK: &str =
    "Look at this computer's clock, and at the pool and the client that the canary was set with.";

/// A pool as one target sees it at one place: AWS, or a custom endpoint.
type CanaryKey = (String, TargetName, PoolId);

/// What is known of one pool's canary. Its lock is held while somebody signs in, so that all who ask at the same moment make
/// one sign-in.
#[derive(Default)]
struct Slot {
    token: Option<Token>,
    /// The last refusal, and of which setting of the canary.
    refused: Option<(String, CanaryRefusal)>,
}

impl Slot {
    /// The refusal because of which nobody may try yet; another process of this home may have been refused, too.
    fn pause<'a>(&'a self, row: &'a CanaryRow, now: Timestamp) -> Option<&'a CanaryRefusal> {
        let ours = self.refused.as_ref().filter(|(mark, _)| *mark == row.mark);
        let refused = ours.map(|(_, refusal)| refusal).into_iter().chain(&row.refused);
        refused
            .filter(|refusal| now.duration_since(refusal.at).abs() < NOT_AGAIN)
            .max_by_key(|refusal| refusal.at)
    }
}

struct Token {
    /// Of which setting of the canary.
    mark: String,
    token: IdToken,
    /// When it was asked for.
    since: Timestamp,
    until: Timestamp,
}

/// What was given so far, for the life of this program.
#[derive(Default)]
pub(crate) struct Given(Mutex<HashMap<CanaryKey, Arc<tokio::sync::Mutex<Slot>>>>);

impl Given {
    fn slot(&self, place: CanaryKey) -> Arc<tokio::sync::Mutex<Slot>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(place).or_default().clone()
    }
}

/// Why there is no token: which kind of reason, and its words.
#[derive(Debug)]
enum Not {
    /// No canary is known of this pool.
    Known(NoToken),
    /// It can't be read.
    Read(NoToken),
    /// The pool does not have it, and a sign-in would make it there.
    There(NoToken),
    /// Its sign-in was refused, now or a while ago.
    Admitted(NoToken),
    /// It can't be told whether it would be.
    Told(NoToken),
}

impl Not {
    fn words(self) -> NoToken {
        match self {
            Self::Known(words)
            | Self::Read(words)
            | Self::There(words)
            | Self::Admitted(words)
            | Self::Told(words) => words,
        }
    }

    fn at_the_boundary(self, pool: &PoolId) -> ApiError {
        let code = match self {
            Self::Known(_) => "not_found",
            Self::Read(_) => "keychain",
            Self::There(_) | Self::Admitted(_) => "check_failed",
            Self::Told(_) => "unknown",
        };
        let words = self.words();
        let message = format!("No token: {}.", words.message.trim_end_matches('.'));
        ApiError::new(code, message, words.hint.unwrap_or_default(), place(pool))
    }
}

/// Gives the tokens of one target's pools.
#[derive(Clone)]
pub(crate) struct Giver {
    given: Arc<Given>,
    /// Where the pools are asked: AWS, or an endpoint.
    at: String,
    target: TargetName,
    source: Arc<dyn Source>,
    door: Arc<dyn Door>,
    clock: Arc<dyn Clock>,
}

#[async_trait]
impl Tokens for Giver {
    async fn id_token(&self, pool: &str) -> Result<IdToken, NoToken> {
        self.ask(known_pool(pool)?, None).await.map_err(Not::words)
    }

    async fn fresh_id_token(&self, pool: &str) -> Result<IdToken, NoToken> {
        self.ask(known_pool(pool)?, Some(FRESH)).await.map_err(Not::words)
    }

    async fn knows(&self, pool: &str) -> Result<(), NoToken> {
        let row = self.row(&known_pool(pool)?).await;
        row.map(drop).map_err(Not::words)
    }

    async fn stands(&self, pool: &str, sub: Option<&str>) -> Result<Stands, NoToken> {
        let pool = known_pool(pool)?;
        let row = self.row(&pool).await.map_err(Not::words)?;
        let canary = self.known(&row).await.map_err(Not::words)?;
        let untold = |error| not_looked_for(error).words();
        let by_name = self.door.has(&pool, &canary).await.map_err(untold)?;
        let by_sub = match sub {
            Some(sub) => Some(self.door.has_sub(&pool, sub).await.map_err(untold)?),
            None => None,
        };
        Ok(Stands { by_name, by_sub })
    }
}

fn known_pool(pool: &str) -> Result<PoolId, NoToken> {
    PoolId::new(pool).map_err(|_| NoToken {
        message: "this is no id of a user pool".to_owned(),
        hint: Some("Correct the pool in the target.".to_owned()),
    })
}

impl Giver {
    /// When the token ends that the canary of a pool gets.
    ///
    /// # Errors
    /// Why it gets none.
    pub(crate) async fn tried(&self, pool: &PoolId) -> Result<Option<Timestamp>, ApiError> {
        match self.ask(pool.clone(), None).await {
            // A check would not send it either.
            Ok(token) => match token.unfit(pool.as_str(), self.clock.now()) {
                None => Ok(token.ends()),
                Some(message) => Err(Not::Told(NoToken {
                    message,
                    hint: Some(LOOK_AT_CLOCK.to_owned()),
                })
                .at_the_boundary(pool)),
            },
            Err(not) => Err(not.at_the_boundary(pool)),
        }
    }

    /// In a task of its own: who asks may give up, and what came of the sign-in is remembered all the same.
    async fn ask(&self, pool: PoolId, no_older: Option<SignedDuration>) -> Result<IdToken, Not> {
        let this = self.clone();
        let asked = tokio::spawn(async move { this.asked(pool, no_older).await });
        asked.await.unwrap_or_else(|_| Err(broke_off()))
    }

    async fn asked(&self, pool: PoolId, no_older: Option<SignedDuration>) -> Result<IdToken, Not> {
        let slot = self
            .given
            .slot((self.at.clone(), self.target.clone(), pool.clone()));
        let mut slot = slot.lock().await;
        let row = self.row(&pool).await?;
        let now = self.clock.now();
        let too_old = |kept: &Token| {
            let age = now.duration_since(kept.since);
            no_older.is_some_and(|most| age.is_negative() || age > most)
        };
        match &slot.token {
            Some(kept) if kept.mark == row.mark && now < kept.until && !too_old(kept) => {
                return Ok(kept.token.clone());
            }
            _ => slot.token = None,
        }
        if let Some(refusal) = slot.pause(&row, now) {
            return Err(Not::Admitted(self.not_again(&pool, refusal)));
        }
        self.sign_in(&mut slot, &pool, row).await
    }

    /// The row of a pool's canary.
    async fn row(&self, pool: &PoolId) -> Result<CanaryRow, Not> {
        let looked = pool.clone();
        let row = self.on_thread(move |source| source.row(&looked)).await?;
        row.map_err(|error| Not::Read(unread(error)))?.ok_or_else(|| {
            let mut nobody = NoToken::nobody(self.target.as_str(), pool.as_str());
            nobody.hint = nobody.hint.filter(|_| self.source.can_be_set());
            Not::Known(nobody)
        })
    }

    /// The canary of a row.
    async fn known(&self, row: &CanaryRow) -> Result<Canary, Not> {
        let of = row.clone();
        let canary = self.on_thread(move |source| source.canary(&of)).await?;
        canary.map_err(|error| Not::Read(unread(error)))
    }

    async fn sign_in(&self, slot: &mut Slot, pool: &PoolId, row: CanaryRow) -> Result<IdToken, Not> {
        let canary = self.known(&row).await?;
        match self.door.has(pool, &canary).await {
            Ok(true) => {}
            Ok(false) => return Err(Not::There(absent(pool))),
            Err(error) => return Err(not_looked_for(error)),
        }
        let since = self.clock.now();
        match self.door.sign_in(pool, &canary).await {
            Ok(token) => {
                slot.refused = None;
                slot.token = Some(Token {
                    since,
                    until: until(&token, self.clock.now()),
                    mark: row.mark.clone(),
                    token: token.clone(),
                });
                if row.refused.is_some() {
                    self.note(row, None).await;
                }
                Ok(token)
            }
            Err(NotSignedIn::Refused { why, mend }) => {
                let words = NoToken {
                    message: format!("the sign-in of its canary was refused: {why}"),
                    hint: Some(self.mend(pool, mend)),
                };
                self.refused(slot, row, &why, mend).await;
                Err(Not::Admitted(words))
            }
            Err(NotSignedIn::Untold(error)) => Err(Not::Told(NoToken {
                message: format!("its canary could not be signed in: {}", error.message),
                hint: error.hint,
            })),
        }
    }

    /// Notes a refusal, here and for other processes of this home.
    async fn refused(&self, slot: &mut Slot, row: CanaryRow, why: &str, mend: &str) {
        let refusal = CanaryRefusal {
            at: self.clock.now(),
            why: why.to_owned(),
            mend: mend.to_owned(),
        };
        slot.refused = Some((row.mark.clone(), refusal.clone()));
        self.note(row, Some(refusal)).await;
    }

    /// Tells other processes of this home what came of a sign-in. This one remembers it anyway.
    async fn note(&self, row: CanaryRow, refused: Option<CanaryRefusal>) {
        let noted = self.on_thread(move |source| source.tried(&row, refused)).await;
        if !matches!(noted, Ok(Ok(()))) {
            tracing::warn!("what came of a canary's sign-in is remembered by this process alone");
        }
    }

    fn not_again(&self, pool: &PoolId, refusal: &CanaryRefusal) -> NoToken {
        let shown = |at: Timestamp| at.strftime("%H:%M UTC").to_string();
        let again = refusal.at.checked_add(NOT_AGAIN).unwrap_or(refusal.at);
        NoToken {
            message: format!(
                "the sign-in of its canary was refused at {}: {}; not tried again before {}, so that nobody is locked out",
                shown(refusal.at),
                refusal.why,
                shown(again),
            ),
            hint: Some(self.mend(pool, &refusal.mend)),
        }
    }

    fn mend(&self, pool: &PoolId, mend: &str) -> String {
        match self.source.can_be_set() {
            false => mend.to_owned(),
            true => format!(
                "{mend} Then set it anew, and it is tried at once: {}",
                set_command(&self.target, pool)
            ),
        }
    }

    /// The keychain may take its time.
    async fn on_thread<T: Send + 'static>(
        &self,
        act: impl FnOnce(&dyn Source) -> T + Send + 'static,
    ) -> Result<T, Not> {
        let source = self.source.clone();
        tokio::task::spawn_blocking(move || act(&*source))
            .await
            .map_err(|_| broke_off())
    }
}

/// Until when a token is given. One that lives so short that it would never be given again is kept for half of its life; one
/// that does not say when it ends is not kept.
fn until(token: &IdToken, now: Timestamp) -> Timestamp {
    let Some(ends) = token.ends() else {
        return now;
    };
    let before = BEFORE_ITS_END.min(ends.duration_since(now) / 2);
    ends.checked_sub(before).unwrap_or(now)
}

/// Puts the giver together.
pub(crate) fn giver(
    given: &Arc<Given>,
    at: &str,
    source: impl Source + 'static,
    door: impl Door + 'static,
    clock: Arc<dyn Clock>,
) -> Giver {
    Giver {
        given: given.clone(),
        at: at.to_owned(),
        target: source.target().clone(),
        source: Arc::new(source),
        door: Arc::new(door),
        clock,
    }
}
