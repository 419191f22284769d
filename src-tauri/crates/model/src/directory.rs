//! The words of the user look-up: what is asked of a pool, and what a pool knows of a person.
//!
//! What a person is called stands in [`Personal`], which shows itself masked: a log line, an error or
//! a panic that holds an account by mistake gives nobody away.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::InvalidId;

/// A value that names a person: an e-mail address, a name, a phone number, a user name. It is not
/// `Serialize` and not `Display`; who wants to read it says so.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Personal(String);

impl Personal {
    /// Takes the value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself: only for the request to the pool and for a person who asked for this field.
    #[must_use]
    pub fn revealed(&self) -> &str {
        &self.0
    }

    /// What may be on a screen: of an e-mail address its first character and its domain, of anything
    /// else its first character.
    #[must_use]
    pub fn masked(&self) -> String {
        let head = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
        match self.0.rsplit_once('@') {
            Some((local, domain)) => format!("{}•••@{domain}", head(local)),
            None if self.0.is_empty() => String::new(),
            None => format!("{}•••", head(&self.0)),
        }
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(•••)")
    }
}

/// The state of an account in a user pool (`UserStatusType` of the Cognito API).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccountStatus {
    /// The person signs in by themselves.
    Confirmed,
    /// An invitation is open, or has run out.
    ForceChangePassword,
    /// The person must choose a new password before they can sign in.
    ResetRequired,
    /// The account was never confirmed.
    Unconfirmed,
    /// Another identity provider signs the person in.
    ExternalProvider,
    /// No longer active.
    Archived,
    /// Held back by AWS for a possible leak.
    Compromised,
    /// `UNKNOWN`, or a word that AWS added since.
    Unknown,
}

impl AccountStatus {
    /// Reads the API's word; one that it does not know is [`Self::Unknown`].
    #[must_use]
    pub fn from_api(word: &str) -> Self {
        match word {
            "CONFIRMED" => Self::Confirmed,
            "FORCE_CHANGE_PASSWORD" => Self::ForceChangePassword,
            "RESET_REQUIRED" => Self::ResetRequired,
            "UNCONFIRMED" => Self::Unconfirmed,
            "EXTERNAL_PROVIDER" => Self::ExternalProvider,
            "ARCHIVED" => Self::Archived,
            "COMPROMISED" => Self::Compromised,
            _ => Self::Unknown,
        }
    }

    /// The API's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::Unconfirmed => "UNCONFIRMED",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
            Self::Archived => "ARCHIVED",
            Self::Compromised => "COMPROMISED",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// How long an invitation lives in a pool that does not say otherwise (Cognito API, `PasswordPolicyType`,
/// `TemporaryPasswordValidityDays`).
pub const INVITATION_LIVES: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a pool's own description says that changes what its accounts mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolRules {
    /// Whether "Ann" and "ann" are two in its user names and e-mail addresses (Cognito API,
    /// `UsernameConfigurationType`).
    pub letter_case_counts: bool,
    /// How long an invitation lives (Cognito API, `PasswordPolicyType`, `TemporaryPasswordValidityDays`);
    /// none where the description does not tell.
    pub invitation_lives: Option<SignedDuration>,
}

/// What one pool knows of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The pool's id, such as `eu-west-2_EXAMPLE1`.
    pub pool: String,
    /// The user name, as the API wants it back.
    pub username: Personal,
    /// The `sub` attribute: an id without meaning, but it names a person all the same.
    pub sub: Option<Personal>,
    /// The `email` attribute.
    pub email: Option<Personal>,
    /// The `email_verified` attribute; absent counts as not verified for Cognito.
    pub email_verified: Option<bool>,
    /// The `given_name` attribute.
    pub given_name: Option<Personal>,
    /// The `family_name` attribute.
    pub family_name: Option<Personal>,
    /// The state.
    pub status: AccountStatus,
    /// Whether the account may sign in at all; none where the pool does not say.
    pub enabled: Option<bool>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// Second factors that are set up, such as `SOFTWARE_TOKEN_MFA`; only AdminGetUser tells, so absent =
    /// not asked.
    pub mfa: Option<Vec<String>>,
}

/// A standard attribute that ListUsers can search by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LookupBy {
    /// The whole e-mail address.
    Email,
    /// The whole `sub`.
    Sub,
    /// The whole user name.
    Username,
    /// The beginning of the given name.
    GivenNamePrefix,
    /// The beginning of the family name.
    FamilyNamePrefix,
    /// The beginning of the e-mail address.
    EmailPrefix,
    /// The beginning of the user name.
    UsernamePrefix,
}

