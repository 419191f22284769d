//! The mirror folder as a screen shows it: how far it has come, how old that is, and what is wrong.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use switchback_files::{Existing, Readers};
use switchback_journal::{MirrorState, Store};
use switchback_model::RunId;

use crate::actor::Actor;
use crate::core::{Core, HostOptions};
use crate::home::Home;
use crate::wire::MirrorView;

/// How often the mirror folder of a driven run is looked at, in real time.
const MIRROR_EVERY: std::time::Duration = std::time::Duration::from_secs(10);

/// The folder to mirror to. The home remembers it: a driver that did not know of the mirror would not see that
/// another workstation took its run over. An empty name is none, from now on.
pub(crate) fn folder(options: &HostOptions, home: &Home) -> Option<PathBuf> {
    let record = home.path().join("mirror.json");
    let Some(given) = &options.mirror else {
        let kept = switchback_files::bytes(&record, 64 * 1024).ok()?;
        return serde_json::from_slice(&kept).ok();
    };
    let folder =
        (!given.as_os_str().is_empty()).then(|| std::path::absolute(given).unwrap_or_else(|_| given.clone()));
    if !options.only_looks {
        // A home that can't keep it has worse to tell, and tells it.
        let kept = match &folder {
            Some(folder) => serde_json::to_string(folder)
                .map_err(std::io::Error::other)
                .and_then(|json| {
                    let written =
                        switchback_files::write(&record, json.as_bytes(), Existing::Replace, Readers::Owner);
                    written.map_err(std::io::Error::other)
                }),
            None => std::fs::remove_file(&record),
        };
        if let Err(error) = kept.or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        }) {
            tracing::warn!(%error, "the mirror's folder is not remembered");
        }
    }
    folder
}

fn view(state: MirrorState, head: u64, now: Timestamp) -> MirrorView {
    MirrorView {
        dir: state.folder.display().to_string(),
        seq: state.last_seq,
        age_s: state
            .last_at
            .map(|at| u64::try_from(now.duration_since(at).as_secs()).unwrap_or(0)),
        behind: head.saturating_sub(state.last_seq),
        problem: state.problem,
    }
}

/// Gives the mirror's view of one run, from memory: it does not touch the folder.
#[derive(Clone)]
pub struct MirrorSource(Arc<dyn Fn(u64, Timestamp) -> Option<MirrorView> + Send + Sync>);

impl MirrorSource {
    /// The mirror of a run in a store.
    #[must_use]
    pub fn of(store: &Store, run: &RunId) -> Self {
        let (store, run) = (store.clone(), run.clone());
        Self(Arc::new(move |head, now| {
            Some(view(store.mirror_state(&run)?, head, now))
        }))
    }

    /// The view for a run whose last event is `head`; none where no mirror is set.
    #[must_use]
    pub fn look(&self, head: u64, now: Timestamp) -> Option<MirrorView> {
        (self.0)(head, now)
    }
}

impl std::fmt::Debug for MirrorSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MirrorSource")
    }
}

impl Core {
    /// How the mirror folder stands for a run.
    #[must_use]
    pub fn mirror(&self, id: &RunId) -> MirrorSource {
        MirrorSource::of(&self.store, id)
    }

    /// Looks at the mirror folder again and again while the run is driven: a folder that went away
    /// while nothing happened must not be shown as all right.
    pub(crate) fn keep_mirrored(&self, id: &RunId, actor: &Actor) {
        if self.store.mirror_state(id).is_none() {
            return;
        }
        let (store, run, actor) = (self.store.clone(), id.clone(), actor.watched());
        tokio::spawn(async move {
            while actor.is_watched() {
                tokio::time::sleep(MIRROR_EVERY).await;
                let (store, run) = (store.clone(), run.clone());
                let synced = tokio::task::spawn_blocking(move || store.sync_mirror(&run)).await;
                if synced.is_err() {
                    return;
                }
            }
        });
    }
}
