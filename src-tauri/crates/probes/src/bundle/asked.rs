//! Asks for the start page and for the manifest, three times each: the edges of a distribution may differ.

use std::net::IpAddr;

use reqwest::Url;
use switchback_model::BundleCheck;

use super::Limits;
use super::look::{Astray, Ended, INVALIDATE_PAGE, RELEASE, file_name};
use super::manifest::Manifest;
use super::net::{Asking, Got, Missed, seconds};
use super::page::{self, Page};
use super::script::sha1;
use crate::http::Site;
use crate::world::ProbeWorld;

/// How often each is asked for.
const TIMES: usize = 3;

pub(super) const PAGES: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
pub(super) const ANYTHING: &str = "*/*";

/// The start page, the same each time.
pub(super) struct Start {
    pub(super) page: Page,
    /// SHA-1 of what came the first time, in small hex.
    pub(super) sha1: String,
    /// The address that gave it.
    pub(super) address: Option<IpAddr>,
}

/// Whom to ask, and of what check.
#[derive(Clone, Copy)]
pub(super) struct Whom<'a> {
    pub(super) asking: &'a Asking<'a>,
    pub(super) check: &'a BundleCheck,
    pub(super) site: &'a Site,
    pub(super) world: &'a ProbeWorld,
}

/// One answer to the question for the start page.
enum Shown {
    Page { sha1: String, page: Page },
    Other(String),
}

impl Shown {
    /// What tells two of them apart. What a page is made of for each request does not, unless a manifest has its hash.
    fn is_as(&self, other: &Self, to_the_byte: bool) -> bool {
        match (self, other) {
            (Self::Page { sha1, page }, Self::Page { sha1: its, page: of }) => {
                page == of && (sha1 == its || !to_the_byte)
            }
            (Self::Other(words), Self::Other(its)) => words == its,
            (Self::Page { .. }, Self::Other(_)) | (Self::Other(_), Self::Page { .. }) => false,
        }
    }

    /// By what somebody would know it, beside another.
    fn named(&self, beside: &Self) -> String {
        let Self::Page { page, .. } = self else {
            return self.words().to_owned();
        };
        let is_own = |load: &&Url| match beside {
            Self::Page { page, .. } => !page.loads.contains(load),
            Self::Other(_) => true,
        };
        let own = page.loads.iter().find(is_own);
        own.map_or_else(
            || "other text".to_owned(),
            |load| format!("with {}", file_name(load)),
        )
    }

    fn words(&self) -> &str {
        match self {
            Self::Page { .. } => "a page",
            Self::Other(words) => words,
        }
    }
}

/// The start page.
pub(super) async fn start_page(whom: Whom<'_>, untold: &mut Vec<String>) -> Result<Start, Ended> {
    let (url, limits) = (&whom.site.url, whom.asking.limits);
    let pages = three_times(whom, url, PAGES, limits.page).await;
    let (first, rest) = came(pages, "the start page", untold)?;
    let address = first.address;
    let first = shown(first, url, limits).await?;
    for got in rest {
        let other = shown(got, url, limits).await?;
        if !first.is_as(&other, whom.check.manifest.is_some()) {
            let (one, two) = (first.named(&other), other.named(&first));
            return Err(Ended::Fault(
                format!("mixed: the start page is not the same each time ({one}, then {two})"),
                INVALIDATE_PAGE,
            ));
        }
    }
    match first {
        Shown::Page { page, sha1 } => Ok(Start { page, sha1, address }),
        Shown::Other(words) => Err(Ended::Fault(format!("the start page: {words}"), RELEASE)),
    }
}

/// The manifest at a path of the page's own origin; none where that can't be told.
pub(super) async fn manifest_at(
    whom: Whom<'_>,
    path: &str,
    untold: &mut Vec<String>,
) -> Option<Result<Manifest, Astray>> {
    let page = &whom.site.url;
    let Some(url) = page.join(path).ok().filter(|url| url.origin() == page.origin()) else {
        untold.push("the path of the manifest leads to another host".to_owned());
        return None;
    };
    let all = three_times(whom, &url, ANYTHING, whom.asking.limits.manifest).await;
    let (first, rest) = match came(all, "the manifest", untold) {
        Ok(came) => came,
        Err(missed) => {
            untold.push(format!("the manifest: {}", missed.words()));
            return None;
        }
    };
    let as_it_came = |got: &Got| (got.status, sha1(&got.body));
    match rest.iter().find(|got| as_it_came(got) != as_it_came(&first)) {
        None => Some(Manifest::of(&first, page).map_err(Astray::None)),
        Some(other) => {
            let words = |got: &Got| match got.refusal() {
                None => format!("SHA-1 {}…", &sha1(&got.body)[..8]),
                Some(refusal) => refusal,
            };
            Some(Err(Astray::Mixed(format!(
                "{}, then {}",
                words(&first),
                words(other)
            ))))
        }
    }
}

/// Over a connection each; where DNS leads, at several of its addresses.
async fn three_times(whom: Whom<'_>, url: &Url, accept: &str, most: usize) -> Vec<Result<Got, Missed>> {
    let Whom {
        asking,
        check,
        site,
        world,
    } = whom;
    let mut all: Vec<Result<Got, Missed>> = Vec::new();
    for time in 0..TIMES {
        // Of the kind that is known to be reached from here.
        let reached = all.iter().flatten().find_map(|got| got.address);
        let alike = |address: &&IpAddr| reached.is_some_and(|one| one.is_ipv4() == address.is_ipv4());
        let others: Vec<IpAddr> = site.addresses.iter().filter(alike).copied().collect();
        let others = others.get(time % others.len().max(1)).copied();
        let got = match asking.site(&check.url, check.address.or(others), 0, world).await {
            Ok(own) => asking.get(&own, url, accept, most, world).await,
            Err(error) => Err(Missed::Failed(error)),
        };
        all.push(got);
    }
    all
}

/// The first answer, and the others; that some did not come is noted.
fn came(
    answers: Vec<Result<Got, Missed>>,
    what: &str,
    untold: &mut Vec<String>,
) -> Result<(Got, Vec<Got>), Missed> {
    let asked = answers.len();
    let (mut came, mut missed) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Ok(got) => came.push(got),
            Err(why) => missed.push(why),
        }
    }
    let why = missed.into_iter().next();
    if came.is_empty() {
        return Err(why.unwrap_or(Missed::Untold("it was not asked for".to_owned())));
    }
    if let Some(why) = why {
        untold.push(format!(
            "{what} came {} of {asked} times: {}",
            came.len(),
            why.words()
        ));
    }
    let first = came.remove(0);
    Ok((first, came))
}

async fn shown(got: Got, url: &Url, limits: &Limits) -> Result<Shown, Ended> {
    if let Some(refusal) = got.refusal() {
        return Ok(Shown::Other(refusal));
    }
    if !got.is_html() {
        return Ok(Shown::Other("it is no HTML".to_owned()));
    }
    let (url, most) = (url.clone(), limits.scan);
    let read = apart(move || {
        let text = String::from_utf8_lossy(&got.body);
        page::read(&text, &url, most).map(|page| (page, sha1(&got.body)))
    });
    match read.await? {
        Some((page, sha1)) => Ok(Shown::Page { page, sha1 }),
        None => Err(Ended::Untold(format!(
            "the start page could not be read within {}",
            seconds(limits.scan)
        ))),
    }
}

/// Work that may take a while is not done where others wait.
pub(super) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Missed> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Missed::Untold("it could not be read".to_owned()))
}
