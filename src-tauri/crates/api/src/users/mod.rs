//! Look-ups from a host: which places there are, and what a person's words for one mean. The looking
//! itself is in `switchback-lookup`, which knows nothing of runs.

mod choices;
mod place;

pub use place::LookupAt;
pub use switchback_lookup::{
    Ask, DETAIL_COST, Desk, Everybody, Found, Place, Reconcile, Reconciled, UserPools, one_account, query,
    read_source,
};
