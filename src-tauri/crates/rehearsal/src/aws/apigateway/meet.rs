//! What a request to a deployed API meets: the stage's throttle, the methods of the deployment that the stage serves
//! there and then, and that deployment's authoriser.

use super::api::Authorizer;
use super::part::Stage;
use super::verdicts::{self, Remembered, Verdict};
use super::{canary, opened};
use crate::aws::cognito::{self, Judged};
use crate::state::State;

/// A request to an API, as it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub api: &'a str,
    pub stage: &'a str,
    /// Below the stage.
    pub path: &'a str,
    pub verb: &'a str,
    /// The header by which it is authorised.
    pub authorization: Option<&'a str>,
    /// Its number: places take what is new up one after the other.
    pub number: usize,
    pub now_ms: i64,
}

/// What it meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Met {
    /// No such method.
    Nothing,
    /// A throttle that lets nothing through.
    Throttled,
    /// A method that nothing guards.
    Open,
    /// An authoriser that lets it in.
    Allowed {
        /// The pool of its token.
        pool: String,
        /// Whose token it is.
        user: String,
    },
    /// An authoriser that does not.
    Unauthorized,
    /// The same, because of a token whose time is over.
    Expired,
}

/// What it meets, and the verdict that is new with it.
#[derive(Debug)]
pub(crate) struct Meeting {
    pub met: Met,
    new: Option<(String, Remembered)>,
}

impl Meeting {
    fn of(met: Met) -> Self {
        Self { met, new: None }
    }

    /// Whether there is a verdict to be remembered.
    pub(crate) fn is_new(&self) -> bool {
        self.new.is_some()
    }
}

impl From<Verdict> for Met {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Allowed { pool, user } => Self::Allowed { pool, user },
            Verdict::Refused => Self::Unauthorized,
            Verdict::Expired => Self::Expired,
        }
    }
}

/// Says what a request meets.
pub(crate) fn meet(state: &State, asked: &Asked<'_>) -> Meeting {
    let gateway = &state.apigateway;
    let Some(stage) = gateway.stage_of(asked.api, asked.stage) else {
        return Meeting::of(Met::Nothing);
    };
    if stage.closes(asked.path, asked.verb, asked.number, asked.now_ms) {
        return Meeting::of(Met::Throttled);
    }
    let canary = canary::of(stage, &state.faults).filter(|_| canary::serves(asked.number));
    let id = canary.unwrap_or_else(|| stage.deployment.met(asked.number, asked.now_ms));
    let config = gateway.api(asked.api).and_then(|api| api.deployment(id));
    let Some(config) = config.map(|deployment| &deployment.config) else {
        return Meeting::of(Met::Nothing);
    };
    let config = opened::seen(asked.api, config, &state.faults);
    let Some(method) = config.met(asked.path, asked.verb) else {
        return Meeting::of(Met::Nothing);
    };
    let Some(guard) = &method.authorizer else {
        return Meeting::of(Met::Open);
    };
    let token = asked.authorization.map(bare).filter(|token| !token.is_empty());
    match (config.authorizer(guard), token) {
        (Some(authorizer), Some(token)) => {
            let key = verdicts::key(guard, canary.is_some(), token);
            authorised(state, stage, asked.now_ms, authorizer, token, key)
        }
        // Without a token nobody is asked, and nothing is remembered.
        (None, _) | (_, None) => Meeting::of(Met::Unauthorized),
    }
}

/// Says it, and remembers the verdict.
pub(crate) fn meet_and_remember(state: &mut State, asked: &Asked<'_>) -> Met {
    let Meeting { met, new } = meet(state, asked);
    let stage = state.apigateway.stage_of_mut(asked.api, asked.stage);
    if let (Some((key, one)), Some(stage)) = (new, stage) {
        stage.verdicts.remember(key, one, asked.now_ms);
    }
    met
}

/// The token of a header: as it is, or behind a word, as many send it.
fn bare(header: &str) -> &str {
    let header = header.trim();
    match header.split_once(' ') {
        Some((word, token)) if word.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) | None => header,
    }
}

fn authorised(
    state: &State,
    stage: &Stage,
    now_ms: i64,
    authorizer: &Authorizer,
    token: &str,
    key: String,
) -> Meeting {
    if authorizer.ttl_s > 0
        && let Some(known) = stage.verdicts.known(&key, now_ms)
    {
        return Meeting::of(known.clone().into());
    }
    let accepts = |pool: &str| authorizer.providers.contains(&cognito::arn(pool));
    let (verdict, of) = match state.cognito.judge(token, now_ms) {
        // What is no token is not worth remembering.
        Judged::Garbage => return Meeting::of(Met::Unauthorized),
        Judged::Bad => (Verdict::Refused, None),
        Judged::Expired { pool } if accepts(&pool) => (Verdict::Expired, None),
        Judged::Expired { .. } => (Verdict::Refused, None),
        Judged::Genuine { pool, user } if accepts(&pool) => {
            let allowed = Verdict::Allowed {
                pool: pool.clone(),
                user,
            };
            (allowed, Some(pool))
        }
        Judged::Genuine { pool, .. } => (Verdict::Refused, Some(pool)),
    };
    let one = Remembered {
        verdict: verdict.clone(),
        until_ms: now_ms.saturating_add(i64::from(authorizer.ttl_s) * 1_000),
        pool: of,
    };
    Meeting {
        met: verdict.into(),
        new: (authorizer.ttl_s > 0).then_some((key, one)),
    }
}
