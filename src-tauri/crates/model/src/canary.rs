//! The canary of a user pool: somebody who is made for probes, and whom the pool's migrate-user trigger moves there by one
//! sign-in, as it will everybody else (Cognito developer guide, "Migrate user Lambda trigger"). Who it is stands in the
//! keychain: no user name and no password is in anything here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::field::Field;

/// Signs the canary in to a pool that does not have it, so that the pool's trigger makes it there; taken back by deleting
/// that user and no other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInCanary {
    /// The id of the pool.
    pub pool_id: String,
    /// The id of the app client by which it signs in.
    pub client_id: String,
    /// The ARN of the migrate-user function.
    pub migrate_trigger: String,
    /// The ARN of the pre-token function.
    pub token_trigger: String,
    /// Names of claims that the ID token must hold, none of them empty.
    pub claims: Vec<String>,
    /// The user that the step made, as the journal tells it; absent in a plan, and before it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<MadeCanary>,
}

/// How the user that a sign-in made is told from every other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MadeCanary {
    /// By its `sub`, which the sign-in's token named and which never comes back (developer guide, "Working with user
    /// attributes", `sub`), and by when it was made: whoever stood there before the sign-in is named by its token as well.
    Sub {
        /// The sub.
        sub: String,
        /// A moment of AWS's clock at which the pool did not have it.
        absent: Timestamp,
    },
    /// By when it was made, because the answer was lost: not before this moment of AWS's clock, at which the last look
    /// right before the sign-in found nobody, and no later than that sign-in can have been on its way.
    After(Timestamp),
}

/// What a look at a pool's canary must find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryCheck {
    /// The id of the pool.
    pub pool_id: String,
    /// What of it.
    #[serde(flatten)]
    pub expected: CanaryExpected,
}

/// See [`CanaryCheck`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "canary")]
pub enum CanaryExpected {
    /// It signs in, and its ID token is of this pool and client and holds these claims.
    SignsIn {
        /// The id of the app client.
        client_id: String,
        /// Names of claims, none of them empty.
        claims: Vec<String>,
    },
    /// The pool does not have it.
    Absent,
}

/// The canary of a pool at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolCanary {
    /// The user; absent where the pool has none of the canary's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<CanaryUser>,
}

/// The canary's user in a pool (API reference, AdminGetUser).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanaryUser {
    /// Its `sub`; absent of one that is not made yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// When it was made, by AWS's clock; absent of one that is not made yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Whether the step made it, and nobody else.
    pub ours: bool,
    /// The status, as Cognito names it: `CONFIRMED`.
    pub status: String,
    /// Whether it may sign in.
    pub enabled: bool,
    /// Whether its e-mail address counts as verified, without which nobody can reset a password.
    pub email_verified: bool,
}

impl CanaryUser {
    /// The user that the sign-in makes, where all is well.
    #[must_use]
    pub fn wished() -> Self {
        Self {
            sub: None,
            created: None,
            ours: true,
            status: "CONFIRMED".to_owned(),
            enabled: true,
            email_verified: true,
        }
    }

    fn same_as(&self, other: &Self) -> bool {
        // Which `sub` it gets, nobody knows before.
        let same_sub = match (&self.sub, &other.sub) {
            (Some(ours), Some(theirs)) => ours == theirs,
            (None, _) | (_, None) => true,
        };
        same_sub
            && (self.ours, &self.status, self.enabled, self.email_verified)
                == (other.ours, &other.status, other.enabled, other.email_verified)
    }

    /// Who made it and when, for people.
    fn made_words(&self) -> String {
        let by = if self.ours {
            "by this step"
        } else {
            "by somebody else"
        };
        match (&self.sub, self.created) {
            (None, _) => format!("made {by}"),
            (Some(sub), None) => format!("made {by}, sub {sub}"),
            (Some(sub), Some(at)) => {
                format!("made {by} at {}, sub {sub}", at.strftime("%Y-%m-%d %H:%M:%S UTC"))
            }
        }
    }
}

impl PoolCanary {
    /// Whether both show the same, as far as it is known before.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        match (&self.user, &other.user) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => ours.same_as(theirs),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        let user = self.user.as_ref();
        let words = |of: fn(&CanaryUser) -> String| user.map_or_else(|| "absent".to_owned(), of);
        let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
        let made = |user: &CanaryUser| match user.ours {
            true => "by this step".to_owned(),
            false => user.made_words(),
        };
        vec![
            Field::new("made", user.map_or_else(|| "absent".to_owned(), made)),
            Field::new("status", words(|user| user.status.clone())),
            Field::new(
                "enabled",
                user.map_or_else(|| "absent".to_owned(), |user| yes(user.enabled)),
            ),
            Field::new(
                "email_verified",
                user.map_or_else(|| "absent".to_owned(), |user| yes(user.email_verified)),
            ),
        ]
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let Some(user) = &self.user else {
            return vec!["the pool does not have its canary".to_owned()];
        };
        let enabled = if user.enabled { "enabled" } else { "disabled" };
        let verified = match user.email_verified {
            true => "e-mail verified",
            false => "e-mail not verified",
        };
        vec![
            format!("the canary is {}, {enabled}, {verified}", user.status),
            user.made_words(),
        ]
    }
}

#[cfg(test)]
mod tests;