impl LookupBy {
    /// The attribute's name in a filter.
    #[must_use]
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Email | Self::EmailPrefix => "email",
            Self::Sub => "sub",
            Self::Username | Self::UsernamePrefix => "username",
            Self::GivenNamePrefix => "given_name",
            Self::FamilyNamePrefix => "family_name",
        }
    }

    /// Whether the value is only the beginning of what is searched (`^=`).
    #[must_use]
    pub fn is_prefix(self) -> bool {
        matches!(
            self,
            Self::GivenNamePrefix | Self::FamilyNamePrefix | Self::EmailPrefix | Self::UsernamePrefix
        )
    }
}

/// The longest filter that ListUsers takes, in characters (Cognito API, `UserFilterType`).
pub const LONGEST_FILTER: usize = 256;

/// One question to a pool: one attribute, the whole value or its beginning. Made only from values that
/// can stand in a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    by: LookupBy,
    value: Personal,
}

impl Filter {
    /// Takes a value without control characters, not empty, that fits into [`LONGEST_FILTER`] with its
    /// escapes.
    ///
    /// # Errors
    /// Says what is wrong, without the value.
    pub fn new(by: LookupBy, value: &str) -> Result<Self, NotAFilter> {
        if value.is_empty() {
            return Err(NotAFilter::Empty);
        }
        if value.chars().any(char::is_control) {
            return Err(NotAFilter::ControlCharacter);
        }
        let filter = Self {
            by,
            value: Personal::new(value),
        };
        if filter.text().chars().count() > LONGEST_FILTER {
            return Err(NotAFilter::TooLong {
                limit: Self::room(by),
            });
        }
        Ok(filter)
    }

    /// The longest value that can be searched by an attribute, in characters, where each `"` and `\` counts
    /// twice: what the attribute's name, the sign and the quotes leave of [`LONGEST_FILTER`].
    #[must_use]
    pub fn room(by: LookupBy) -> usize {
        let empty = Self {
            by,
            value: Personal::new(""),
        };
        LONGEST_FILTER - empty.text().chars().count()
    }

    /// What is searched by.
    #[must_use]
    pub fn by(&self) -> LookupBy {
        self.by
    }

    /// The value searched for.
    #[must_use]
    pub fn value(&self) -> &Personal {
        &self.value
    }

    /// The filter as ListUsers reads it: `\` and `"` are escaped by `\` (Cognito API, ListUsers,
    /// "Filter"). Holds the value: it goes into the request and nowhere else.
    #[must_use]
    pub fn text(&self) -> String {
        let escaped = self.value.revealed().replace('\\', "\\\\").replace('"', "\\\"");
        let sign = if self.by.is_prefix() { "^=" } else { "=" };
        format!("{} {sign} \"{escaped}\"", self.by.attribute())
    }
}

/// Why a text can't be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAFilter {
    /// Nothing to search for.
    #[error("There is nothing to search for.")]
    Empty,
    /// A control character would end up in a filter.
    #[error("The text has a character that can't be typed, such as a line end.")]
    ControlCharacter,
    /// Longer than what a filter holds.
    #[error(
        "The text is longer than {limit} characters, which is the most that AWS searches by; \" and \\ count twice."
    )]
    TooLong {
        /// The most characters of a value.
        limit: usize,
    },
}

/// A user pool's id: region, underscore, letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PoolId(String);

impl fmt::Display for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PoolId {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::new(&text)
    }
}

impl From<PoolId> for String {
    fn from(id: PoolId) -> Self {
        id.0
    }
}

impl PoolId {
    /// Takes an id such as `eu-west-2_EXAMPLE1`.
    ///
    /// # Errors
    /// [`InvalidId`] where it has another shape.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        let well_formed = text.len() <= 55
            && text.split_once('_').is_some_and(|(region, rest)| {
                let word = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
                region.len() >= 5
                    && region.bytes().all(word)
                    && !rest.is_empty()
                    && rest.bytes().all(|c| c.is_ascii_alphanumeric())
            });
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId {
                what: "user pool id",
                text: text.chars().take(80).collect(),
            })
        }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The region in which the pool is.
    #[must_use]
    pub fn region(&self) -> &str {
        self.0.split_once('_').map_or("", |(region, _)| region)
    }
}

/// Which side of the move a pool is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PoolRole {
    /// People are moved to it: its answer is the verdict.
    #[default]
    New,
    /// People are moved away from it: its answer only tells what was.
    Old,
}

impl PoolRole {
    /// The word of target files and of the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Old => "old",
        }
    }
}

/// A pool of a target in which people are looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Its id, which also names its region.
    pub id: PoolId,
    /// Its name for people.
    pub title: String,
    /// Which side of the move it is on.
    #[serde(default)]
    pub role: PoolRole,
}

#[cfg(test)]
mod tests;
