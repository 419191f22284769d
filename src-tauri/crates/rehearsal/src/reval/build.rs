//! The builds of Reval, as `ng build` leaves them: what differs between two is compiled into the main script.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use crate::aws::cognito::{ADMINS_DOMAIN, ADMINS_POOL, OLD_CLIENT, OLD_POOL};
use crate::faults::{RevalRelease, Site};

/// The base of the API that Reval calls, as compiled into its main script.
pub const REVAL_API_URL: &str = "https://r3v4l5a6p7.execute-api.eu-west-2.amazonaws.com/prod";
/// The app client by which the new build signs in at the new pool.
pub const REVAL_CLIENT: &str = "rehearsalrevalclient0000001";
/// The domain of the old pool's sign-in pages.
pub const REVAL_OLD_DOMAIN: &str = "rehearsal-reval.auth.eu-west-2.amazoncognito.com";
/// What the new build says in `/version.json`; the old one says [`Site::build`].
pub const REVAL_NEW_BUILD: &str = "6b24";
/// The pool that the wrong build names.
pub const REVAL_WRONG_POOL: &str = "eu-west-2_REHEARSAL9";

/// The path of the page, and of the answer to every path that is no file.
pub(crate) const INDEX: &str = "/index.html";
/// The path of the service worker's manifest.
pub(super) const MANIFEST: &str = "/ngsw.json";
/// The path of the service worker.
const WORKER: &str = "/ngsw-worker.js";
/// The path of the build string.
pub(super) const VERSION: &str = "/version.json";

const HTML: &str = "text/html";
const JSON: &str = "application/json";
const SCRIPT: &str = "application/javascript";
const STYLE: &str = "text/css";

/// A build of Reval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevalBuild {
    /// Signs in at the old pool.
    Old,
    /// Signs in at the new pool.
    New,
    /// The same source as the new one, made with the settings of another environment: it names a pool that is neither,
    /// and says the same build string.
    Wrong,
}

impl RevalBuild {
    pub(super) const ALL: [Self; 3] = [Self::Old, Self::New, Self::Wrong];

    /// `old`, `new` or `wrong`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
            Self::Wrong => "wrong",
        }
    }

    /// What it says in `/version.json`.
    #[must_use]
    pub fn build(self) -> &'static str {
        match self {
            Self::Old => Site::Reval.build(),
            Self::New | Self::Wrong => REVAL_NEW_BUILD,
        }
    }

    /// The id of the user pool that its main script names.
    #[must_use]
    pub fn pool(self) -> &'static str {
        match self {
            Self::Old => OLD_POOL,
            Self::New => ADMINS_POOL,
            Self::Wrong => REVAL_WRONG_POOL,
        }
    }

    /// The id of the app client that its main script names.
    #[must_use]
    pub fn client(self) -> &'static str {
        match self {
            Self::Old => OLD_CLIENT,
            Self::New | Self::Wrong => REVAL_CLIENT,
        }
    }

    /// The domain of the sign-in pages that its main script names.
    #[must_use]
    pub fn domain(self) -> &'static str {
        match self {
            Self::Old => REVAL_OLD_DOMAIN,
            Self::New | Self::Wrong => ADMINS_DOMAIN,
        }
    }

    /// When it was built, in milliseconds since 1970: the manifest says so.
    pub(super) fn built_ms(self) -> i64 {
        match self {
            Self::Old => 1_764_580_305_112,
            Self::New => 1_767_602_718_467,
            Self::Wrong => 1_767_603_194_029,
        }
    }

    /// What it consists of.
    pub(super) fn bundle(self) -> &'static Bundle {
        static ALL: LazyLock<[Bundle; 3]> = LazyLock::new(|| RevalBuild::ALL.map(Bundle::of));
        let [old, new, wrong] = &*ALL;
        match self {
            Self::Old => old,
            Self::New => new,
            Self::Wrong => wrong,
        }
    }
}

impl RevalRelease {
    /// The build whose page and manifest it puts at the origin.
    pub(super) fn of(self) -> RevalBuild {
        match self {
            Self::Old => RevalBuild::Old,
            Self::New | Self::Half => RevalBuild::New,
            Self::Wrong => RevalBuild::Wrong,
        }
    }
}

