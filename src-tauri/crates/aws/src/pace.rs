//! Our own share of what an account may ask: Route 53's five requests a second, which it has in common
//! with Terraform and everybody else (Route 53 developer guide, "Quotas"), and Cognito's reads, which
//! compete with the sign-ins of every pool of the account (Cognito developer guide, "Quotas").

use std::num::NonZeroU32;
use std::sync::LazyLock;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

const PER_SECOND: NonZeroU32 = NonZeroU32::new(2).expect("2 is not 0");
const BURST: NonZeroU32 = NonZeroU32::new(5).expect("5 is not 0");

/// One bucket for the process: the account's quota does not care which run asks.
static ROUTE53: LazyLock<DefaultDirectRateLimiter> =
    LazyLock::new(|| RateLimiter::direct(Quota::per_second(PER_SECOND).allow_burst(BURST)));

/// Waits until a Route 53 request may be made.
pub(crate) async fn route53() {
    ROUTE53.until_ready().await;
}

const COGNITO_PER_SECOND: NonZeroU32 = NonZeroU32::new(3).expect("3 is not 0");
const COGNITO_BURST: NonZeroU32 = NonZeroU32::new(2).expect("2 is not 0");

/// Never more than five requests in any second: the burst and a second's share.
static COGNITO: LazyLock<DefaultDirectRateLimiter> =
    LazyLock::new(|| RateLimiter::direct(Quota::per_second(COGNITO_PER_SECOND).allow_burst(COGNITO_BURST)));

/// Waits until a Cognito request may be made.
pub(crate) async fn cognito() {
    COGNITO.until_ready().await;
}
