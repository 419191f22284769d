//! What a SecureString looks like to who doesn't decrypt it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::keys::keyed;
use super::part::Version;

/// The first bytes of what KMS makes.
const HEAD: [u8; 5] = [1, 2, 2, 0, 0x78];
/// What KMS adds to a text, in bytes.
const MORE: usize = 130;

/// Ciphertext of a version: the same at each read, another for each version, and not to be turned back.
pub(super) fn text(arn: &str, version: &Version) -> String {
    let what = format!(
        "{arn}:{}:{}:{}",
        version.number, version.modified_ms, version.value
    );
    let length = HEAD.len() + version.value.len() + MORE;
    let mut bytes = HEAD.to_vec();
    let mut part = keyed(b"a secret of the rehearsal", what.as_bytes());
    while bytes.len() < length && !part.is_empty() {
        bytes.extend_from_slice(&part);
        part = keyed(b"more of it", &part);
    }
    bytes.truncate(length);
    STANDARD.encode(bytes)
}