/// A file whose name has the hash of what is in it, or the service worker: it never changes under its name.
#[derive(Debug)]
pub(super) struct File {
    pub path: String,
    kind: &'static str,
    body: String,
}

/// What a build consists of.
#[derive(Debug)]
pub(super) struct Bundle {
    /// Runtime, polyfills and styles, which no release has changed for long, and the service worker.
    same: Vec<File>,
    main: File,
    index: String,
    manifest: String,
    version: String,
}

impl File {
    /// A file under the name that webpack gives it.
    fn hashed(name: &str, ending: &str, kind: &'static str, body: String) -> Self {
        let hash = sha1(&body);
        Self {
            path: format!("/{name}.{}.{ending}", &hash[..16]),
            kind,
            body,
        }
    }
}

impl Bundle {
    fn of(build: RevalBuild) -> Self {
        let script = |name: &str, body: &str| File::hashed(name, "js", SCRIPT, body.to_owned());
        let [runtime, polyfills, main] = [
            script("runtime", RUNTIME),
            script("polyfills", POLYFILLS),
            script("main", &main(build)),
        ];
        let styles = File::hashed("styles", "css", STYLE, STYLES.to_owned());
        let index = index(&styles, &[&runtime, &polyfills, &main]);
        let manifest = manifest(build, &index, &[&main, &polyfills, &runtime, &styles]);
        let worker = File {
            path: WORKER.to_owned(),
            kind: SCRIPT,
            body: WORKER_SCRIPT.to_owned(),
        };
        Self {
            same: vec![runtime, polyfills, styles, worker],
            main,
            index,
            manifest,
            version: json!({"build": build.build()}).to_string(),
        }
    }

    /// The path of its main script.
    pub(super) fn main(&self) -> &str {
        &self.main.path
    }

    /// The paths of all that a browser asks for, the page under both its names.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        let names = self
            .same
            .iter()
            .chain([&self.main])
            .map(|file| file.path.as_str());
        names.chain(["/", INDEX, MANIFEST, VERSION])
    }

    /// The paths in its manifest's table, and what must come there.
    pub(super) fn table(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.same.iter().filter(|file| file.path != WORKER);
        let files = files.chain([&self.main]);
        files
            .map(|file| (file.path.as_str(), file.body.as_str()))
            .chain([(INDEX, self.index.as_str())])
    }

    fn file(&self, path: &str) -> Option<&File> {
        self.same
            .iter()
            .chain([&self.main])
            .find(|file| file.path == path)
    }
}

/// What can be answered: content, not bytes, so that the state stays small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Content {
    Index(RevalBuild),
    Manifest(RevalBuild),
    Version(RevalBuild),
    /// The file of this path, of whichever build.
    File(String),
}

impl Content {
    /// When it was put at the origin, in milliseconds since 1970.
    pub(super) fn built_ms(&self) -> i64 {
        match self {
            Self::Index(build) | Self::Manifest(build) | Self::Version(build) => build.built_ms(),
            Self::File(path) => {
                let mut all = RevalBuild::ALL.into_iter();
                // What did not change since is still the first one's.
                all.find(|build| build.bundle().file(path).is_some())
                    .unwrap_or(RevalBuild::Old)
                    .built_ms()
            }
        }
    }

    /// The type and the bytes; none of a file that this program does not know, as an older one may have kept.
    pub(super) fn content(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Index(build) => Some((HTML, &build.bundle().index)),
            Self::Manifest(build) => Some((JSON, &build.bundle().manifest)),
            Self::Version(build) => Some((JSON, &build.bundle().version)),
            Self::File(path) => {
                let mut all = RevalBuild::ALL.into_iter();
                let file = all.find_map(|build| build.bundle().file(path))?;
                Some((file.kind, &file.body))
            }
        }
    }
}

pub(crate) fn sha1(body: &str) -> String {
    hex::encode(Sha1::digest(body.as_bytes()))
}

/// The page, as Angular's builder writes it: scripts as modules, and nothing of the settings.
fn index(styles: &File, scripts: &[&File]) -> String {
    let name = |file: &File| file.path.trim_start_matches('/').to_owned();
    let scripts: String = scripts
        .iter()
        .map(|file| format!("<script src=\"{}\" type=\"module\"></script>", name(file)))
        .collect();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head>\n  <meta charset=\"utf-8\">\n  <title>Revalidation</title>\n  \
         <base href=\"/\">\n  <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"stylesheet\" href=\"{}\"></head>\n<body>\n  <app-root></app-root>\n{scripts}\n</body></html>\n",
        name(styles)
    )
}

