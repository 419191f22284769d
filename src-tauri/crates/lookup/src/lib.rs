//! The look-up of a person over the pools of a place: read-only, masked, recorded. It knows nothing of
//! runs and hosts.

mod audit;
mod desk;
mod list;
mod pools;
mod port;
mod purpose;
mod read;
mod reconcile;
mod view;

use switchback_wire as wire;

pub use desk::{Ask, DETAIL_COST, Desk};
pub use list::read_source;
pub use pools::{AwsPools, PoolScope, one_account, query};
pub use port::{Found, UserPools};
pub use reconcile::{Counts, Plan, PoolPlan, PoolRead, Progress, Reconcile, Reconciled, refuse_existing};
pub use switchback_aws::cognito::{Broken, UserPage, Walk};
pub use switchback_aws::{MOST_LISTS, usual_lists};
