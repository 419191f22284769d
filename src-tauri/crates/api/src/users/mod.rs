//! Look-ups from a host: which places there are, and what a person's words for one mean. The looking
//! itself is in `switchback-lookup`, which knows nothing of runs.

mod choices;
mod place;
mod stage;

pub use place::LookupAt;
pub use switchback_lookup::{
    Ask, Broken, Counts, DETAIL_COST, Desk, Found, MOST_LISTS, Plan, PoolRead, PoolScope, Progress,
    Reconcile, Reconciled, UserPage, UserPools, Walk, one_account, query, read_source, usual_lists,
};
