//! `cognito.canary`: as an action and as a check.

use switchback_model::{ActionSpec, CanaryCheck, CanaryExpected, CheckKind, SignInCanary};

use super::POOL_ID;
use crate::kinds::Authored;
use crate::kinds::key::{Key, Shape};
use crate::kinds::shared::{all_texts, aws_name, one_of};
use crate::reader::{Item, Reader, Table};

const CLIENT_ID: Key = Key::needed(
    "client_id",
    Shape::Text,
    "The app client by which the canary signs in, as it was set with",
    "\"1example23456789\"",
);
const MIGRATE_TRIGGER: Key = Key::needed(
    "migrate_trigger",
    Shape::Text,
    "The ARN of the migrate-user function",
    "\"arn:aws:lambda:eu-west-2:123456789012:function:migrate\"",
);
const TOKEN_TRIGGER: Key = Key::needed(
    "token_trigger",
    Shape::Text,
    "The ARN of the pre-token function",
    "\"arn:aws:lambda:eu-west-2:123456789012:function:pre-token\"",
);
const CLAIMS: Key = Key::needed(
    "claims",
    Shape::Texts,
    "Claims that the canary's ID token must hold, none of them empty",
    "[\"preferred_username\", \"cognito:groups\"]",
);
const HAS_CLAIMS: Key = Key {
    either: true,
    needed: false,
    ..CLAIMS
};
const ABSENT: Key = Key::either(
    "absent",
    Shape::Flag,
    "True where the pool must not have the canary",
    "true",
);

/// Claims of one list.
const MOST: usize = 20;
/// Characters of the name of a claim, as many as an attribute may have with its prefix (API reference,
/// CustomAttributeNameType, and `custom:` before it).
const LONGEST: usize = 64;

pub(crate) struct SignsIn;

impl Authored for SignsIn {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Signs the canary of a pool in that the pool does not have yet, so that the migrate-user trigger makes it there, once both functions are proven; the way back deletes that user and no other";
    const KEYS: &'static [Key] = &[POOL_ID, CLIENT_ID, MIGRATE_TRIGGER, TOKEN_TRIGGER, CLAIMS];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let pool_id = r.must(t, POOL_ID.name, Reader::pool_id);
        let client_id = r.must(t, CLIENT_ID.name, aws_name);
        let migrate_trigger = r.must(t, MIGRATE_TRIGGER.name, function);
        let token_trigger = r.must(t, TOKEN_TRIGGER.name, function);
        let claims = r.must(t, CLAIMS.name, claims);
        Some(ActionSpec::SignInCanary(SignInCanary {
            pool_id: pool_id?,
            client_id: client_id?,
            migrate_trigger: migrate_trigger?,
            token_trigger: token_trigger?,
            claims: claims?,
            made: None,
        }))
    }
}

pub(crate) struct Stands;

impl Authored for Stands {
    type Spec = CheckKind;
    const SAYS: &'static str = "The canary of a pool signs in, and its ID token is of this pool and client and holds these claims; or the pool does not have it";
    const KEYS: &'static [Key] = &[POOL_ID, CLIENT_ID, HAS_CLAIMS, ABSENT];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let pool_id = r.must(t, POOL_ID.name, Reader::pool_id);
        let client_id = r.must(t, CLIENT_ID.name, aws_name);
        let claims = match one_of(r, t, [HAS_CLAIMS.name, ABSENT.name])? {
            key if key == ABSENT.name => {
                if !r.may(t, key, Reader::boolean)? {
                    r.notes.error(
                        "either-key",
                        t.at_key(key),
                        "`absent` is true, or it is left out.",
                        "Write `absent = true`, or `claims`.",
                    );
                    return None;
                }
                None
            }
            key => Some(r.may(t, key, claims)?),
        };
        let client_id = client_id?;
        Some(CheckKind::Canary(CanaryCheck {
            pool_id: pool_id?,
            expected: match claims {
                Some(claims) => CanaryExpected::SignsIn { client_id, claims },
                None => CanaryExpected::Absent,
            },
        }))
    }
}

/// The ARN of a function, with or without a version or an alias (Lambda developer guide, "Using Lambda function ARNs").
fn function(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let text = r.text(item)?;
    let parts: Vec<&str> = text.split(':').collect();
    let is_name = |part: &&str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$'))
    };
    let sound = matches!(
        parts.as_slice(),
        ["arn", _, "lambda", _, _, "function", _] | ["arn", _, "lambda", _, _, "function", _, _]
    ) && parts.iter().all(is_name);
    if sound {
        return Some(text);
    }
    r.notes.error(
        "invalid-arn",
        item.span().into(),
        "This is not the ARN of a Lambda function.",
        "Write it as Lambda shows it, such as arn:aws:lambda:eu-west-2:123456789012:function:migrate.",
    );
    None
}

fn claims(r: &mut Reader<'_>, item: Item<'_>) -> Option<Vec<String>> {
    let claims = all_texts(r, item)?;
    let is_name = |text: &String| {
        (1..=LONGEST).contains(&text.len())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.:/".contains(c))
    };
    let fault = if claims.is_empty() {
        Some("This list names no claim: any token would do.".to_owned())
    } else if claims.len() > MOST {
        Some(format!(
            "This list has {} claims: {MOST} are enough.",
            claims.len()
        ))
    } else if let Some(wrong) = claims.iter().find(|claim| !is_name(claim)) {
        Some(format!("{:?} is no name of a claim.", crate::fields::cut(wrong)))
    } else {
        let twice = claims
            .iter()
            .enumerate()
            .find(|(at, claim)| claims[..*at].contains(claim));
        twice.map(|(_, claim)| format!("{claim:?} stands here twice."))
    };
    let Some(fault) = fault else {
        return Some(claims);
    };
    r.notes.error(
        "invalid-claims",
        item.span().into(),
        fault,
        "Name each claim once, as it stands in the token, such as \"cognito:groups\".",
    );
    None
}
