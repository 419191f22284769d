//! The look-up of a person over the pools of a place: read-only, masked, recorded. It knows nothing of
//! runs and hosts.

mod audit;
mod desk;
mod list;
mod place;
mod port;
mod purpose;
mod read;
mod reconcile;
mod view;

use switchback_wire as wire;

pub use desk::{Ask, DETAIL_COST, Desk};
pub use list::read_source;
pub use place::{AwsPools, Place, one_account, query};
pub use port::{Everybody, Found, UserPools};
pub use reconcile::{Reconcile, Reconciled, refuse_existing};
