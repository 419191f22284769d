//! Our own share of what an account may ask, a bucket for each service that others compete for.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::LazyLock;

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

/// Waits until a request may be made.
pub(crate) async fn wait(service: Service) {
    if let Some(bucket) = BUCKETS.get(&service) {
        bucket.until_ready().await;
    }
}
