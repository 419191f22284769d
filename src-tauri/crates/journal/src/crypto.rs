//! The few cryptographic pieces that the journal needs, each with its domain in its input.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::TryRngCore;
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A 32-byte key. It is wiped when dropped and never shown.
pub struct Secret(SecretBox<[u8; 32]>);

impl Secret {
    /// A fresh key from the operating system's generator.
    #[must_use]
    pub fn random() -> Self {
        Self(SecretBox::init_with_mut(|bytes: &mut [u8; 32]| {
            fill_random(bytes)
        }))
    }

    /// Takes 32 bytes; `None` for any other length.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        (bytes.len() == 32).then(|| {
            Self(SecretBox::init_with_mut(|key: &mut [u8; 32]| {
                key.copy_from_slice(bytes)
            }))
        })
    }

    /// The bytes, for a key ring that stores them.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// Names the key without giving it away: the start of a keyed hash of a fixed text.
    pub(crate) fn id(&self) -> String {
        hex::encode(&mac(self, "switchback/journal/key-id", &[])[..8])
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self(SecretBox::init_with_mut(|key: &mut [u8; 32]| {
            key.copy_from_slice(self.expose())
        }))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

pub(crate) fn fill_random(bytes: &mut [u8]) {
    // Without random numbers from the operating system no key can be made; there is nothing to
    // fall back on that would be safe.
    OsRng
        .try_fill_bytes(bytes)
        .expect("the operating system gives random bytes");
}

/// Feeds a domain and fields so that no two different lists give the same bytes: each is preceded
/// by its length as 8 bytes, big-endian.
pub(crate) fn feed(mut sink: impl FnMut(&[u8]), domain: &str, fields: &[&[u8]]) {
    for field in std::iter::once(domain.as_bytes()).chain(fields.iter().copied()) {
        sink(&(field.len() as u64).to_be_bytes());
        sink(field);
    }
}

/// The same encoding as bytes, for additional data.
pub(crate) fn encoded(domain: &str, fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(96);
    feed(|part| bytes.extend_from_slice(part), domain, fields);
    bytes
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
    <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// HMAC-SHA-256 over a domain and fields.
pub(crate) fn mac(key: &Secret, domain: &str, fields: &[&[u8]]) -> [u8; 32] {
    let mut mac = hmac(key.expose());
    feed(|part| mac.update(part), domain, fields);
    mac.finalize().into_bytes().into()
}

/// Whether a MAC is right, in constant time.
pub(crate) fn mac_holds(key: &Secret, domain: &str, fields: &[&[u8]], found: &[u8]) -> bool {
    let mut mac = hmac(key.expose());
    feed(|part| mac.update(part), domain, fields);
    mac.verify_slice(found).is_ok()
}

/// HKDF-SHA-256 (RFC 5869) with one output block: enough for a 32-byte key. A slow, salted
/// password hash would add nothing: the inputs are random, of 128 bits or more.
pub(crate) fn derive(input: &[u8], salt: &[u8], info: &[u8]) -> Secret {
    let mut extract = hmac(salt);
    extract.update(input);
    let extracted = Zeroizing::new(<[u8; 32]>::from(extract.finalize().into_bytes()));
    let mut expand = hmac(extracted.as_slice());
    expand.update(info);
    expand.update(&[1]);
    let block = Zeroizing::new(<[u8; 32]>::from(expand.finalize().into_bytes()));
    Secret(SecretBox::init_with_mut(|key: &mut [u8; 32]| {
        key.copy_from_slice(block.as_slice())
    }))
}

/// A nonce and a ciphertext with its tag.
pub(crate) struct Boxed {
    pub nonce: [u8; 24],
    pub ciphertext: Vec<u8>,
}

/// XChaCha20-Poly1305 with a random nonce: 24 bytes are enough to never repeat by chance.
pub(crate) fn encrypt(key: &Secret, aad: &[u8], plain: &[u8]) -> Boxed {
    let mut nonce = [0; 24];
    fill_random(&mut nonce);
    let cipher = XChaCha20Poly1305::new(Key::from_slice(key.expose()));
    let ciphertext = cipher
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad })
        .expect("a value in memory is shorter than the cipher's limit");
    Boxed { nonce, ciphertext }
}

/// `None` where the key, the additional data or the ciphertext is not the one it was made with.
pub(crate) fn decrypt(
    key: &Secret,
    aad: &[u8],
    nonce: &[u8],
    ciphertext: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    if nonce.len() != 24 {
        return None;
    }
    let cipher = XChaCha20Poly1305::new(Key::from_slice(key.expose()));
    let plain = cipher
        .decrypt(XNonce::from_slice(nonce), Payload { msg: ciphertext, aad })
        .ok()?;
    Some(Zeroizing::new(plain))
}
