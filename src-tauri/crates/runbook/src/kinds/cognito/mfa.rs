//! `cognito.mfa`.

use switchback_model::CheckKind;
use switchback_model::cognito::{MfaMode, PoolExpectation};

use super::{POOL_ID, pool};
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape, written};
use crate::reader::{Reader, Table};

const MODES: &[(&str, MfaMode)] = &[
    ("off", MfaMode::Off),
    ("optional", MfaMode::Optional),
    ("on", MfaMode::On),
];

const MFA: Key = Key::needed(
    "mfa",
    Shape::Word(|| written(MODES)),
    "Whether a second factor is asked for",
    "\"optional\"",
);

pub(crate) struct Mfa;

impl Authored for Mfa {
    type Spec = CheckKind;
    const SAYS: &'static str = "A second factor is asked for never, of those who have one, or always";
    const KEYS: &'static [Key] = &[POOL_ID, MFA];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        pool(r, t, |r, t| {
            Some(PoolExpectation::Mfa {
                mfa: r.must(t, MFA.name, |r, item| r.choice(item, MODES))?,
            })
        })
    }
}
