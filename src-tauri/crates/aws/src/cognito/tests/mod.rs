#![expect(clippy::unwrap_used, reason = "tests")]

mod ask;
mod client;
mod hcl;
mod pool;
mod rehearsed;
mod sign_in;
mod told;

use super::found::Found;

/// The mend of a wrong one; a right one has none.
#[track_caller]
fn mend(found: Found) -> String {
    found.mend.unwrap()
}

#[track_caller]
fn right(found: &Found) {
    assert_eq!(found.mend, None, "{}", found.observed);
}
