//! Which places to look in are known without anybody naming one: those of the runs in this home.

use std::collections::BTreeSet;

use switchback_model::{RunId, TargetKind};

use super::LookupAt;
use crate::core::Core;
use crate::wire::{ApiError, LookupPlaces, LookupWhere, PlaceChoice};

/// The built-in target whose people are made up.
const REHEARSAL: &str = "rehearsal";

/// Targets that are offered at most: a person picks one of a few, and names any other.
const MOST: usize = 12;

/// Journals that are read for it at most, so that a home with a year of rehearsals opens at once.
const READ: usize = 40;

impl Core {
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::Arc;

    use switchback_model::Operator;

    use super::*;
    use crate::host::{Host, HostOptions};

    struct Setup {
        host: Arc<Host>,
        _folder: tempfile::TempDir,
    }

    fn home() -> Setup {
        let folder = tempfile::tempdir().unwrap();
        let mut options = HostOptions::new(Operator::new("Sam Support").unwrap());
        options.home = Some(folder.path().to_owned());
        Setup {
            host: Host::start(options).unwrap(),
            _folder: folder,
        }
    }

    fn target(name: &str) -> LookupWhere {
        LookupWhere {
            target: Some(name.to_owned()),
            ..LookupWhere::default()
        }
    }

    fn names(known: &LookupPlaces) -> Vec<(&str, &str)> {
        known
            .places
            .iter()
            .map(|choice| (choice.banner.as_str(), choice.name.as_str()))
            .collect()
    }

    #[tokio::test]
    async fn a_home_without_runs_knows_no_place_and_says_so() {
        let Setup { host, _folder } = home();
        let known = host.users_places(None, false).await.unwrap();
        assert!(known.places.is_empty() && known.unread == 0 && !known.only);
    }

    #[tokio::test]
    async fn real_targets_come_before_rehearsals_and_those_without_pools_not_at_all() {
        let Setup { host, _folder } = home();
        host.new_from_runbook("tis-cognito", "prod.example").unwrap();
        let newest = host.new_from_runbook("tis-cognito", "prod.example").unwrap();
        host.new_from_runbook("tis-cognito", "rehearsal").unwrap();
        // Newer than the one with pools, and of the same name.
        host.new_from_runbook("dns-switch", "rehearsal").unwrap();
        let known = host.users_places(None, false).await.unwrap();
        let production = &known.places[0];
        assert_eq!(production.at.run.as_deref(), Some(newest.as_str()));
        assert_eq!(
            names(&known),
            [
                ("PRODUCTION", production.name.as_str()),
                ("REHEARSAL", "rehearsal")
            ]
        );
        // The one that it was started with stands first, and is named once.
        let first = host
            .users_places(Some(&target(&production.name)), false)
            .await
            .unwrap();
        assert_eq!(names(&first), names(&known));
        assert_eq!(first.places[0].at, target(&production.name));
    }

    #[tokio::test]
    async fn a_window_that_was_started_on_a_broken_target_offers_it_so_that_its_error_is_read() {
        let Setup { host, _folder } = home();
        let broken = target("no-such-target");
        let known = host.users_places(Some(&broken), false).await.unwrap();
        assert_eq!(names(&known), [("", "no-such-target")]);
        let error = host.users_place(&broken).await.unwrap_err();
        assert_eq!(error.code, "bad_input");
        let pools = LookupWhere {
            pools: vec!["eu-west-2_EXAMPLE1".to_owned()],
            ..LookupWhere::default()
        };
        let known = host.users_places(Some(&pools), false).await.unwrap();
        assert_eq!(names(&known), [("", "eu-west-2_EXAMPLE1")]);
    }

    #[tokio::test]
    async fn the_rehearsal_alone_is_the_rehearsal_alone() {
        let Setup { host, _folder } = home();
        host.new_from_runbook("tis-cognito", "prod.example").unwrap();
        // Without pools, and of that name: the built-in people are looked up all the same.
        host.new_from_runbook("dns-switch", "rehearsal").unwrap();
        let rehearsal = LookupWhere::rehearsal();
        let known = host.users_places(Some(&rehearsal), true).await.unwrap();
        assert_eq!(names(&known), [("REHEARSAL", "rehearsal")]);
        assert!(known.only);
        let place = host.users_place(&rehearsal).await.unwrap();
        assert_eq!((place.pools.len(), place.kind.as_str()), (2, "rehearsal"));
        assert_eq!((place.account_tail, place.test_endpoint), (None, false));
        host.stop_closed_world().await;
    }

    #[tokio::test]
    async fn a_place_says_whose_account_is_asked_with_which_sign_in() {
        let Setup { host, _folder } = home();
        let run = host.new_from_runbook("tis-cognito", "prod.example").unwrap();
        let at = LookupWhere {
            run: Some(run.to_string()),
            pools: vec!["admins".to_owned()],
            ..LookupWhere::default()
        };
        let place = host.users_place(&at).await.unwrap();
        assert_eq!(
            (place.banner.as_str(), place.kind.as_str()),
            ("PRODUCTION", "production")
        );
        assert_eq!(place.account_tail.unwrap().len(), 4);
        assert_eq!(place.regions, ["eu-west-2"]);
        assert_eq!(place.pools.len(), 1);
        // A run goes before a target: the page's question can't mean two places.
        let both = LookupWhere {
            target: Some("rehearsal".to_owned()),
            ..at
        };
        assert_eq!(host.users_place(&both).await.unwrap().kind, "production");
    }
}
