//! How long a signed-in session lasts, by the token files that the AWS CLI leaves behind. Only their
//! times are read out, never a token.

use aws_runtime::fs_util::{Os, home_dir};
use aws_types::os_shim_internal::{Env, Fs};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha1::Digest as _;

use crate::profile::Kind;

/// The longest that `aws login` signs in for (AWS CLI user guide, "Login for AWS local development
/// using console credentials").
const LOGIN: SignedDuration = SignedDuration::from_hours(12);

/// How a session stands, as far as its token file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// Nobody signs in for these credentials: keys, a role, a program.
    NotNeeded,
    /// There is no token.
    SignedOut,
    /// The token has ended and can't be renewed.
    Expired {
        /// When it ended.
        at: Timestamp,
    },
    /// It ends then; afterwards a person signs in again.
    Ends {
        /// When.
        at: Timestamp,
    },
    /// It is renewed without a person, for as long as the organisation lets it; how long that is, no
    /// file tells.
    Renews {
        /// When the token in the file ends.
        at: Timestamp,
    },
}

impl Session {
    /// When a person has to sign in again; `None` = not known, or never.
    #[must_use]
    pub fn ends(self) -> Option<Timestamp> {
        match self {
            Self::Expired { at } | Self::Ends { at } => Some(at),
            Self::NotNeeded | Self::SignedOut | Self::Renews { .. } => None,
        }
    }
}

/// The token of IAM Identity Center (`~/.aws/sso/cache`), less its secrets.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SsoToken {
    expires_at: String,
    /// Whether it is there, not what it is.
    #[serde(default, deserialize_with = "present")]
    refresh_token: bool,
    registration_expires_at: Option<String>,
}

/// The token of `aws login` (`~/.aws/login/cache`), less its secrets.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoginToken {
    access_token: LoginAccess,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoginAccess {
    expires_at: String,
}

fn present<'de, D: serde::Deserializer<'de>>(input: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(input).map(|_| true)
}

/// The environment and the files of the person.
#[derive(Debug, Clone)]
pub(crate) struct LocalFiles {
    pub(crate) env: Env,
    pub(crate) fs: Fs,
}

impl LocalFiles {
    pub(crate) fn real() -> Self {
        Self {
            env: Env::real(),
            fs: Fs::real(),
        }
    }

    /// A variable that is set to something.
    pub(crate) fn set(&self, name: &str) -> Option<String> {
        self.env.get(name).ok().filter(|value| !value.is_empty())
    }

    /// How the session behind a profile stands.
    pub(crate) async fn session(&self, kind: &Kind, now: Timestamp) -> Session {
        match kind {
            Kind::SignOn { session, .. } => match self.sso_token(session).await {
                Some(token) => token.session(now),
                None => Session::SignedOut,
            },
            Kind::Console { session, .. } => match self.login_end(session).await {
                // The SDK renews it by itself, but not for longer than the sign-in lasts.
                Some(at) if now.duration_since(at) < LOGIN => Session::Renews { at },
                Some(at) => Session::Expired { at },
                None => Session::SignedOut,
            },
            _ => Session::NotNeeded,
        }
    }

    async fn sso_token(&self, session: &str) -> Option<SsoToken> {
        let home = home_dir(&self.env, Os::real())?;
        let name = hex::encode(sha1::Sha1::digest(session.as_bytes()));
        let file = std::path::Path::new(&home)
            .join(".aws/sso/cache")
            .join(format!("{name}.json"));
        self.json(&file).await
    }

    async fn login_end(&self, session: &str) -> Option<Timestamp> {
        let folder = match self.set("AWS_LOGIN_CACHE_DIRECTORY") {
            Some(folder) => folder.into(),
            None => std::path::PathBuf::from(home_dir(&self.env, Os::real())?).join(".aws/login/cache"),
        };
        let name = hex::encode(sha2::Sha256::digest(session.trim().as_bytes()));
        let token: LoginToken = self.json(&folder.join(format!("{name}.json"))).await?;
        moment(&token.access_token.expires_at)
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, file: &std::path::Path) -> Option<T> {
        let bytes = zeroize::Zeroizing::new(self.fs.read_to_end(file).await.ok()?);
        serde_json::from_slice(&bytes).ok()
    }
}

impl SsoToken {
    fn session(&self, now: Timestamp) -> Session {
        let Some(at) = moment(&self.expires_at) else {
            return Session::SignedOut;
        };
        let registered = self.registration_expires_at.as_deref().and_then(moment);
        if self.refresh_token && registered.is_some_and(|end| end > now) {
            Session::Renews { at }
        } else if at > now {
            Session::Ends { at }
        } else {
            Session::Expired { at }
        }
    }
}

/// A moment as the AWS CLI writes it; its first version wrote `UTC` for `Z`.
fn moment(text: &str) -> Option<Timestamp> {
    let text = match text.strip_suffix("UTC") {
        Some(start) => format!("{start}Z"),
        None => text.to_owned(),
    };
    text.parse().ok()
}