/// The service worker's manifest, as Angular writes it (Angular, packages/service-worker/config/src/generator.ts):
/// the SHA-1 of each file that belongs to the version, by its path.
fn manifest(build: RevalBuild, index: &str, files: &[&File]) -> String {
    let mut table: Vec<(&str, String)> = files
        .iter()
        .map(|file| (file.path.as_str(), sha1(&file.body)))
        .chain([(INDEX, sha1(index))])
        .collect();
    table.sort();
    let urls: Vec<&str> = table.iter().map(|(path, _)| *path).collect();
    let hashes: Map<String, Value> = table
        .iter()
        .map(|(path, hash)| ((*path).to_owned(), json!(hash)))
        .collect();
    let manifest = json!({
        "configVersion": 1,
        "timestamp": build.built_ms(),
        "index": INDEX,
        "assetGroups": [{
            "name": "app",
            "installMode": "prefetch",
            "updateMode": "prefetch",
            "cacheQueryOptions": {"ignoreVary": true},
            "urls": urls,
            "patterns": [],
        }],
        "dataGroups": [],
        "hashTable": hashes,
        "navigationUrls": [
            {"positive": true, "regex": "^\\/.*$"},
            {"positive": false, "regex": "^\\/(?:.+\\/)?[^/]*\\.[^/]*$"},
            {"positive": false, "regex": "^\\/(?:.+\\/)?[^/]*__[^/]*$"},
            {"positive": false, "regex": "^\\/(?:.+\\/)?[^/]*__[^/]*\\/.*$"},
        ],
        "navigationRequestStrategy": "performance",
    });
    // It writes two blanks, as `serde_json` does.
    serde_json::to_string_pretty(&manifest).unwrap_or_default()
}

/// The main script, as built code has the settings of its environment in it.
fn main(build: RevalBuild) -> String {
    let host = Site::Reval.host();
    format!(
        "\"use strict\";(self.webpackChunkreval=self.webpackChunkreval||[]).push([[179],{{2340:(t,e,n)=>{{\
         n.d(e,{{N:()=>o}});const o={{production:!0,name:\"production\",appUrls:{{reval:\"{REVAL_API_URL}\"}},\
         cognitoConfig:{{region:\"eu-west-2\",userPoolId:\"{}\",userPoolWebClientId:\"{}\",oauth:{{domain:\"{}\",\
         scope:[\"openid\",\"email\",\"profile\",\"aws.cognito.signin.user.admin\"],\
         redirectSignIn:\"https://{host}/\",redirectSignOut:\"https://{host}/\",responseType:\"code\"}}}}}}}},\
         8107:(t,e,n)=>{{var r=n(2340);document.querySelector(\"app-root\").textContent=r.N.name}}}},\
         t=>{{t(t.s=8107)}}]);\n",
        build.pool(),
        build.client(),
        build.domain(),
    )
}

const RUNTIME: &str = "(()=>{\"use strict\";var e,m={},v={};function r(e){var n=v[e];if(void 0!==n)return n.exports;var \
    t=v[e]={exports:{}};return m[e](t,t.exports,r),t.exports}r.m=m,r.d=(e,n)=>{for(var t in n)\
    Object.defineProperty(e,t,{enumerable:!0,get:n[t]})};var f=self.webpackChunkreval=self.webpackChunkreval||[];\
    f.push=c=>{Object.assign(m,c[1]);c[2]&&c[2](Object.assign(n=>r(n),{s:e}))}})();\n";
const POLYFILLS: &str = "\"use strict\";(self.webpackChunkreval=self.webpackChunkreval||[]).push([[429],{7435:()=>{\
    window.global=window}}]);\n";
const STYLES: &str =
    "body{margin:0;font-family:Arial,sans-serif}.mat-app-background{background-color:#fafafa}\n";
const WORKER_SCRIPT: &str = "(()=>{\n  // The rehearsal's service worker takes no requests: what a browser that has \
    one would run, the snapshot says.\n  self.addEventListener(\"install\",e=>e.waitUntil(self.skipWaiting()));\n  \
    self.addEventListener(\"activate\",e=>e.waitUntil(self.clients.claim()));\n})();\n";
