//! The key pair with which a pool signs its tokens, and what anybody may know of it (Cognito developer guide, "Verifying
//! JSON web tokens").

use std::io;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The key pair of a pool: RSA of 2,048 bits, as Cognito's are.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SigningKey {
    /// PKCS#8 in base64, as the state keeps it.
    pkcs8: String,
    /// The same, read when it is first needed; nothing where it can't be read.
    #[serde(skip)]
    read: OnceLock<Option<Arc<KeyPair>>>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new one, which takes some tenths of a second of computing.
    ///
    /// # Errors
    /// Where the library can't make one.
    pub(crate) fn generate() -> io::Result<Self> {
        let failed = |_| io::Error::other("a signing key could not be made");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
        Ok(Self {
            pkcs8: BASE64_STANDARD.encode(der.as_ref()),
            read: OnceLock::from(Some(Arc::new(pair))),
        })
    }

    fn pair(&self) -> Option<&KeyPair> {
        let read = || {
            let der = BASE64_STANDARD.decode(&self.pkcs8).ok()?;
            KeyPair::from_pkcs8(&der).ok().map(Arc::new)
        };
        self.read.get_or_init(read).as_deref()
    }

    /// The public half as RFC 8017 writes it, `RSAPublicKey`.
    fn public(&self) -> Option<&[u8]> {
        self.pair().map(|pair| pair.public_key().as_ref())
    }

    /// The id of the key, which the header of each of its tokens names.
    pub(crate) fn id(&self) -> Option<String> {
        Some(BASE64_STANDARD.encode(Sha256::digest(self.public()?)))
    }

    /// A token with these claims, signed (RFC 7515 and RFC 7519).
    pub(crate) fn token(&self, claims: &Value) -> Option<String> {
        let header = json!({"kid": self.id()?, "alg": "RS256"});
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        let pair = self.pair()?;
        let mut signature = vec![0; pair.public_modulus_len()];
        let random = SystemRandom::new();
        pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature)
            .ok()?;
        Some(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Whether this key made the signature of a text.
    pub(crate) fn signed(&self, text: &str, signature: &[u8]) -> bool {
        self.public().is_some_and(|public| {
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
                .verify(text.as_bytes(), signature)
                .is_ok()
        })
    }

    /// The public half as a JSON web key (RFC 7517).
    pub(crate) fn shown(&self) -> Option<Value> {
        let (modulus, exponent) = numbers(self.public()?)?;
        Some(json!({
            "alg": "RS256",
            "e": BASE64_URL_SAFE_NO_PAD.encode(exponent),
            "kid": self.id()?,
            "kty": "RSA",
            "n": BASE64_URL_SAFE_NO_PAD.encode(modulus),
            "use": "sig",
        }))
    }
}

/// Modulus and exponent of a public key: the two numbers of a sequence (RFC 8017, appendix A.1.1).
fn numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    let (sequence, _) = element(der, SEQUENCE)?;
    let (modulus, rest) = element(sequence, INTEGER)?;
    let (exponent, _) = element(rest, INTEGER)?;
    // A leading zero only says that the number is not negative.
    let bare = |number: &'_ [u8]| number.iter().position(|byte| *byte != 0).unwrap_or(0);
    Some((modulus.get(bare(modulus)..)?, exponent.get(bare(exponent)..)?))
}

/// The content of the first element, which must have this tag, and what comes after it (ITU-T X.690, DER).
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        short @ 0..=0x7f => (usize::from(*short), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => {
            let bytes: [u8; 2] = rest.get(..2)?.try_into().ok()?;
            (usize::from(u16::from_be_bytes(bytes)), rest.get(2..)?)
        }
        // Nothing of a key is longer.
        _ => return None,
    };
    (*first == tag && length <= rest.len()).then(|| rest.split_at(length))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_key_comes_back_from_the_state_and_knows_its_own_tokens() {
        let key = SigningKey::generate().unwrap();
        let kept = serde_json::to_string(&key).unwrap();
        let again: SigningKey = serde_json::from_str(&kept).unwrap();
        assert_eq!((again.id(), again.shown()), (key.id(), key.shown()));
        let shown = key.shown().unwrap();
        assert_eq!((&shown["e"], &shown["kty"]), (&json!("AQAB"), &json!("RSA")));
        let modulus = BASE64_URL_SAFE_NO_PAD.decode(shown["n"].as_str().unwrap());
        assert_eq!(modulus.unwrap().len(), 256);
        let token = key.token(&json!({"a": 1})).unwrap();
        let (text, signature) = token.rsplit_once('.').unwrap();
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(again.signed(text, &signature));
        assert!(!again.signed("other", &signature));
        assert!(!SigningKey::generate().unwrap().signed(text, &signature));
        assert!(!format!("{key:?}").contains("pkcs8"));
        let broken: SigningKey = serde_json::from_value(json!({"pkcs8": "AAAA"})).unwrap();
        assert_eq!((broken.id(), broken.token(&json!({}))), (None, None));
    }
}
