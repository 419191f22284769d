//! Somebody releases Reval: a person's work on the night, behind nobody's back.

use crate::WorldError;
use crate::core::Core;
use crate::faults::RevalRelease;
use crate::log::{Caller, LogEntry, Outcome};

/// Puts a release at the origin.
pub(crate) fn somebody_releases(core: &Core, release: RevalRelease) -> Result<(), WorldError> {
    let caller = Caller::somebody_else("RevalReleased");
    core.commit(|state, now| {
        state.reval.release(release, now);
        let entry = LogEntry {
            comment: Some(release.name().to_owned()),
            ..caller.entry(Outcome::Committed)
        };
        Ok::<_, WorldError>(((), entry))
    })
    .map(drop)
}
