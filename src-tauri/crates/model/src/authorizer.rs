//! API Gateway, REST APIs: the authoriser that asks Cognito user pools, as an action and a check name it, and as far as
//! one write of it replaces it.
//!
//! A request with a token of any of its pools is let through, so that two pools overlap while an application changes over
//! (API Gateway developer guide, "Control access to REST APIs using Amazon Cognito user pools as an authorizer"). What is
//! changed holds from the next deployment of a stage on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::attempt::{FieldDifference, Finding};
use crate::field::Field;
use crate::image::Image;

/// Has an authoriser accept tokens of more pools, or of fewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAuthorizer {
    /// The id of the API.
    pub api: String,
    /// The id of the authoriser.
    pub authorizer: String,
    /// Which pools.
    pub wish: PoolsWish,
}

/// What becomes of pools, by their ARNs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolsWish {
    /// Their tokens are accepted, beside those of whoever is there.
    Accept(BTreeSet<String>),
    /// Their tokens are refused from now on.
    Refuse(BTreeSet<String>),
}

impl PoolsWish {
    /// The pools that it is about.
    #[must_use]
    pub fn pools(&self) -> &BTreeSet<String> {
        match self {
            Self::Accept(pools) | Self::Refuse(pools) => pools,
        }
    }

    /// Whether it is so of a pool among these.
    fn holds_of(&self, pool: &str, pools: &BTreeSet<String>) -> bool {
        match self {
            Self::Accept(_) => pools.contains(pool),
            Self::Refuse(_) => !pools.contains(pool),
        }
    }

    /// Whether it is so of each of its pools.
    #[must_use]
    pub fn holds(&self, pools: &BTreeSet<String>) -> bool {
        self.pools().iter().all(|pool| self.holds_of(pool, pools))
    }
}

/// An authoriser accepts tokens of these pools, or refuses them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizerCheck {
    /// The id of the API.
    pub api: String,
    /// The id of the authoriser.
    pub authorizer: String,
    /// What is expected.
    pub expected: PoolsWish,
    /// Whether tokens of no other pool may be accepted beside those.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
}

impl AuthorizerCheck {
    /// The pools among these whose tokens are accepted beside those that are expected, where none may be.
    pub fn beside<'a>(&'a self, pools: &'a BTreeSet<String>) -> impl Iterator<Item = &'a String> {
        pools.difference(self.expected.pools()).filter(|_| self.alone)
    }
}

/// An authoriser as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorizer {
    /// Its type: `COGNITO_USER_POOLS`, `TOKEN` or `REQUEST`.
    pub kind: String,
    /// The ARNs of the pools whose tokens it accepts.
    pub pools: BTreeSet<String>,
    /// How long it keeps a verdict on a token, in seconds; 0 keeps none.
    pub ttl_s: u32,
}

impl Authorizer {
    pub(crate) fn fields(&self) -> Vec<Field> {
        vec![
            Field::new("pools", self.pools_in_words()),
            Field::new("type", &self.kind),
            Field::new("seconds that a verdict is kept", self.ttl_s.to_string()),
        ]
    }

    /// One line a pool.
    pub(crate) fn lines(&self) -> Vec<String> {
        match self.pools.is_empty() {
            true => vec!["accepts no pool".to_owned()],
            false => self.pools.iter().map(|pool| format!("accepts {pool}")).collect(),
        }
    }

    /// Its pools on one line.
    #[must_use]
    pub fn pools_in_words(&self) -> String {
        let pools: Vec<&str> = self.pools.iter().map(String::as_str).collect();
        match pools.is_empty() {
            true => "none".to_owned(),
            false => pools.join(", "),
        }
    }
}

impl SetAuthorizer {
    /// Of its pools those that it changes where `before` is there: all that its undo touches.
    fn ours<'a>(&'a self, before: &'a Authorizer) -> impl Iterator<Item = &'a String> {
        let pools = self.wish.pools().iter();
        pools.filter(|pool| !self.wish.holds_of(pool, &before.pools))
    }

    /// The same of an image, for people.
    #[must_use]
    pub fn changes(&self, before: &Image) -> Option<Vec<String>> {
        Some(self.ours(self.content(before)?).cloned().collect())
    }

    /// The pools that it shall accept where these are there.
    #[must_use]
    pub fn wished(&self, now: &BTreeSet<String>) -> BTreeSet<String> {
        match &self.wish {
            PoolsWish::Accept(pools) => now.union(pools).cloned().collect(),
            PoolsWish::Refuse(pools) => now.difference(pools).cloned().collect(),
        }
    }

    /// What the way back leaves where `now` is there: what is there, with our pools as they were before; others' stay as
    /// whoever changed them left them.
    #[must_use]
    pub fn back(&self, now: &Image, before: &Image) -> Image {
        let (Some(is), Some(was)) = (self.content(now), self.content(before)) else {
            return before.clone();
        };
        let ours: BTreeSet<String> = self.ours(was).cloned().collect();
        let pools = match &self.wish {
            PoolsWish::Accept(_) => is.pools.difference(&ours).cloned().collect(),
            PoolsWish::Refuse(_) => is.pools.union(&ours).cloned().collect(),
        };
        Image::Authorizer {
            api: self.api.clone(),
            authorizer: self.authorizer.clone(),
            content: Box::new(Authorizer { pools, ..is.clone() }),
        }
    }

    /// What the world means, pool by pool and by ours alone.
    #[must_use]
    pub fn judge(&self, now: &Image, before: &Image, after: &Image) -> Finding {
        let images = (self.content(now), self.content(before), self.content(after));
        let (Some(is), Some(was), Some(left)) = images else {
            return crate::field::judge(now, before, after);
        };
        let ours: Vec<&String> = self.ours(was).collect();
        // Where all of it was so before, it shall still be.
        let looked_at = match ours.is_empty() {
            true => self.wish.pools().iter().collect(),
            false => ours.clone(),
        };
        let so = looked_at
            .iter()
            .filter(|pool| self.wish.holds_of(pool, &is.pools))
            .count();
        if so == looked_at.len() {
            return Finding::After;
        }
        let differences = vec![FieldDifference {
            field: "pools".to_owned(),
            found: is.pools_in_words(),
            before: was.pools_in_words(),
            after: left.pools_in_words(),
        }];
        match (so, ours.is_empty()) {
            (0, false) => Finding::Before,
            (_, false) => Finding::Partial { differences },
            (_, true) => Finding::Other {
                found: now.clone(),
                differences,
            },
        }
    }

    fn content<'a>(&self, image: &'a Image) -> Option<&'a Authorizer> {
        match image {
            Image::Authorizer {
                api,
                authorizer,
                content,
            } if *api == self.api && *authorizer == self.authorizer => Some(content),
            Image::Authorizer { .. }
            | Image::RuleAction { .. }
            | Image::MethodSettings { .. }
            | Image::RecordSets { .. }
            | Image::Parameter { .. }
            | Image::Service { .. }
            | Image::Api { .. }
            | Image::StagePointer { .. }
            | Image::Verdicts { .. }
            | Image::Distribution { .. }
            | Image::Canary { .. }
            | Image::Unknown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
