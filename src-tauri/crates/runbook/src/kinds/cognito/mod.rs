//! The checks of a Cognito user pool, its client and its domain.

pub(super) mod admin_create_only;
pub(super) mod canary;
pub(super) mod client;
pub(super) mod deletion_protection;
pub(super) mod domain;
pub(super) mod email;
pub(super) mod mfa;
pub(super) mod password_policy;
pub(super) mod recovery;
pub(super) mod sign_in_names;
pub(super) mod triggers;

use switchback_model::CheckKind;
use switchback_model::cognito::{CognitoCheck, PoolExpectation, pool_region};

use super::key::{Key, Shape};
use crate::reader::{Item, Reader, Table};

const POOL_ID: Key = Key::needed(
    "pool_id",
    Shape::Text,
    "The user pool's id, such as eu-west-2_EXAMPLE",
    "\"eu-west-2_EXAMPLE\"",
);

/// Which pool, and what one kind expects of it.
fn pool<'a>(
    r: &mut Reader<'_>,
    t: &mut Table<'a>,
    expected: impl FnOnce(&mut Reader<'_>, &mut Table<'a>) -> Option<PoolExpectation>,
) -> Option<CheckKind> {
    let pool_id = r.must(t, POOL_ID.name, Reader::pool_id);
    let expected = expected(r, t)?;
    Some(CheckKind::Cognito(CognitoCheck {
        pool_id: pool_id?,
        expected,
    }))
}

impl Reader<'_> {
    /// A pool's id, whose form names its region.
    pub fn pool_id(&mut self, item: Item<'_>) -> Option<String> {
        let text = self.text(item)?;
        if pool_region(&text).is_none() {
            self.notes.error(
                "invalid-pool",
                item.span().into(),
                "This is not the id of a user pool.",
                "Write the region, an underscore and the pool's own id, such as eu-west-2_EXAMPLE.",
            );
            return None;
        }
        Some(text)
    }
}
