//! Where a look-up is made: which pools, with which sign-in.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use switchback_directory::{Query, Source};
use switchback_lookup::{
    Ask, AwsPools, DETAIL_COST, Desk, MOST_LISTS, PoolScope, Reconcile, Reconciled, query, refuse_existing,
    usual_lists,
};
use switchback_model::directory::{Pool, PoolId, PoolRole};
use switchback_model::{RunId, Target, TargetKind};
use switchback_rehearsal as rehearsal;

use crate::clock::{SystemClock, WorldClock};
use crate::core::Core;
use crate::host::kind_of;
use crate::users::stage::stage;
use crate::wire::{ApiError, LookupAsk, LookupPlace, LookupView, LookupWhere, PlacePool};

/// How a person names the place.
#[derive(Debug, Clone, Default)]
pub struct LookupAt {
    /// A target that was read from its file.
    pub target: Option<Target>,
    /// A run, whose target it is.
    pub run: Option<String>,
    /// Only these pools, by id or by their name in the target.
    pub pools: Vec<String>,
}

impl Core {
    /// Where people are looked up.
    #[must_use]
    pub fn users(&self) -> &Desk {
        &self.users
    }

    /// Looks somebody up for a window.
    pub async fn users_find(&self, ask: &LookupAsk) -> Result<LookupView, ApiError> {
        let at = self.lookup_at(&ask.place())?;
        let query = query(&ask.query)?;
        let source = match ask.source {
            true => Some(self.users().chosen_source().await?),
            false => None,
        };
        self.look_up(&at, query, ask.purpose.as_deref(), source.as_deref())
            .await
    }

    /// Looks somebody up.
    pub async fn look_up(
        &self,
        at: &LookupAt,
        query: Query,
        purpose: Option<&str>,
        source: Option<&Source>,
    ) -> Result<LookupView, ApiError> {
        let place = self.place(at).await?;
        let pools = Arc::new(AwsPools::connect(&place)?);
        let unproven = pools.refuse_another_account(&place).await?;
        let by = self.operator();
        let mut view = self
            .users()
            .find(
                &place,
                pools,
                Ask {
                    query,
                    purpose,
                    source,
                    by,
                },
            )
            .await?;
        view.notes.extend(unproven);
        Ok(view)
    }

    /// Reads every pool of a place and writes the verdict of each row to a new file. `rate` is how many pages are asked
    /// for a second at most, over all pools; without it, as many as every other request may be.
    ///
    /// # Errors
    /// As [`Desk::reconcile`], and where `rate` is more than AWS allows.
    pub async fn users_reconcile(
        &self,
        at: &LookupAt,
        ask: Reconcile<'_>,
        rate: Option<u32>,
        out: &Path,
    ) -> Result<Reconciled, ApiError> {
        let rate = rate.map(chosen_rate).transpose()?;
        refuse_existing(out)?;
        let place = self.place(at).await?;
        let mut pools = AwsPools::connect(&place)?;
        if let Some(rate) = rate {
            pools = pools.with_rate(rate);
        }
        let unproven = pools.refuse_another_account(&place).await?;
        let mut done = self.users().reconcile(&place, &pools, ask, out).await?;
        done.notes.extend(unproven);
        Ok(done)
    }

    /// The pools that would be asked, without asking them.
    pub async fn users_place(&self, at: &LookupWhere) -> Result<LookupPlace, ApiError> {
        let place = self.place(&self.lookup_at(at)?).await?;
        let pools = place.pools.iter().map(|pool| PlacePool {
            id: pool.id.to_string(),
            title: pool.title.clone(),
            role: pool.role.word().to_owned(),
        });
        let regions: BTreeSet<&str> = place.pools.iter().map(|pool| pool.id.region()).collect();
        let banner = place.kind.map(TargetKind::banner).unwrap_or_default();
        let rehearsal = place.kind == Some(TargetKind::Rehearsal);
        Ok(LookupPlace {
            banner: banner.to_owned(),
            kind: place.kind.map(|_| kind_of(banner).to_owned()).unwrap_or_default(),
            pools: pools.collect(),
            regions: regions.into_iter().map(str::to_owned).collect(),
            // The closed world's account is nobody's.
            account_tail: place
                .account
                .filter(|_| !rehearsal)
                .map(|account| account.chars().skip(8).collect()),
            profile: place.profile,
            test_endpoint: place.endpoint.is_some() && !rehearsal,
            target: place.target.unwrap_or_default(),
            run: place.run.map(|run| run.to_string()),
            detail_cost: DETAIL_COST.to_owned(),
        })
    }

    /// The place that a person means.
    ///
    /// # Errors
    /// Says how to name one, where nothing is named and no run has pools.
    pub async fn place(&self, at: &LookupAt) -> Result<PoolScope, ApiError> {
        if let Some(target) = &at.target {
            let endpoint = self.endpoint_for(target)?;
            return self.of_target(target, endpoint, None, &at.pools).await;
        }
        if let Some(run) = &at.run {
            return self.of_run(&RunId::new(run)?, &at.pools).await;
        }
        let newest = self.run_list()?.into_iter().next();
        if let Some(row) = newest {
            match self.of_run(&RunId::new(row.run)?, &at.pools).await {
                // A pool that the newest run does not know is looked at on its own.
                Err(error) if error.code == "not_found" && !at.pools.is_empty() => {}
                found => return found,
            }
        }
        if at.pools.is_empty() {
            return Err(ApiError::new(
                "usage",
                "It is not clear which pools to ask: there is no run.",
                "Name a target file with --target FILE, or a pool with --pool ID.",
                "the look-up",
            ));
        }
        self.of_pools(&at.pools)
    }

