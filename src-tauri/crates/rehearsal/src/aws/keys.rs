//! Whose access keys the world knows, and what each may do with STS. Temporary ones carry all that is
//! known of them in their token, so that they outlive a restart.

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::clock::real_now_ms;
use crate::seed;

use super::AwsError;

/// An access key that a world knows.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// The session token that belongs to it, where it is of a session.
    pub token: Option<String>,
    /// Whose it is.
    pub account: String,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Who calls, once that is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) account: String,
    pub(crate) role: String,
    pub(crate) session: String,
}

/// The keys of every world: the operator's, and those of another account.
pub(crate) fn usual() -> Vec<AccessKey> {
    let key = |id: &str, account: &str| AccessKey {
        id: id.to_owned(),
        secret: seed::SECRET_KEY.to_owned(),
        token: None,
        account: account.to_owned(),
    };
    vec![
        key(seed::ACCESS_KEY, seed::ACCOUNT),
        key(seed::OTHER_ACCESS_KEY, seed::OTHER_ACCOUNT),
    ]
}

/// The secret of a key, and whose it is.
///
/// # Errors
/// `InvalidClientTokenId` for a key or a token that nobody has, `ExpiredToken` for one whose time is over
/// (AWS STS API reference, "Common errors").
pub(crate) fn known(keys: &[AccessKey], id: &str, token: Option<&str>) -> Result<(String, Who), AwsError> {
    let unknown = || {
        AwsError::new(
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        )
    };
    let operator = |key: &AccessKey| Who {
        account: key.account.clone(),
        role: "operator".to_owned(),
        session: "rehearsal".to_owned(),
    };
    if let Some(key) = keys
        .iter()
        .find(|key| key.id == id && key.token.as_deref() == token)
    {
        return Ok((key.secret.clone(), operator(key)));
    }
    let session = token.and_then(Session::of_token).ok_or_else(unknown)?;
    if session.id() != id {
        return Err(unknown());
    }
    if session.ends_ms <= real_now_ms() {
        return Err(AwsError::expired());
    }
    let who = Who {
        account: seed::ACCOUNT.to_owned(),
        role: session.role.clone(),
        session: session.name.clone(),
    };
    Ok((session.secret(), who))
}

/// A session of a role.
pub(crate) struct Session {
    pub(crate) role: String,
    pub(crate) name: String,
    /// By the computer's clock: the client judges it by that.
    pub(crate) ends_ms: i64,
}

impl Session {
    /// What the token says, and that it was made here.
    pub(crate) fn token(&self) -> String {
        let said = hex::encode(format!("{}|{}|{}", self.role, self.name, self.ends_ms));
        let mark = mac("token", &said);
        format!("{said}.{}", mark.get(..32).unwrap_or(&mark))
    }

    fn of_token(token: &str) -> Option<Self> {
        let (said, _) = token.split_once('.')?;
        let text = String::from_utf8(hex::decode(said).ok()?).ok()?;
        let [role, name, ends] = text.split('|').collect::<Vec<_>>()[..] else {
            return None;
        };
        let session = Self {
            role: role.to_owned(),
            name: name.to_owned(),
            ends_ms: ends.parse().ok()?,
        };
        (session.token() == token).then_some(session)
    }

    pub(crate) fn id(&self) -> String {
        let digest = hex::encode_upper(Sha256::digest(self.token()));
        format!("ASIA{}", digest.get(..16).unwrap_or(&digest))
    }

    pub(crate) fn secret(&self) -> String {
        let whole = mac("secret", &self.token());
        whole.get(..40).unwrap_or(&whole).to_owned()
    }
}

/// The world has no secrets to keep: this only tells its own tokens from others.
fn mac(what: &str, text: &str) -> String {
    hex::encode(keyed(what.as_bytes(), text.as_bytes()))
}

/// HMAC-SHA-256.
pub(crate) fn keyed(key: &[u8], text: &[u8]) -> Vec<u8> {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(text);
            mac.finalize().into_bytes().to_vec()
        }
        // It takes keys of every length.
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_session_ends_and_only_its_own_token_is_taken() {
        let at = |ends_ms| Session {
            role: "operator".to_owned(),
            name: "night".to_owned(),
            ends_ms,
        };
        let good = at(real_now_ms() + 60_000);
        let (secret, who) = known(&usual(), &good.id(), Some(&good.token())).unwrap();
        assert_eq!((secret, who.session.as_str()), (good.secret(), "night"));
        let ended = at(real_now_ms() - 1);
        let error = known(&usual(), &ended.id(), Some(&ended.token())).unwrap_err();
        assert_eq!(error.code, "ExpiredToken");
        let cognito = Some(super::super::service::Service::Cognito);
        assert_eq!(error.spelled_for(cognito).code, "ExpiredTokenException");
        // A later end, written into it by hand.
        let (_, mark) = ended
            .token()
            .split_once('.')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let (said, _) = good
            .token()
            .split_once('.')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let error = known(&usual(), &ended.id(), Some(&format!("{said}.{mark}"))).unwrap_err();
        assert_eq!(error.code, "InvalidClientTokenId");
    }
}
