//! `cognito.password_policy`.

use std::ops::RangeInclusive;

use switchback_model::CheckKind;
use switchback_model::cognito::PoolExpectation;

use super::{POOL_ID, pool};
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape};
use crate::reader::{Item, Reader, Table};

/// The shortest and the longest password that Cognito lets a policy ask for, and the longest life of
/// a temporary one (API reference, PasswordPolicyType).
const LENGTHS: RangeInclusive<u32> = 6..=99;
const DAYS: RangeInclusive<u32> = 1..=365;

const MINIMUM_LENGTH: Key = Key::optional(
    "minimum_length",
    Shape::Number,
    "Characters of a password at least; 8 where left out",
    "8",
);
const TEMPORARY_DAYS: Key = Key::optional(
    "temporary_days",
    Shape::Number,
    "Days that a temporary password lives; 7 where left out",
    "7",
);

pub(crate) struct PasswordPolicy;

impl Authored for PasswordPolicy {
    type Spec = CheckKind;
    const SAYS: &'static str =
        "Passwords need this length and all four kinds of characters, and there is no password history";
    const KEYS: &'static [Key] = &[POOL_ID, MINIMUM_LENGTH, TEMPORARY_DAYS];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        pool(r, t, |r, t| {
            let minimum_length = r.optional(t, MINIMUM_LENGTH.name, |r, item| bounded(r, item, &LENGTHS));
            let temporary_days = r.optional(t, TEMPORARY_DAYS.name, |r, item| bounded(r, item, &DAYS));
            Some(PoolExpectation::PasswordPolicy {
                minimum_length: minimum_length?.unwrap_or(8),
                temporary_days: temporary_days?.unwrap_or(7),
            })
        })
    }
}

fn bounded(r: &mut Reader<'_>, item: Item<'_>, bounds: &RangeInclusive<u32>) -> Option<u32> {
    let number = r.number(item)?;
    if !bounds.contains(&number) {
        r.notes.error(
            "out-of-bounds",
            item.span().into(),
            format!("{number} is more or less than Cognito allows."),
            format!("Write {} to {}.", bounds.start(), bounds.end()),
        );
        return None;
    }
    Some(number)
}
