//! Profiles to choose from, and the check of the connection.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ReadingView;
use super::time::Time;

/// How a profile's session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum SessionState {
    /// Nobody signs in for it: keys, a role, a program.
    NotNeeded,
    /// There is no token.
    SignedOut,
    /// The token has ended.
    Expired,
    /// It ends then; afterwards a person signs in again.
    Ends,
    /// It is renewed without a person.
    Renews,
}

/// One profile of the AWS files. No secret is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ProfileView {
    /// Its name.
    pub name: String,
    /// `keys`, `session_keys`, `sso_session`, `sso_legacy`, `assume_role`, `process`, `web_identity`,
    /// `login` or `nothing`.
    pub kind: String,
    /// The kind in a few words.
    pub kind_words: String,
    /// With whose credentials a role is assumed.
    pub source: Option<String>,
    /// The role's name.
    pub role: Option<String>,
    /// The last four digits of the account, where the profile says it.
    pub account_tail: Option<String>,
    /// The region that it names.
    pub region: Option<String>,
    /// The name of its `sso-session`.
    pub sso_session: Option<String>,
    /// How its session stands.
    pub session: SessionState,
    /// When the token ends or ended.
    #[ts(as = "Option<Time>")]
    pub session_at: Option<Timestamp>,
    /// The same in words.
    pub session_words: String,
    /// The exact command that signs in.
    pub sign_in: Option<String>,
    /// What keeps it from being used.
    pub problem: Option<String>,
    /// How to mend that.
    pub mend: Option<String>,
}

/// A variable of the environment that has a say in where credentials and requests go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct SettingView {
    /// Its name.
    pub variable: String,
    /// Its value, where that is no secret.
    pub value: Option<String>,
    /// What it does here.
    pub effect: String,
    /// Whether something goes elsewhere because of it than a target's file says.
    pub overrides: bool,
}

/// The profiles that a person may choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ProfilesView {
    /// [`super::SCHEMA_VERSION`].
    #[ts(type = "1")]
    pub schema_version: u32,
    /// The profiles, by name.
    pub profiles: Vec<ProfileView>,
    /// The one that is used where a target names none.
    pub selected: Option<String>,
    /// The environment's part in it.
    pub environment: Vec<SettingView>,
    /// Why the files can't be read.
    pub problem: Option<String>,
    /// How to mend that.
    pub mend: Option<String>,
    /// What of the files is passed over, each with its line, its reason and its mend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub notes: Vec<String>,
}

/// What the connection is checked for: a run's target, or a profile in a region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export, export_to = "wire.ts")]
pub struct ConnectionAsk {
    /// A run; goes before the other two.
    #[serde(default)]
    pub run: Option<String>,
    /// A profile; absent = the environment's credentials.
    #[serde(default)]
    pub profile: Option<String>,
    /// A region; absent = the profile's, else eu-west-2.
    #[serde(default)]
    pub region: Option<String>,
}

/// Whether this computer's keychain vouches for what this home writes. It is said here, and at no step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct KeychainView {
    /// It answers.
    pub works: bool,
    /// How it stands, in one sentence.
    pub says: String,
    /// What that means for the night.
    pub means: String,
    /// How to mend it; absent where it works.
    pub mend: Option<String>,
}

/// The check of the connection: each row has its value, where and when it was seen, and its mend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ConnectionView {
    /// [`super::SCHEMA_VERSION`].
    #[ts(type = "1")]
    pub schema_version: u32,
    /// What was checked, in words.
    pub about: String,
    /// The target's name, where there is one.
    pub target: Option<String>,
    /// The profile; absent = the environment's credentials.
    pub profile: Option<String>,
    /// The region.
    pub region: String,
    /// When it was made.
    #[ts(as = "Time")]
    pub checked_at: Timestamp,
    /// The worst of the rows.
    pub tone: super::Tone,
    /// Whether a person has to sign in first.
    pub sign_in_needed: bool,
    /// The rows, from this computer to the service.
    pub rows: Vec<ReadingView>,
    /// What the caller may do: exercised now, exercised in this run, or assumed.
    pub permissions: Vec<ReadingView>,
    /// This computer's keychain. It keeps nobody from AWS, so it has no part in `tone`. Absent for a rehearsal,
    /// which needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub keychain: Option<KeychainView>,
    /// The environment's part in it.
    pub environment: Vec<SettingView>,
}
