//! Reval's user interface: an Angular build in a bucket, and CloudFront's edges before it, which go on answering what
//! they keep until it is a day old or an invalidation covers it (CloudFront developer guide, "Manage how long content
//! stays in the cache").
//!
//! The distribution itself and its invalidations are [`crate::aws::cloudfront`]'s. Not rehearsed: conditional requests,
//! ranges and compression.

mod build;
mod edge;
mod part;
mod serve;
mod somebody;
#[cfg(test)]
mod tests;
mod worker;

pub(crate) use build::{INDEX, sha1};
pub use build::{
    REVAL_API_URL, REVAL_CLIENT, REVAL_NEW_BUILD, REVAL_OLD_DOMAIN, REVAL_WRONG_POOL, RevalBuild,
};
pub use edge::COPIES_LIVE;
pub(crate) use edge::EDGES;
pub(crate) use part::Reval;
pub(crate) use serve::{DISABLED, refusal, serve};
pub(crate) use somebody::somebody_releases;
