//! The work that a comparison is: how a later process knows it again, and what an earlier one kept of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use switchback_journal::{Spool, SpoolError};

use super::kept::{BELIEVED, Kept, Left};
use super::written::not_written;
use crate::wire::ApiError;
use crate::{Desk, PoolScope};

/// Where spools lie in the home.
pub(super) const SPOOLS: &str = "reconcile";

/// The work, as far as a later process can know it again: the same pools, reached in the same way, into the same file.
pub(super) struct Work {
    spools: PathBuf,
    name: String,
    /// The draft's: another home has another.
    pub draft: String,
}

impl Work {
    pub(super) fn of(home: &Path, place: &PoolScope, out: &Path) -> Result<Self, ApiError> {
        let out = std::path::absolute(out).map_err(|error| not_written(out, &error))?;
        let out = out.to_string_lossy();
        let each = |text: &Option<String>| text.clone().unwrap_or_default();
        let (account, profile, endpoint) =
            (each(&place.account), each(&place.profile), each(&place.endpoint));
        let mut parts: Vec<&str> = vec![&out, &account, &profile, &endpoint];
        for pool in &place.pools {
            parts.extend([pool.id.as_str(), pool.role.word()]);
        }
        let name = Spool::name(&parts);
        let draft = Spool::name(&[&home.to_string_lossy(), &name]);
        Ok(Self {
            spools: home.join(SPOOLS),
            name,
            draft,
        })
    }
}

impl Desk {
    /// Locks the work, and reads what an earlier process kept of it.
    pub(super) async fn take_up(&self, work: &Work, place: &PoolScope) -> Result<(Kept, Left), ApiError> {
        let (keys, now) = (Arc::clone(&self.keys), self.clock.now());
        let (folder, name, pools) = (work.spools.clone(), work.name.clone(), place.pools.clone());
        let opened = tokio::task::spawn_blocking(move || {
            let spool = Spool::open(&folder, &name, &*keys).map_err(|error| match error {
                SpoolError::Busy => ApiError::new(
                    "bad_input",
                    "Another process is comparing the same pools into the same file.",
                    "Wait until it has ended, or name another file.",
                    "the comparison",
                ),
                SpoolError::Home(error) => error.into(),
            })?;
            // This work's own is locked by now: that it is too old is said, and not swept away unsaid.
            Spool::sweep(&folder, now, BELIEVED);
            Kept::take_up(spool, &pools, now)
        });
        opened
            .await
            .map_err(|_| ApiError::internal("Reading what was kept was interrupted."))?
    }
}
