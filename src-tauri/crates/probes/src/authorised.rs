//! A read that asks for a token: refused without one, refused with one of a pool that is not meant, refused with one that is
//! forged, answered with one of a pool that is meant.
//!
//! Only a 401 is a refusal, and with a token only one in the words that are said to who brings none: API Gateway answers
//! "The incoming token has expired" with 401 as well. A 403 is a firewall, a policy or the application; 429, 5xx and
//! silence say nothing of whom it answers. A token that has expired, or is of another issuer, is never sent. A forged one
//! is the canary's own with another signature: an API that looks at what a token says, or at whether one is there, and not at
//! who signed it, would answer it.

use std::net::IpAddr;

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use serde::Deserialize;
use switchback_model::{AuthorisedCheck, CheckReading, CheckSpec, Verdict};

use crate::error::{ProbeError, printable};
use crate::http::Site;
use crate::reading::Reading;
use crate::tokens::{IdToken, NoToken, Tokens};
use crate::world::ProbeWorld;

/// So much of a refusal is read, in bytes. An answer that is no refusal is not read at all: it may be about people.
const MOST_OF_A_BODY: usize = 16 * 1024;

/// What a 401 says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Words {
    /// `message` of a JSON answer, as API Gateway writes it.
    message: Option<String>,
    /// Whether it says that the token has expired.
    expired: bool,
}

/// How a request was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Heard {
    /// With 200.
    Answered,
    /// With 401.
    Refused(Words),
    /// With another status that somebody gave on purpose.
    Other(u16),
    /// Nothing that says whom it answers.
    Untold(String),
}

impl Heard {
    fn words(&self) -> String {
        match self {
            Self::Answered => "HTTP 200".to_owned(),
            Self::Refused(_) => "HTTP 401".to_owned(),
            Self::Other(403) => "HTTP 403, which a firewall or the application says, too".to_owned(),
            Self::Other(status) => format!("HTTP {status}"),
            Self::Untold(words) => words.clone(),
        }
    }
}

/// What was said so far: what is wrong, what can't be told, and what is right.
#[derive(Default)]
struct Findings {
    wrong: Vec<String>,
    untold: Vec<String>,
    right: Vec<String>,
    mend: Option<String>,
}

impl Findings {
    fn wrong(&mut self, words: String, mend: &str) {
        self.wrong.push(words);
        self.mend.get_or_insert_with(|| mend.to_owned());
    }

    fn reading(self, reading: Reading<'_>) -> CheckReading {
        let verdict = match (self.wrong.is_empty(), self.untold.is_empty()) {
            (false, _) => Verdict::Fail,
            (true, false) => Verdict::Error,
            (true, true) => Verdict::Pass,
        };
        let mut said = [self.wrong, self.untold, self.right].concat();
        if said.is_empty() {
            said.push("nothing was asked".to_owned());
        }
        reading.end(verdict, said.join("; "), self.mend.as_deref())
    }
}

