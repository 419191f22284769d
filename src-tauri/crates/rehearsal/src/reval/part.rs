//! What is kept of Reval: the release at its origin, and what the edges keep.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::build::{Content, INDEX, MANIFEST, RevalBuild, VERSION};
use super::edge::{Copy, EDGES, Edge};
use super::worker::ServiceWorker;
use crate::faults::RevalRelease;
use crate::snapshot::{EdgeView, RevalView};

/// Reval's origin and the edges before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reval {
    release: RevalRelease,
    /// The builds whose main script lies at the origin: a release takes none away, because browsers that have an older
    /// page still ask for it.
    uploaded: BTreeSet<RevalBuild>,
    edges: [Edge; EDGES],
    worker: ServiceWorker,
}

/// What an edge answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answered {
    pub said: Content,
    /// Whether it is the page in the place of a file that there is not.
    pub fallback: bool,
    /// When the edge fetched it; none where it does so now.
    pub fetched_ms: Option<i64>,
}

impl Default for Reval {
    /// As at the beginning of a world: no edge keeps anything, which looks as if all kept what the origin has.
    fn default() -> Self {
        Self {
            release: RevalRelease::Old,
            uploaded: BTreeSet::from([RevalBuild::Old]),
            edges: Default::default(),
            worker: ServiceWorker {
                holds: RevalBuild::Old,
            },
        }
    }
}

impl Reval {
    /// The build string of the release at the origin.
    pub(crate) fn build(&self) -> &'static str {
        self.release.of().build()
    }

    /// What the origin has under a path; none of what is no file there.
    fn origin(&self, path: &str) -> Option<Content> {
        let build = self.release.of();
        match path {
            // The distribution's default root object (CloudFront developer guide, "Specify a default root object").
            "/" | INDEX => return Some(Content::Index(build)),
            MANIFEST => return Some(Content::Manifest(build)),
            VERSION => return Some(Content::Version(build)),
            _ => {}
        }
        let said = Content::File(path.to_owned());
        let mut builds = RevalBuild::ALL.into_iter();
        let is_there = match builds.find(|build| build.bundle().main() == path) {
            Some(build) => self.uploaded.contains(&build),
            None => said.content().is_some(),
        };
        is_there.then_some(said)
    }

    fn edge(&self, edge: usize) -> &Edge {
        &self.edges[edge % EDGES]
    }

    /// What an edge answers, or would answer, to a request for a path.
    pub(super) fn answers(&self, edge: usize, path: &str, now_ms: i64) -> Answered {
        let kept = |path| self.edge(edge).copy(path, now_ms);
        if let Some(copy) = kept(path) {
            return Answered {
                said: copy.said.clone(),
                fallback: copy.fallback,
                fetched_ms: Some(copy.fetched_ms),
            };
        }
        let fresh = |said, fallback| Answered {
            said,
            fallback,
            fetched_ms: None,
        };
        match self.origin(path) {
            Some(said) => fresh(said, false),
            // The error page is an object like any other: the edge may have it (CloudFront developer guide, "Generate
            // custom error responses").
            None => match kept(INDEX) {
                Some(page) => fresh(page.said.clone(), true),
                None => fresh(Content::Index(self.release.of()), true),
            },
        }
    }

    /// The same, and the edge keeps it.
    pub(super) fn fetch(&mut self, edge: usize, path: &str, now_ms: i64) -> Answered {
        let answered = self.answers(edge, path, now_ms);
        if answered.fetched_ms.is_some() {
            return answered;
        }
        let copy = Copy {
            said: answered.said.clone(),
            fallback: answered.fallback,
            fetched_ms: now_ms,
        };
        let at = &mut self.edges[edge % EDGES];
        if copy.fallback && at.copy(INDEX, now_ms).is_none() {
            let page = Copy {
                fallback: false,
                ..copy.clone()
            };
            at.keep(INDEX, page);
        }
        at.keep(path, copy);
        answered
    }

    /// Lets an edge drop what an invalidation covers.
    pub(crate) fn forget(&mut self, edge: usize, paths: &[String]) {
        self.edges[edge % EDGES].forget(paths);
    }

    /// Puts a release at the origin.
    ///
    /// Reval is in use: whatever an edge did not keep, somebody has asked it for just before. So it keeps the release that
    /// was there, and a browser that comes back runs what it got then.
    pub(crate) fn release(&mut self, release: RevalRelease, now_ms: i64) {
        for edge in 0..EDGES {
            let build = self.index(edge, INDEX, now_ms);
            for path in build.bundle().paths() {
                self.fetch(edge, path, now_ms);
            }
        }
        self.worker = ServiceWorker {
            holds: self.worker.runs(self, 0, now_ms),
        };
        self.release = release;
        match release {
            // Its main script is nowhere, also where an earlier release had brought it.
            RevalRelease::Half => self.uploaded.remove(&RevalBuild::New),
            RevalRelease::Old | RevalRelease::New | RevalRelease::Wrong => self.uploaded.insert(release.of()),
        };
    }

    /// The build whose page an edge answers under one of its names.
    fn index(&self, edge: usize, path: &str, now_ms: i64) -> RevalBuild {
        match self.answers(edge, path, now_ms).said {
            Content::Index(build) | Content::Manifest(build) | Content::Version(build) => build,
            Content::File(_) => self.release.of(),
        }
    }

    /// As the control plane shows it.
    pub(crate) fn view(&self, now_ms: i64) -> RevalView {
        let view = |edge| {
            let index = self.index(edge, INDEX, now_ms);
            let main = index.bundle().main();
            EdgeView {
                edge: edge + 1,
                index,
                root: self.index(edge, "/", now_ms),
                starts: self.answers(edge, main, now_ms).said == Content::File(main.to_owned()),
                returning: self.worker.runs(self, edge, now_ms),
            }
        };
        RevalView {
            release: self.release,
            build: self.build().to_owned(),
            edges: (0..EDGES).map(view).collect(),
        }
    }
}
