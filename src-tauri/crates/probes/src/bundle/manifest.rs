//! The manifest of an Angular service worker: which files a browser that comes back is given (angular.dev, "Service
//! worker configuration file" and "Service worker in production").

use std::collections::{BTreeMap, HashSet};

use reqwest::Url;
use serde::Deserialize;

use super::net::{Got, begins_as_html};

/// As far as it counts here.
#[derive(Deserialize)]
struct Written {
    index: Option<String>,
    #[serde(rename = "hashTable")]
    hash_table: Option<BTreeMap<String, String>>,
    #[serde(rename = "assetGroups", default)]
    asset_groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    urls: Vec<String>,
}

/// What it says of the page's own origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    /// Where the start page is kept.
    pub(super) index: Url,
    /// SHA-1 of the start page, in small hex.
    pub(super) index_sha1: String,
    /// Every script.
    pub(super) scripts: Vec<Url>,
    /// SHA-1 of every file that has one, by its path and its query as they are written there.
    hashes: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads it, else says what it is instead, in words that go on "the manifest …".
    pub(super) fn of(got: &Got, page: &Url) -> Result<Self, String> {
        if let Some(refusal) = got.refusal() {
            return Err(format!("answers {refusal}"));
        }
        // A site without it gives its start page instead, with status 200: the worker then keeps what it has.
        if begins_as_html(&got.body) {
            return Err("is HTML, so it was not uploaded".to_owned());
        }
        let body = got.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&got.body);
        let written: Written = serde_json::from_slice(body).map_err(|error| match error.is_data() {
            true => "is JSON, but no manifest of a service worker".to_owned(),
            false => format!("is no JSON (line {}, column {})", error.line(), error.column()),
        })?;
        let index = written.index.ok_or("names no start page (`index`)")?;
        let table = written.hash_table.ok_or("has no `hashTable`")?;
        let place = |text: &str| page.join(text).ok().filter(|url| url.origin() == page.origin());
        let at = place(&index).ok_or("names a start page of another host")?;
        let mut hashes = BTreeMap::new();
        for (key, sha1) in &table {
            if let Some(url) = place(key) {
                hashes.insert(place_of(&url), sha1.to_ascii_lowercase());
            }
        }
        let index_sha1 = hashes.get(&place_of(&at)).cloned();
        let index_sha1 = index_sha1.ok_or("has no SHA-1 of its start page")?;
        let urls = written.asset_groups.iter().flat_map(|group| &group.urls);
        let (mut scripts, mut known) = (Vec::new(), HashSet::new());
        for url in urls.chain(table.keys()).filter_map(|text| place(text)) {
            let is_script = [".js", ".mjs"].iter().any(|end| url.path().ends_with(end));
            if is_script && known.insert(url.clone()) {
                scripts.push(url);
            }
        }
        Ok(Self {
            index: at,
            index_sha1,
            scripts,
            hashes,
        })
    }

    /// The SHA-1 of a file, where it keeps it: of what it names by this very path and query, else of the bare path, by which
    /// the worker looks up a request whose query is not written there (Angular, `service-worker/worker/src/adapter.ts`,
    /// `normalizeUrl`).
    pub(super) fn sha1_of(&self, url: &Url) -> Option<&String> {
        self.hashes
            .get(&place_of(url))
            .or_else(|| self.hashes.get(url.path()))
    }
}

/// Path and query: two that differ in the query alone may be two files.
pub(super) fn place_of(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}
