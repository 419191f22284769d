//! CreateInvalidation.

use rand::Rng;
use serde_json::json;

use super::batch::Batch;
use super::part::{CloudFront, Invalidation};
use super::seed::{DISTRIBUTION, MOST_FILES, MOST_WILDCARDS};
use super::{VERSION, document, known, show};
use crate::aws::{AwsError, Served};
use crate::core::Core;
use crate::http as web;
use crate::log::{Caller, LogEntry, Outcome};
use crate::reval::EDGES;

/// Makes an invalidation, or answers the one that the reference has made before, as it is by now.
pub(super) fn create(core: &Core, caller: &Caller, id: &str, body: &[u8]) -> Result<Served, AwsError> {
    known(caller, id)?;
    let batch = Batch::read(body)?;
    let committed = core.commit(|state, now| {
        let made = state.cloudfront.make(batch, now)?;
        let entry = LogEntry {
            left: Some(json!({"id": made.id, "reference": made.reference, "paths": made.paths})),
            ..caller.entry(Outcome::Committed)
        };
        Ok::<_, AwsError>((made, entry))
    })?;
    let made = &committed.made;
    let mut answer = document(201, &show::invalidation(made));
    let at = format!(
        "https://cloudfront.amazonaws.com/{VERSION}/distribution/{DISTRIBUTION}/invalidation/{}",
        made.id
    );
    web::set(&mut answer, "location", &at);
    Ok(Served {
        answer,
        entry: None,
        lost: committed.lost,
    })
}

impl CloudFront {
    /// The invalidation of a reference (CloudFront API reference, InvalidationBatch, `CallerReference`).
    fn make(&mut self, batch: Batch, now_ms: i64) -> Result<Invalidation, AwsError> {
        let mut all = self.invalidations.iter();
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
        self.has_room(&batch)?;
        let made = Invalidation {
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
    fn has_room(&self, batch: &Batch) -> Result<(), AwsError> {
        let asked = Batch::wildcards(&batch.paths);
        if batch.paths.len() - asked > MOST_FILES {
            return Err(AwsError::new(
                "BatchTooLarge",
                "Your request contains too many invalidation paths.",
            ));
        }
        let (mut wildcards, mut files) = (asked, batch.paths.len() - asked);
        for one in self.running() {
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