    async fn of_run(&self, id: &RunId, named: &[String]) -> Result<PoolScope, ApiError> {
        // Not `load`: what the run has sealed stays sealed.
        let run = self.fold(id).await?;
        let target = &run.plan.target;
        if target.kind == TargetKind::Production {
            self.endpoint_for(target)?;
        }
        let mut place = self
            .of_target(target, run.endpoint.clone(), Some(id), named)
            .await?;
        place.run = Some(id.clone());
        place.stage = stage(&run);
        Ok(place)
    }

    async fn of_target(
        &self,
        target: &Target,
        endpoint: Option<String>,
        run: Option<&RunId>,
        named: &[String],
    ) -> Result<PoolScope, ApiError> {
        let whose = || match run {
            Some(run) => format!("the target {} of run {run}", target.name),
            None => format!("the target {}", target.name),
        };
        let mut pools: Vec<Pool> = Vec::new();
        for name in named {
            let known = target
                .pools
                .iter()
                .find(|(key, pool)| *key == name || pool.id.as_str() == name);
            let Some((_, pool)) = known else {
                return Err(ApiError::new(
                    "not_found",
                    "The target has no such pool.",
                    match target.pools.is_empty() {
                        true => "Add it to the target file under [pools.NAME].".to_owned(),
                        false => {
                            let known: Vec<&str> = target.pools.keys().map(String::as_str).collect();
                            format!("It has {}.", known.join(", "))
                        }
                    },
                    whose(),
                ));
            };
            if !pools.contains(pool) {
                pools.push(pool.clone());
            }
        }
        if named.is_empty() {
            pools = target.pools.values().cloned().collect();
        }
        if pools.is_empty() {
            return Err(ApiError::new(
                "usage",
                "The target has no user pools to look in.",
                "Add [pools.NAME] with id, title and role to the target file, or name a pool with --pool ID.",
                whose(),
            ));
        }
        pools.sort_by_key(|pool| pool.role);
        let mut place = PoolScope {
            kind: Some(target.kind),
            target: Some(target.name.to_string()),
            account: Some(target.account.clone()),
            profile: target.profile.clone(),
            endpoint,
            ..PoolScope::of(pools, Arc::new(SystemClock::default()))
        };
        if target.kind == TargetKind::Rehearsal {
            let handle = self.closed_world().await?;
            place.clock = Arc::new(WorldClock::new(handle.clock));
            place.endpoint = Some(handle.endpoint.clone());
            place.credentials = Some((rehearsal::ACCESS_KEY.to_owned(), "rehearsal".to_owned()));
            place.profile = None;
        }
        Ok(place)
    }

    /// Pools without a target: with the environment's sign-in, each taken for a new one.
    fn of_pools(&self, named: &[String]) -> Result<PoolScope, ApiError> {
        let mut pools: Vec<Pool> = Vec::new();
        for name in named {
            let id = PoolId::new(name).map_err(|_| {
                ApiError::new(
                    "usage",
                    "This is not the id of a user pool.",
                    "Write it such as eu-west-2_EXAMPLE1, or name a run or target that has a pool of this name.",
                    "--pool",
                )
            })?;
            let pool = Pool {
                title: id.to_string(),
                id,
                role: PoolRole::New,
            };
            if !pools.contains(&pool) {
                pools.push(pool);
            }
        }
        let endpoint = self.options.endpoint.clone();
        if let Some(endpoint) = &endpoint {
            switchback_aws::check_endpoint(endpoint).map_err(|error| ApiError {
                code: "usage".to_owned(),
                place: "--aws-endpoint".to_owned(),
                ..error.into()
            })?;
        }
        let endpoint = endpoint.or_else(|| switchback_aws::Elsewhere::of(None).mark());
        Ok(PoolScope {
            endpoint,
            ..PoolScope::of(pools, Arc::new(SystemClock::default()))
        })
    }
}

/// A rate that a person chose, where AWS allows it.
fn chosen_rate(rate: u32) -> Result<NonZeroU32, ApiError> {
    let refused = |message: String| {
        let usual = usual_lists();
        ApiError::new(
            "usage",
            message,
            format!(
                "Give a whole number from 1 to {MOST_LISTS}. Without --rate it is {usual} a second, which leaves the rest \
                 to others."
            ),
            "--rate",
        )
    };
    let quota = format!(
        "AWS allows {MOST_LISTS} requests of this kind a second (ListUsers, its quota UserList), for all pools of an \
         account and region together"
    );
    match NonZeroU32::new(rate) {
        None => Err(refused("At 0 requests a second nothing is ever read.".to_owned())),
        Some(rate) if rate.get() > MOST_LISTS => Err(refused(format!(
            "{rate} requests a second are too many: {quota}."
        ))),
        Some(rate) => Ok(rate),
    }
}
