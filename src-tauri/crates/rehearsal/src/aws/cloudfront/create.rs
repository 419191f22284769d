//! CreateInvalidation.

use rand::Rng;
use serde_json::json;

use super::batch::Batch;
use super::part::{CloudFront, Invalidation};
use super::seed::{MOST_FILES, MOST_WILDCARDS, Row, row_of};
use super::{VERSION, document, known, show};
use crate::aws::{AwsError, Served};
use crate::core::Core;
use crate::faults::App;
use crate::http as web;
use crate::log::{Caller, LogEntry, Outcome};
use crate::reval::EDGES;

/// Makes an invalidation, or answers the one that the reference has made before, as it is by now.
pub(super) fn create(core: &Core, caller: &Caller, id: &str, body: &[u8]) -> Result<Served, AwsError> {
    let row = known(caller, id)?;
    let batch = Batch::read(body)?;
    let committed = core.commit(|state, now| {
        let made = state.cloudfront.make(row, batch, now)?;
        let entry = LogEntry {
            left: Some(json!({"id": made.id, "reference": made.reference, "paths": made.paths})),
            ..caller.entry(Outcome::Committed)
        };
        Ok::<_, AwsError>((made, entry))
    })?;
    let made = &committed.made;
    let mut answer = document(201, &show::invalidation(made));
    let at = format!(
        "https://cloudfront.amazonaws.com/{VERSION}/distribution/{}/invalidation/{}",
        row.id, made.id
    );
    web::set(&mut answer, "location", &at);
    Ok(Served {
        answer,
        entry: None,
        lost: committed.lost,
    })
}

/// Somebody else drops all that the edges of an application keep.
pub(crate) fn somebody_invalidates(core: &Core, app: App) -> Result<(), AwsError> {
    let caller = Caller::somebody_else("InvalidationBegun");
    core.commit(|state, now| {
        let batch = Batch {
            reference: uuid::Uuid::new_v4().to_string(),
            paths: vec!["/*".to_owned()],
        };
        let made = state.cloudfront.make(row_of(app), batch, now)?;
        let entry = LogEntry {
            comment: Some(app.name().to_owned()),
            left: Some(json!({"id": made.id, "paths": made.paths})),
            ..caller.entry(Outcome::Committed)
        };
        Ok::<_, AwsError>(((), entry))
    })
    .map(drop)
}

impl CloudFront {
    /// The invalidation of a reference (CloudFront API reference, InvalidationBatch, `CallerReference`).
    fn make(&mut self, row: &Row, batch: Batch, now_ms: i64) -> Result<Invalidation, AwsError> {
        let mut all = self.all(row);
        if let Some(before) = all.find(|one| one.reference == batch.reference) {
            return match batch.covers_the_same(&before.paths) {
                true => Ok(before.clone()),
                false => Err(AwsError::new(
                    "InvalidationBatchAlreadyExists",
                    "Your request contains a caller reference that was used for a previous invalidation batch with \
                     other paths.",
                )),
            };
        }
        drop(all);
        self.has_room(row, &batch)?;
        let made = Invalidation {
            of: row.id.to_owned(),
            id: invalidation_id(),
            reference: batch.reference,
            paths: batch.paths,
            created_ms: now_ms,
            done: [false; EDGES],
        };
        self.invalidations.push(made.clone());
        Ok(made)
    }

    /// Refuses what is more than may be in progress.
    fn has_room(&self, row: &Row, batch: &Batch) -> Result<(), AwsError> {
        let asked = Batch::wildcards(&batch.paths);
        if batch.paths.len() - asked > MOST_FILES {
            return Err(AwsError::new(
                "BatchTooLarge",
                "Your request contains too many invalidation paths.",
            ));
        }
        let (mut wildcards, mut files) = (asked, batch.paths.len() - asked);
        for one in self.running(row) {
            let of_it = Batch::wildcards(&one.paths);
            wildcards += of_it;
            files += one.paths.len() - of_it;
        }
        match wildcards > MOST_WILDCARDS || files > MOST_FILES {
            true => Err(AwsError::new(
                "TooManyInvalidationsInProgress",
                "Processing your request will cause you to exceed the maximum number of in-progress invalidations.",
            )),
            false => Ok(()),
        }
    }
}

/// An id as CloudFront makes them: `I` and 13 capitals and digits.
fn invalidation_id() -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut rng = rand::rng();
    let mut id = String::from("I");
    for _ in 0..13 {
        id.push(char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]));
    }
    id
}
