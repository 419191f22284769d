//! Which places to look in are known without anybody naming one: those of the runs in this home.

use std::collections::BTreeSet;

use switchback_model::{RunId, TargetKind};

use super::LookupAt;
use crate::host::Host;
use crate::wire::{ApiError, LookupPlaces, LookupWhere, PlaceChoice};

/// The built-in target whose people are made up.
const REHEARSAL: &str = "rehearsal";

/// Targets that are offered at most: a person picks one of a few, and names any other.
const MOST: usize = 12;

/// Journals that are read for it at most, so that a home with a year of rehearsals opens at once.
const READ: usize = 40;

impl LookupWhere {
    /// The closed world's people, whatever runs there are.
    #[must_use]
    pub fn rehearsal() -> Self {
        Self {
            target: Some(REHEARSAL.to_owned()),
            ..Self::default()
        }
    }
}

impl Host {
    /// The places that can be asked. `first` is the one that the window was started with; with `only`
    /// there is no other.
    ///
    /// Nothing is asked of any pool, no run is driven, and what a run has sealed stays sealed. Real targets
    /// come before rehearsals: "nobody of that name" is a wrong answer where only made-up people are.
    ///
    /// # Errors
    /// Where the list of runs can't be read.
    pub async fn users_places(
        &self,
        first: Option<&LookupWhere>,
        only: bool,
    ) -> Result<LookupPlaces, ApiError> {
        let mut known = LookupPlaces {
            places: Vec::new(),
            only,
            unread: 0,
        };
        if let Some(first) = first {
            known.places.push(self.started_with(first).await);
        }
        if only {
            return Ok(known);
        }
        let started = known.places.len();
        let mut seen: BTreeSet<String> = known.places.iter().map(|choice| choice.name.clone()).collect();
        let mut read = 0;
        for row in self.run_list()? {
            if known.places.len() >= MOST || read >= READ {
                break;
            }
            if !seen.insert(row.target.clone()) {
                continue;
            }
            read += 1;
            let run = match self.fold(&RunId::new(&row.run)?).await {
                Ok(run) => run,
                Err(error) => {
                    tracing::warn!(run = row.run, code = error.code, "the run's target is not known");
                    known.unread += 1;
                    continue;
                }
            };
            if run.plan.target.pools.is_empty() {
                // An older run of the same target may know its pools.
                seen.remove(&row.target);
                continue;
            }
            known.places.push(PlaceChoice {
                at: LookupWhere {
                    run: Some(row.run),
                    ..LookupWhere::default()
                },
                banner: run.plan.target.kind.banner().to_owned(),
                name: row.target,
            });
        }
        known.places[started..].sort_by_key(|choice| choice.banner == TargetKind::Rehearsal.banner());
        Ok(known)
    }

    /// Offered also where it can't be read: who picks it reads why.
    async fn started_with(&self, first: &LookupWhere) -> PlaceChoice {
        let place = match self.lookup_at(first) {
            Ok(at) => self.place(&at).await.ok(),
            Err(_) => None,
        };
        let kind = place.as_ref().and_then(|place| place.kind);
        let named = place.and_then(|place| place.target);
        PlaceChoice {
            at: first.clone(),
            banner: kind.map(TargetKind::banner).unwrap_or_default().to_owned(),
            name: named
                .or_else(|| first.target.clone())
                .unwrap_or_else(|| first.pools.join(", ")),
        }
    }

    /// The place that a person named. A target's name is that of the newest run that has it, else a file or
    /// a built-in one.
    ///
    /// # Errors
    /// Where there is no such target, or its file has errors.
    pub fn lookup_at(&self, named: &LookupWhere) -> Result<LookupAt, ApiError> {
        let mut at = LookupAt {
            run: named.run.clone(),
            pools: named.pools.clone(),
            target: None,
        };
        if at.run.is_some() {
            return Ok(at);
        }
        // The built-in rehearsal has its pools even where a run of that name has none.
        if *named == LookupWhere::rehearsal() {
            at.target = Some(crate::plan::target(REHEARSAL)?);
        } else if let Some(name) = &named.target {
            let newest = self.run_list()?.into_iter().find(|row| row.target == *name);
            match newest {
                Some(row) => at.run = Some(row.run),
                None => at.target = Some(crate::plan::target(name)?),
            }
        }
        Ok(at)
    }
}