/// `http.authorised`: a GET is refused without a token, with one of a pool that shall be refused and with a forged one, and
/// answered with one of each pool that shall be accepted. `tokens`: who gives them; none = nobody is known. Nothing is asked twice.
pub async fn check_authorised(
    spec: &CheckSpec,
    check: &AuthorisedCheck,
    tokens: Option<&dyn Tokens>,
    world: &ProbeWorld,
    now: Timestamp,
) -> CheckReading {
    let at = match check.address {
        None => "where DNS leads".to_owned(),
        Some(address) => format!("at {address}"),
    };
    let mut expected = "401 without a token and with a forged one".to_owned();
    if !check.refuses.is_empty() {
        expected.push_str(&format!(", 401 with one of {}", check.refuses.join(", ")));
    }
    expected.push_str(&format!(", 200 with one of {}", check.accepts.join(", ")));
    let reading = Reading {
        spec,
        source: format!("GET {} {at}", check.url),
        expected,
        now,
    };
    let asking = match Asking::of(&check.url, check.address, world).await {
        Ok(asking) => asking,
        Err(error) => return reading.failed(&error),
    };
    let mut told = Findings::default();
    let without = match asking.ask(None).await {
        Heard::Refused(words) if !words.expired => words,
        Heard::Refused(_) => {
            told.untold
                .push("without a token: HTTP 401 that speaks of an expired token".to_owned());
            return told.reading(reading);
        }
        // Whom it answers says nothing while it answers everybody, and nobody is signed in for it.
        heard @ (Heard::Answered | Heard::Other(_)) => {
            told.wrong(
                format!("without a token: {}, not 401", heard.words()),
                "Look at the method's authoriser, at whether the stage's deployment has it, and at who answers at this URL.",
            );
            return told.reading(reading);
        }
        Heard::Untold(words) => {
            told.untold.push(format!("without a token: {words}"));
            return told.reading(reading);
        }
    };
    told.right.push("401 without a token".to_owned());
    for pool in &check.refuses {
        match token(tokens, pool, spec, now).await {
            Ok(token) => told.refused(pool, asking.ask(Some(&token)).await, &without),
            Err(why) => told.no_token(pool, why),
        }
    }
    for pool in &check.accepts {
        match token(tokens, pool, spec, now).await {
            Ok(token) => {
                match token.forged() {
                    Some(forged) => told.forged(pool, asking.ask(Some(&forged)).await),
                    None => told
                        .untold
                        .push(format!("{pool}: its token has no signature that can be read")),
                }
                told.accepted(pool, asking.ask(Some(&token)).await, &without);
            }
            Err(why) => told.no_token(pool, why),
        }
    }
    told.reading(reading)
}

/// A token with which something can be told.
async fn token(
    tokens: Option<&dyn Tokens>,
    pool: &str,
    spec: &CheckSpec,
    now: Timestamp,
) -> Result<IdToken, NoToken> {
    let Some(tokens) = tokens else {
        return Err(NoToken {
            message: "no canary users are known to this program".to_owned(),
            hint: spec.mend.clone(),
        });
    };
    let token = tokens.id_token(pool).await?;
    match token.unfit(pool, now) {
        None => Ok(token),
        Some(message) => Err(NoToken {
            message,
            hint: Some(
                "Look at this computer's clock, and at the pool and the client that the canary was set with."
                    .to_owned(),
            ),
        }),
    }
}

impl Findings {
    fn no_token(&mut self, pool: &str, why: NoToken) {
        self.untold.push(format!("{pool}: {}", why.message));
        if let Some(hint) = why.hint {
            self.mend.get_or_insert(hint);
        }
    }

    fn refused(&mut self, pool: &str, heard: Heard, without: &Words) {
        match heard {
            Heard::Refused(words) => match odd(&words, without) {
                None => self.right.push(format!("401 with one of {pool}")),
                Some(odd) => self.untold.push(format!("a token of {pool}: HTTP 401, but {odd}")),
            },
            Heard::Answered => self.wrong(
                format!("a token of {pool} is still answered (HTTP 200)"),
                "Look at the pools of the authoriser, at the stage's deployment, and at verdicts that the authoriser keeps: \
                 flush them, or wait until their time is over.",
            ),
            Heard::Other(_) => self.wrong(
                format!("a token of {pool}: {}, not 401", heard.words()),
                "Look at who answers: the authoriser refuses with 401.",
            ),
            Heard::Untold(words) => self.untold.push(format!("a token of {pool}: {words}")),
        }
    }

    /// A forged token. In which words it is refused does not matter: who says anything of the signature has looked at it.
    fn forged(&mut self, pool: &str, heard: Heard) {
        match heard {
            Heard::Refused(words) if words.expired => self.untold.push(format!(
                "a forged token of {pool}: HTTP 401, but it says that the token has expired: look at the clocks"
            )),
            Heard::Refused(_) => self.right.push(format!("401 with a forged one of {pool}")),
            Heard::Answered => self.wrong(
                format!("a forged token of {pool} is answered (HTTP 200): nobody looks at its signature"),
                "Give the method an authoriser that verifies tokens, have it deployed, and let nobody rely on this API                  meanwhile.",
            ),
            Heard::Other(_) => self.wrong(
                format!("a forged token of {pool}: {}, not 401", heard.words()),
                "Look at who answers: the authoriser refuses with 401.",
            ),
            Heard::Untold(words) => self.untold.push(format!("a forged token of {pool}: {words}")),
        }
    }

