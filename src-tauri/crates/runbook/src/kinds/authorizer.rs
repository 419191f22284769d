//! `apigateway.authorizer`, as a check and as an action.

use std::collections::BTreeSet;

use switchback_model::{ActionSpec, AuthorizerCheck, CheckKind, PoolsWish, SetAuthorizer};

use super::Authored;
use super::key::{Key, Shape};
use super::shared::{all_texts, aws_name, one_of};
use crate::reader::{Item, Reader, Table};

const API: Key = Key::needed("api", Shape::Text, "The REST API's id", "\"a1b2c3d4e5\"");
const AUTHORIZER: Key = Key::needed("authorizer", Shape::Text, "The authoriser's id", "\"abc123\"");
const ACCEPT: Key = Key::either(
    "accept",
    Shape::Texts,
    "ARNs of user pools whose tokens are accepted too; the undo takes out these alone",
    "[\"arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE\"]",
);
const REFUSE: Key = Key {
    name: "refuse",
    words: "ARNs of user pools whose tokens are no longer accepted; the undo puts back these alone",
    ..ACCEPT
};
const ACCEPTS: Key = Key {
    words: "ARNs of user pools whose tokens are accepted; others may be accepted too",
    ..ACCEPT
};
const REFUSES: Key = Key {
    words: "ARNs of user pools whose tokens are not accepted",
    ..REFUSE
};

const ONLY: Key = Key {
    name: "only",
    words: "ARNs of user pools whose tokens are accepted, each of them and those of no other",
    ..ACCEPT
};

/// Pools that one authoriser may ask (API Gateway developer guide, "Quotas" of REST APIs).
const MOST: usize = 1_000;

pub(crate) struct Accepts;

impl Authored for Accepts {
    type Spec = CheckKind;
    const SAYS: &'static str = "An authoriser of a REST API that asks user pools accepts tokens of these pools, of these alone, or refuses them";
    const KEYS: &'static [Key] = &[API, AUTHORIZER, ACCEPTS, REFUSES, ONLY];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let (api, authorizer, expected, key) = pools_of(r, t, [ACCEPTS.name, REFUSES.name, ONLY.name])?;
        Some(CheckKind::Authorizer(AuthorizerCheck {
            api,
            authorizer,
            expected,
            alone: key == ONLY.name,
        }))
    }
}

pub(crate) struct SetsPools;

impl Authored for SetsPools {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Has an authoriser of a REST API accept tokens of more user pools, or of fewer; it holds from the next deployment of a stage on";
    const KEYS: &'static [Key] = &[API, AUTHORIZER, ACCEPT, REFUSE];
    const WISH: &'static [&'static str] = &[ACCEPT.name, REFUSE.name];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let (api, authorizer, wish, _) = pools_of(r, t, [ACCEPT.name, REFUSE.name])?;
        Some(ActionSpec::SetAuthorizer(SetAuthorizer {
            api,
            authorizer,
            wish,
        }))
    }
}

/// The API, the authoriser, the pools, and the key of these under which the pools stand.
fn pools_of<const N: usize>(
    r: &mut Reader<'_>,
    t: &mut Table<'_>,
    keys: [&'static str; N],
) -> Option<(String, String, PoolsWish, &'static str)> {
    let api = r.must(t, API.name, aws_name);
    let authorizer = r.must(t, AUTHORIZER.name, aws_name);
    let key = one_of(r, t, keys)?;
    let pools = r.may(t, key, pools)?;
    let wish = match key == REFUSE.name {
        true => PoolsWish::Refuse(pools),
        false => PoolsWish::Accept(pools),
    };
    Some((api?, authorizer?, wish, key))
}

/// ARNs of user pools (Service Authorization Reference, "Actions, resources, and condition keys for Amazon Cognito User
/// Pools").
fn pools(r: &mut Reader<'_>, item: Item<'_>) -> Option<BTreeSet<String>> {
    let texts = all_texts(r, item)?;
    for text in &texts {
        let parts: Vec<&str> = text.split(':').collect();
        let plain = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_/".contains(c))
        };
        let is_pool = matches!(
            parts.as_slice(),
            ["arn", partition, "cognito-idp", region, account, pool]
                if partition.starts_with("aws") && plain(region) && plain(account) && plain(pool)
                    && pool.strip_prefix("userpool/").is_some_and(|id| id.starts_with(&format!("{region}_")))
        );
        if !is_pool {
            r.notes.error(
                "pool-arn",
                item.span().into(),
                format!("{text:?} is no ARN of a user pool."),
                "Write it as the pool's page shows it, such as arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE.",
            );
            return None;
        }
    }
    let pools: BTreeSet<String> = texts.iter().cloned().collect();
    if pools.is_empty() || pools.len() > MOST || pools.len() != texts.len() {
        r.notes.error(
            "pool-arn",
            item.span().into(),
            match texts.len() {
                0 => "This list names no user pool.".to_owned(),
                count if pools.len() != count => {
                    let twice = texts
                        .iter()
                        .enumerate()
                        .find(|(at, text)| texts[..*at].contains(text));
                    let twice = twice.map_or("", |(_, text)| text.as_str());
                    format!("This list names {twice:?} twice.")
                }
                count => {
                    format!("This list names {count} user pools, and an authoriser takes {MOST} at most.")
                }
            },
            "Name each pool that is meant, once.",
        );
        return None;
    }
    Some(pools)
}
