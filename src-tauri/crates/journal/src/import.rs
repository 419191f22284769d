//! Takeover: a copy of a run continues in this home.

use std::path::Path;

use jiff::Timestamp;
use switchback_engine::ports::JournalError;
use switchback_model::event::Vouched;
use switchback_model::{EventKind, Holder, Operator, RunId};

use crate::anchor::Keep;
use crate::append::{Row, insert, load_head, store_head};
use crate::chain::{Hash, Head, ROOT};
use crate::copy::{Around, Scan, scan};
use crate::fault::not_written;
use crate::lease;
use crate::mirror::Mark;
use crate::read::start;
use crate::recovery::RecoveryCode;
use crate::seal;
use crate::store::{Opening, Store, begin, body_of, exists};
use crate::story::Story;

/// Who continues a copied run, and why.
#[derive(Debug, Clone)]
pub struct Takeover {
    /// The operator.
    pub by: Operator,
    /// Why the old workstation can't go on.
    pub reason: String,
    /// The process that imports; its lease is released at once.
    pub holder: Holder,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The run.
    pub run: RunId,
    /// The last event of the copy; the next one is `TakenOver`.
    pub from_seq: u64,
    /// The fence of the takeover, above every fence of the copy.
    pub fence: u64,
    /// Whether the takeover is marked in the mirror folder. If not, the old driver can't notice it:
    /// make sure that it is stopped.
    pub marked: bool,
    /// Who vouches for the copy.
    pub vouched: Vouched,
    /// Whether an unfinished line follows its last event: what that was to say is not known, and is in no journal here.
    pub cut: bool,
}

impl Store {
    /// Verifies and folds a copy before anything is written or marked, then takes all its events, raises the fence above the copy's, appends
    /// `TakenOver` and marks the mirror folder, so that a driver of the old home stops before its
    /// next change. A home that already has the start of the run takes the rest; one that has other
    /// events refuses.
    pub fn import(&self, path: &Path, at: Timestamp, takeover: &Takeover) -> Result<Imported, JournalError> {
        self.import_with(path, at, takeover, None)
    }

    /// As [`Self::import`]; the run's recovery code proves that the copy is the exporting home's own.
    pub fn import_with(
        &self,
        path: &Path,
        at: Timestamp,
        takeover: &Takeover,
        code: Option<&RecoveryCode>,
    ) -> Result<Imported, JournalError> {
        let inner = &*self.inner;
        let mut story = Story::new(path);
        let copy = scan(path, Around::WhiteSpace, |copied| story.take(copied))?;
        let run = copy.header.run.clone();
        let vouched = copy.vouched_by(code);
        let (opened_at, opened) = story.ended(&copy, at, takeover, vouched)?;
        let opening = Opening::of(&run, opened_at, &opened)?;
        if let Some(Some(further)) = inner.with_mirror(|mirror| mirror.further_than(&run, copy.seq)) {
            return Err(JournalError::NotWritten(format!(
                "the mirror folder holds run {run} to event {further}, this copy only to event {}. Import the mirror \
                 folder's file",
                copy.seq
            )));
        }

        let mut conn = inner.conn();
        let key = inner.keychain.key(&conn, &inner.path)?.ok();
        let tx = begin(&mut conn, &inner.path)?;
        let (local, fence) = if exists(&tx, &run, &inner.path)? {
            let row = lease::row(&tx, &inner.path, &run)?;
            if let Some(other) = inner.holder_at_work(&run, &row, &takeover.holder) {
                return Err(JournalError::Fenced(format!(
                    "this run is driven by {} on {} in this home. Ask them to stop first",
                    other.by, other.host
                )));
            }
            (load_head(&tx, &inner.path, &run, key.as_ref())?, row.fence)
        } else {
            opening.insert(&tx, &inner.path)?;
            (
                Head {
                    seq: 0,
                    hash: ROOT,
                    gap: 0,
                },
                0,
            )
        };
        refuse_unless_prefix(path, &local, &copy, |seq| start(&tx, &inner.path, &run, seq))?;
        let copied = scan(path, Around::WhiteSpace, |copied| {
            let line = copied.line;
            if line.seq > local.seq {
                let row = Row {
                    run: &run,
                    seq: line.seq,
                    at: &line.at,
                    fence: line.fence,
                    body: &line.body,
                };
                insert(&tx, &inner.path, copied.prev, row)?;
            } else if line.seq == local.seq && *copied.hash != local.hash {
                return Err(diverged(path, &run, line.seq));
            }
            Ok(())
        })?;
        if (copied.seq, copied.hash) != (copy.seq, copy.hash) {
            return Err(JournalError::NotRead(format!(
                "{}: the file changed while it was read",
                path.display()
            )));
        }
        if let Some(by_code) = copy.header.by_code().filter(|_| local.seq == 0) {
            seal::store(&tx, &inner.path, &run, &by_code)?;
        }

        let fence = fence.max(copy.fence) + 1;
        let (by, reason) = (takeover.by.clone(), takeover.reason.clone());
        let body = body_of(&EventKind::TakenOver {
            by,
            reason,
            from_seq: copy.seq,
            vouched: Some(vouched),
        })?;
        let stamp = at.to_string();
        let row = Row {
            run: &run,
            seq: copy.seq + 1,
            at: &stamp,
            fence,
            body: &body,
        };
        let head = insert(&tx, &inner.path, &copy.hash, row)?;
        // Nothing of this home vouches for the end of what was copied.
        let gap = if copy.seq > local.seq { copy.seq } else { local.gap };
        store_head(&tx, &inner.path, &run, &Head { gap, ..head }, key.as_ref())?;
        lease::write(&tx, &inner.path, &run, &takeover.holder, fence, true)?;

        let mark = Mark {
            store: inner.store_id.clone(),
            run: run.clone(),
            fence,
            from_seq: copy.seq,
            by: takeover.by.clone(),
            reason: takeover.reason.clone(),
            at,
        };
        // Before the commit: a mark without a takeover only stops the old driver; a takeover
        // without a mark would let two drive.
        let marked = match inner.with_mirror(|mirror| mirror.place_mark(&mark)) {
            None => false,
            Some(Ok(())) => true,
            Some(Err(error)) => {
                tracing::warn!(%error, "the takeover could not be marked");
                false
            }
        };
        tx.commit().map_err(not_written(&inner.path))?;
        inner.memory.forget_mark(&run);
        let keep = Keep {
            kept: true,
            anew: true,
        };
        inner.anchor(&run, (head.seq, &head.hash), fence, key.as_ref(), keep)?;
        inner.mirror(&conn, &run);
        Ok(Imported {
            run,
            from_seq: copy.seq,
            fence,
            marked,
            vouched,
            cut: copy.partial,
        })
    }
}

fn refuse_unless_prefix(
    path: &Path,
    local: &Head,
    copy: &Scan,
    here: impl Fn(u64) -> Result<(u64, Hash), JournalError>,
) -> Result<(), JournalError> {
    if copy.seq >= local.seq {
        return Ok(());
    }
    let run = &copy.header.run;
    if here(copy.seq)?.1 != copy.hash {
        return Err(diverged(path, run, copy.seq));
    }
    Err(JournalError::NotWritten(format!(
        "this home already holds run {run} to event {}, further than the copy (to event {}). Open it here",
        local.seq, copy.seq
    )))
}

fn diverged(path: &Path, run: &RunId, seq: u64) -> JournalError {
    JournalError::NotWritten(format!(
        "{}: this home holds other events of run {run} up to event {seq}. Import the copy into a new home",
        path.display()
    ))
}
