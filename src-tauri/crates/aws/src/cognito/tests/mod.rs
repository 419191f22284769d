#![expect(clippy::unwrap_used, reason = "tests")]

mod ask;
mod client;
mod hcl;
mod left_out;
mod pool;
mod rehearsed;
mod sign_in;

use super::comparison::Comparison;

/// The mend of a wrong one; a right one has none.
#[track_caller]
fn mend(found: Comparison) -> String {
    found.mend.unwrap()
}

#[track_caller]
fn right(found: &Comparison) {
    assert_eq!(found.mend, None, "{}", found.observed);
}