    fn accepted(&mut self, pool: &str, heard: Heard, without: &Words) {
        match heard {
            Heard::Answered => self.right.push(format!("200 with one of {pool}")),
            Heard::Refused(words) if words.expired => self.untold.push(format!(
                "a token of {pool}: HTTP 401, but {}",
                odd(&words, without).unwrap_or_default()
            )),
            Heard::Refused(_) => self.wrong(
                format!("a token of {pool} is refused (HTTP 401)"),
                "Look at the pools of the authoriser and at the stage's deployment: a change of the authoriser holds from the \
                 next deployment on.",
            ),
            Heard::Other(_) => self.wrong(
                format!("a token of {pool}: {}, not 200", heard.words()),
                "Look at what the canary may read, at the firewall, and at the route.",
            ),
            Heard::Untold(words) => self.untold.push(format!("a token of {pool}: {words}")),
        }
    }
}

/// What is odd about a refusal, beside the one of who brings no token.
fn odd(words: &Words, without: &Words) -> Option<String> {
    if words.expired {
        return Some("it says that the token has expired: look at the clocks".to_owned());
    }
    // Without a token, Spring says no message as well as with one that it refuses; API Gateway says "Unauthorized" twice.
    // What is said to who brings a token may be the token, or whose it is: it is never repeated.
    let said = match &without.message {
        Some(message) => format!("\"{message}\""),
        None => "no message".to_owned(),
    };
    (words.message != without.message)
        .then(|| format!("in other words than without a token, where it says {said}"))
}

/// One URL and the way to it.
struct Asking {
    site: Site,
}

impl Asking {
    async fn of(url: &str, address: Option<IpAddr>, world: &ProbeWorld) -> Result<Self, ProbeError> {
        let site = Site::of(url, address, 0, world).await?;
        if site.url.scheme() != "https" {
            return Err(ProbeError::new(
                crate::error::ProbeErrorKind::Refused,
                "a token is never sent in the clear",
            )
            .hint("Start the URL in the runbook with https://."));
        }
        Ok(Self { site })
    }

    /// Asks once; redirects are not followed.
    async fn ask(&self, token: Option<&IdToken>) -> Heard {
        let mut request = self.site.client.get(self.site.url.clone());
        // An answer that somebody keeps is nobody's verdict.
        request = request.header(CACHE_CONTROL, "no-cache");
        if let Some(token) = token {
            let Some(value) = token.header() else {
                return Heard::Untold("the token can't be sent".to_owned());
            };
            request = request.header(AUTHORIZATION, value);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Heard::Untold(self.site.failed(&error).message),
        };
        match answer.status().as_u16() {
            // Sites of one page answer whatever they do not have, or refuse, with their start page.
            200 if is_a_page(&answer) => {
                Heard::Untold("HTTP 200 with a page, which is no answer of an API".to_owned())
            }
            200 => Heard::Answered,
            401 => match words_of(answer).await {
                Some(words) => Heard::Refused(words),
                None => Heard::Untold("HTTP 401, but the answer broke off".to_owned()),
            },
            status @ (429 | 500..) => Heard::Untold(format!("HTTP {status}")),
            status => Heard::Other(status),
        }
    }
}

fn is_a_page(answer: &reqwest::Response) -> bool {
    let kind = answer.headers().get(reqwest::header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.to_ascii_lowercase().contains("html")
}

async fn words_of(mut answer: reqwest::Response) -> Option<Words> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(alias = "Message")]
        message: Option<String>,
    }
    let challenges: Vec<String> = answer
        .headers()
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok().map(str::to_ascii_lowercase))
        .collect();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_OF_A_BODY {
            // Nobody's refusal is so long.
            body.clear();
            break;
        }
    }
    let message = serde_json::from_slice::<Body>(&body)
        .ok()
        .and_then(|body| body.message);
    let message = message.map(|text| printable(&text, 80));
    let of_time = |text: &str| text.to_ascii_lowercase().contains("expired");
    Some(Words {
        // The error of a bearer token stands in the challenge (RFC 6750, section 3.1).
        expired: message.as_deref().is_some_and(of_time) || challenges.iter().any(|text| of_time(text)),
        message,
    })
}
