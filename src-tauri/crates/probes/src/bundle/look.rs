//! Looks at all of it: the page, the manifest, and every script once.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use reqwest::Url;
use switchback_model::{BundleCheck, CheckReading, Verdict};

use super::Limits;
use super::asked::{ANYTHING, PAGES, Whom, apart, manifest_at, start_page};
use super::manifest::{Manifest, place_of};
use super::net::{Asking, Missed};
use super::page::MOST_LOADS;
use super::script::{Script, sha1};
use crate::error::printable;
use crate::reading::Reading;
use crate::world::ProbeWorld;

/// What was seen, as far as it is judged.
#[derive(Debug)]
pub(super) struct PageScripts {
    /// Every script that was asked for, by its name.
    pub(super) scripts: Vec<(String, Result<Script, Missed>)>,
    /// Scripts that stand in the page.
    pub(super) inline: Vec<Script>,
    /// Hosts of scripts that were not asked for, each once.
    pub(super) elsewhere: Vec<String>,
    /// How many the page loads from a place that can't be read.
    pub(super) nowhere: usize,
    /// How the manifest is wrong.
    pub(super) manifest: Result<(), Astray>,
    /// What could not be told of page or manifest.
    pub(super) untold: Vec<String>,
    /// The address that gave the page.
    pub(super) address: Option<IpAddr>,
}

/// How a manifest is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Astray {
    /// It is none; in words that go on "the manifest …".
    None(String),
    /// It is of another build than the start page.
    OtherBuild,
    /// It is of the start page, but not of this file.
    OtherFile(String),
    /// The edges give several.
    Mixed(String),
}

