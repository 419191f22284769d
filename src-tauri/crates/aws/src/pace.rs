//! Our own share of what an account may ask, a bucket for each service that others compete for.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::service::Service;

/// For the process: the account's quota does not care which run asks.
static BUCKETS: LazyLock<BTreeMap<Service, DefaultDirectRateLimiter>> = LazyLock::new(|| {
    let bucket = |service: Service| {
        let (rate, burst) = service.share()?;
        let quota = Quota::per_second(NonZeroU32::new(rate)?).allow_burst(NonZeroU32::new(burst)?);
        Some((service, RateLimiter::direct(quota)))
    };
    Service::ALL.into_iter().filter_map(bucket).collect()
});

/// For the process, as the buckets are.
static WINDOWS: LazyLock<BTreeMap<Service, Window>> = LazyLock::new(|| {
    let window = |service: Service| Some((service, Window::of(service.most()?)));
    Service::ALL.into_iter().filter_map(window).collect()
});

const SECOND: Duration = Duration::from_secs(1);

/// When the last requests were made, of which no second may hold more than so many: a full bucket gives its burst
/// *and* what it is refilled with meanwhile.
struct Window {
    most: usize,
    made: Mutex<VecDeque<Instant>>,
}

impl Window {
    fn of(most: usize) -> Self {
        Self {
            most,
            made: Mutex::default(),
        }
    }

    /// Takes a place; where there is none, how long until the next one is free.
    fn take(&self, now: Instant) -> Result<(), Duration> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let past = |at: &Instant| now.saturating_duration_since(*at) >= SECOND;
        while made.front().is_some_and(past) {
            made.pop_front();
        }
        match made.front() {
            Some(first) if made.len() >= self.most => {
                Err(SECOND.saturating_sub(now.saturating_duration_since(*first)))
            }
            _ => {
                made.push_back(now);
                Ok(())
            }
        }
    }
}

/// Waits until a request may be made.
pub(crate) async fn wait(service: Service) {
    if let Some(bucket) = BUCKETS.get(&service) {
        bucket.until_ready().await;
    }
    if let Some(window) = WINDOWS.get(&service) {
        while let Err(left) = window.take(Instant::now()) {
            tokio::time::sleep(left).await;
        }
    }
}

/// The most ListUsers a second that AWS allows an account in a region, over all of its pools together, unless it was
/// granted more (Cognito developer guide, "Quotas", category `UserList`).
pub const MOST_LISTS: u32 = 30;

/// How many ListUsers are asked a second where nobody says otherwise: our share of Cognito.
#[must_use]
pub const fn usual_lists() -> u32 {
    match Service::Cognito.share() {
        Some((rate, _)) => rate,
        None => MOST_LISTS,
    }
}

/// A pace for pages of whole pools that a person chose; its copies share it.
#[derive(Clone)]
pub struct ListPace {
    pub(crate) rate: NonZeroU32,
    bucket: Arc<DefaultDirectRateLimiter>,
}

impl ListPace {
    /// So many requests a second, evenly spaced, so that no second has more.
    #[must_use]
    pub fn new(rate: NonZeroU32) -> Self {
        let quota = Quota::per_second(rate).allow_burst(NonZeroU32::MIN);
        Self {
            rate,
            bucket: Arc::new(RateLimiter::direct(quota)),
        }
    }

    /// Waits until a request may be made.
    pub(crate) async fn wait(&self) {
        self.bucket.until_ready().await;
    }
}

#[cfg(test)]
mod tests;
