//! Asks, and keeps of each answer only what counts.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqwest::header::CONTENT_LENGTH;
use reqwest::{Method, Url};
use switchback_model::routes::NOBODY;
use switchback_model::{Base, RoutesCheck};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::Limits;
use super::asked::{Ask, BaseRef};
use super::verdict::{Answer, Outcome, Outcomes};
use crate::error::{ProbeError, ProbeErrorKind};
use crate::http::{Site, safe_url};
use crate::world::ProbeWorld;

/// So much of a body is read, in bytes, so that its connection can serve again; then it is dropped.
const MOST_OF_A_BODY: usize = 64 * 1024;
/// After so many connections in a row that did not come about nothing more is asked at a place: the others would
/// have no time left.
const DEAF: usize = 6;

/// One place, and how to reach it.
struct Reached<'a> {
    base: &'a Base,
    /// Or why it can't be reached.
    site: Result<Site, String>,
    /// Connections in a row that did not come about.
    deaf: AtomicUsize,
}

/// What all requests have in common.
struct Asking<'a> {
    check: &'a RoutesCheck,
    /// Who is nowhere, new for each check.
    nobody: String,
    limits: &'a Limits,
    until: Instant,
}

/// Asks all of it, each once, and ends in time; what was not asked by then is not told.
pub(crate) async fn ask_all(
    check: &RoutesCheck,
    asks: Vec<Ask>,
    limits: &Limits,
    world: &ProbeWorld,
) -> Outcomes {
    let asking = Asking {
        check,
        nobody: format!("switchback-{}@invalid.example", Uuid::new_v4()),
        limits,
        until: Instant::now() + limits.whole,
    };
    let reach = |place: BaseRef, base| {
        let asking = &asking;
        async move { (place, asking.reach(base, world).await) }
    };
    let bases = check.bases.iter().enumerate();
    let others = check.others.iter().enumerate();
    let bases = bases.map(|(number, base)| reach(BaseRef::Base(number), base));
    let others = others.map(|(number, base)| reach(BaseRef::Other(number), base));
    let reaching: Vec<_> = bases.chain(others).collect();
    let places: HashMap<BaseRef, Reached<'_>> = stream::iter(reaching)
        .buffer_unordered(limits.at_once)
        .collect()
        .await;
    let heard = |ask: Ask| {
        let (asking, places) = (&asking, &places);
        async move {
            let heard = match places.get(&ask.place) {
                Some(reached) => asking.ask(reached, &ask).await,
                None => Err("there is no such place".to_owned()),
            };
            (ask, heard.map_or_else(Outcome::Nothing, Outcome::Answer))
        }
    };
    let asking: Vec<_> = asks.into_iter().map(heard).collect();
    stream::iter(asking)
        .buffer_unordered(limits.at_once)
        .collect()
        .await
}

impl Asking<'_> {
    async fn reach<'b>(&self, base: &'b Base, world: &ProbeWorld) -> Reached<'b> {
        let site = Site::of(&base.url, base.address, self.limits.at_once, world);
        let site = match timeout_at(self.until, site).await {
            Ok(site) => site.map_err(|error| words(&error)),
            Err(_) => Err("the name was not looked up in time".to_owned()),
        };
        Reached {
            base,
            site,
            deaf: AtomicUsize::new(0),
        }
    }

    async fn ask(&self, reached: &Reached<'_>, ask: &Ask) -> Result<Answer, String> {
        let site = reached.site.as_ref().map_err(String::clone)?;
        if Instant::now() >= self.until {
            return Err(format!("not asked within {}", seconds(self.limits.whole)));
        }
        if reached.deaf.load(Ordering::Relaxed) >= DEAF {
            return Err("not asked, because nobody listens there".to_owned());
        }
        match timeout_at(self.until, self.send(reached, site, ask)).await {
            Ok(heard) => heard,
            Err(_) => Err(format!("no answer when {} were over", seconds(self.limits.whole))),
        }
    }

    async fn send(&self, reached: &Reached<'_>, site: &Site, ask: &Ask) -> Result<Answer, String> {
        let url = self.url(reached.base, ask).map_err(|error| words(&error))?;
        let method =
            Method::from_bytes(ask.method.as_bytes()).map_err(|_| "the method can't be asked".to_owned())?;
        // An empty body has a length where the method gives a body a meaning (RFC 9110, section 8.6).
        let bodied = [Method::POST, Method::PUT, Method::PATCH].contains(&method);
        let mut request = site.client.request(method, url).timeout(self.limits.request);
        if bodied {
            request = request.header(CONTENT_LENGTH, 0);
        }
        if let Some(instead) = &ask.instead {
            request = request.header("x-http-method-override", instead);
        }
        let mut answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                if error.is_connect() {
                    reached.deaf.fetch_add(1, Ordering::Relaxed);
                }
                return Err(words(&site.failed(&error)));
            }
        };
        reached.deaf.store(0, Ordering::Relaxed);
        let headers = answer.headers();
        let heard = Answer::of(self.check, answer.status().as_u16(), |name| {
            let values = headers.get_all(name).iter();
            values.filter_map(|value| value.to_str().ok()).collect()
        });
        // Status and headers have said it: of a body that breaks off nothing is missing.
        let mut read = 0;
        while read < MOST_OF_A_BODY {
            match answer.chunk().await {
                Ok(Some(chunk)) => read += chunk.len(),
                Ok(None) | Err(_) => break,
            }
        }
        Ok(heard)
    }

    /// The URL of a request, which is asked exactly as it is spelt.
    fn url(&self, base: &Base, ask: &Ask) -> Result<Url, ProbeError> {
        let refused = || ProbeError::new(ProbeErrorKind::Refused, "the path can't be asked as it is spelt");
        let base = match ask.base {
            None => base.url.clone(),
            // Never as it is declared instead: that would prove nothing of the spelling.
            Some(spelling) => spelling.of_base(&base.url).ok_or_else(refused)?,
        };
        let text = format!("{base}{}", ask.path.replace(NOBODY, &self.nobody));
        let (url, _) = safe_url(&text)?;
        let behind = text.split_once("://").map_or("", |(_, behind)| behind);
        let path = behind.find('/').map_or("/", |at| &behind[at..]);
        if url.path() != path || url.query().is_some() || url.fragment().is_some() {
            return Err(refused());
        }
        Ok(url)
    }
}

/// Why there is no answer. What a server said of itself stays out of it: `http.build` and `tls.certificate` show that.
fn words(error: &ProbeError) -> String {
    match error.kind {
        ProbeErrorKind::Refused
        | ProbeErrorKind::ClosedWorld
        | ProbeErrorKind::NotResolved
        | ProbeErrorKind::NoAddress
        | ProbeErrorKind::NoAnswer
        | ProbeErrorKind::Unreadable => error.message.clone(),
        ProbeErrorKind::Expired => "the certificate does not hold today".to_owned(),
        ProbeErrorKind::WrongName => "the certificate is for other names".to_owned(),
        ProbeErrorKind::UnknownIssuer => "the certificate comes from an unknown authority".to_owned(),
        ProbeErrorKind::Tls => "TLS failed".to_owned(),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs())
}