/// Why nothing was seen that could be judged.
pub(super) enum Ended {
    /// The page can't be had.
    Missed(Missed),
    /// It says something of the site; with how to mend it.
    Fault(String, &'static str),
    /// It can't be told.
    Untold(String),
}

pub(super) const RELEASE: &str =
    "Look at which site answers there: its start page is what everybody is given first.";
pub(super) const INVALIDATE_PAGE: &str =
    "Invalidate the start page at the distribution, wait until that is completed, then look again.";

impl From<Missed> for Ended {
    fn from(missed: Missed) -> Self {
        Self::Missed(missed)
    }
}

impl Ended {
    pub(super) fn reading(self, reading: Reading<'_>) -> CheckReading {
        match self {
            Self::Missed(Missed::Failed(error)) => reading.failed(&error),
            Self::Missed(Missed::Untold(words)) => {
                let words = format!("the start page can't be told: {words}");
                reading.end(Verdict::Error, words, None)
            }
            Self::Fault(words, mend) => reading.end(Verdict::Fail, words, Some(mend)),
            Self::Untold(words) => reading.end(Verdict::Error, words, None),
        }
    }
}

/// The last part of a path, or all of it where that is empty.
pub(super) fn file_name(url: &Url) -> String {
    let name = url.path().rsplit('/').find(|part| !part.is_empty());
    printable(name.unwrap_or(url.path()), 60)
}

pub(super) async fn look(
    check: &BundleCheck,
    limits: &Limits,
    world: &ProbeWorld,
) -> Result<PageScripts, Ended> {
    let asking = Asking::new(limits);
    let site = asking.site(&check.url, check.address, limits.at_once, world);
    let site = site.await.map_err(Missed::Failed)?;
    let whom = Whom {
        asking: &asking,
        check,
        site: &site,
        world,
    };
    let (url, mut untold) = (&site.url, Vec::new());
    let start = start_page(whom, &mut untold).await?;
    let page = start.page;

    let own =
        |load: &Url| load.origin() == url.origin() && load.username().is_empty() && load.password().is_none();
    let (mut wanted, others): (Vec<Url>, Vec<Url>) = page.loads.into_iter().partition(own);
    let mut known = HashSet::new();
    let hosts = others.iter().map(host_of);
    let elsewhere: Vec<String> = hosts.filter(|host| known.insert(host.clone())).collect();
    if wanted.is_empty() && page.inline.is_empty() {
        let words = match elsewhere.first() {
            None => "the start page loads no script".to_owned(),
            Some(host) => format!("the start page loads scripts of other hosts alone, such as {host}"),
        };
        return Err(Ended::Fault(words, RELEASE));
    }

    let manifest = match &check.manifest {
        None => Ok(None),
        Some(path) => match manifest_at(whom, path, &mut untold).await {
            None => Ok(None),
            Some(Ok(found)) if found.index_sha1 != start.sha1 => Err(Astray::OtherBuild),
            Some(found) => found.map(Some),
        },
    };
    // One of another build names the files of that.
    if let Ok(Some(manifest)) = &manifest {
        let known: HashSet<Url> = wanted.iter().cloned().collect();
        let more = manifest.scripts.iter().filter(|url| !known.contains(url));
        wanted.extend(more.cloned());
    }
    if wanted.len() > limits.scripts {
        let many = match wanted.len() > MOST_LOADS {
            true => format!("more than {MOST_LOADS}"),
            false => wanted.len().to_string(),
        };
        return Err(Ended::Untold(format!(
            "there are {many} scripts, of which {} at most are looked at",
            limits.scripts
        )));
    }
    let scripts = scripts_at(whom, wanted).await;
    let manifest = match manifest {
        Ok(Some(manifest)) => same_files(whom, &manifest, &scripts, &mut untold).await,
        Ok(None) => Ok(()),
        Err(astray) => Err(astray),
    };
    let inline = page.inline.iter().map(|text| Script::inline(text, check));
    Ok(PageScripts {
        scripts: named(scripts),
        inline: inline.collect(),
        elsewhere,
        nowhere: page.nowhere,
        manifest,
        untold,
        address: start.address,
    })
}

type Found = Vec<(Url, Result<Script, Missed>)>;

/// Every one of these scripts, each asked for once.
async fn scripts_at(whom: Whom<'_>, urls: Vec<Url>) -> Found {
    let check = Arc::new(whom.check.clone());
    let limits = whom.asking.limits;
    let fetch = |url: Url| {
        let check = check.clone();
        async move {
            let got = whom
                .asking
                .get(whom.site, &url, ANYTHING, limits.script, whom.world);
            let script = match got.await {
                Ok(got) => apart(move || Script::of(&got, &check)).await,
                Err(missed) => Err(missed),
            };
            (url, script)
        }
    };
    let fetches: Vec<_> = urls.into_iter().map(fetch).collect();
    stream::iter(fetches).buffered(limits.at_once).collect().await
}

/// Whether a manifest that is of the start page is of these scripts, too, and of the page under the name that it has
/// there: an edge may have kept that longer.
async fn same_files(
    whom: Whom<'_>,
    manifest: &Manifest,
    scripts: &Found,
    untold: &mut Vec<String>,
) -> Result<(), Astray> {
    let is_other = |url: &Url, script: &Script| {
        let sha1 = manifest.sha1_of(url);
        script.no_script.is_none() && sha1.is_some_and(|sha1| *sha1 != script.sha1)
    };
    let mut read = scripts
        .iter()
        .filter_map(|(url, script)| Some((url, script.as_ref().ok()?)));
    if let Some((url, _)) = read.find(|(url, script)| is_other(url, script)) {
        return Err(Astray::OtherFile(file_name(url)));
    }
    let index = &manifest.index;
    if *index == whom.site.url {
        return Ok(());
    }
    let most = whom.asking.limits.page;
    match whom.asking.get(whom.site, index, PAGES, most, whom.world).await {
        Ok(got) if got.status == 200 && sha1(&got.body) == manifest.index_sha1 => Ok(()),
        Ok(_) => Err(Astray::OtherFile(file_name(index))),
        Err(missed) => {
            untold.push(format!("{}: {}", file_name(index), missed.words()));
            Ok(())
        }
    }
}

/// Each by its file's name, and by its whole path and query where others have the same.
fn named(scripts: Found) -> Vec<(String, Result<Script, Missed>)> {
    let mut many: HashMap<String, usize> = HashMap::new();
    for (url, _) in &scripts {
        *many.entry(file_name(url)).or_default() += 1;
    }
    let name = |url: &Url| match file_name(url) {
        name if many.get(&name).is_some_and(|count| *count > 1) => printable(&place_of(url), 100),
        name => name,
    };
    scripts
        .into_iter()
        .map(|(url, script)| (name(&url), script))
        .collect()
}

fn host_of(url: &Url) -> String {
    match url.host_str() {
        Some(host) => printable(host, 80),
        None => format!("{}:", printable(url.scheme(), 20)),
    }
}
