//! The recovery code: what a person writes down to open sealed values without this computer.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretBox};
use zeroize::Zeroizing;

use crate::crypto::fill_random;

/// Symbols that carry the secret: 29 × 5 bits = 145 bits.
const SYMBOLS: usize = 29;
/// Crockford's base 32: no I, L, O, U; the last five stand only as the check symbol (value mod 37).
const ALPHABET: &[u8; 37] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";

/// A recovery code of 145 random bits: 29 symbols and a check symbol, in six groups of five. It is
/// wiped when dropped and never shown by `Debug`; [`Self::reveal`] gives it once, to be written
/// down.
pub struct RecoveryCode(SecretBox<[u8; SYMBOLS]>);

/// A text that is no recovery code. It doesn't quote the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCode {
    /// Wrong length.
    #[error("a recovery code has 30 characters, in six groups of five")]
    Length,
    /// A character that no code has.
    #[error("character {0} of the recovery code is not one that a code has")]
    Character(usize),
    /// The check symbol doesn't fit.
    #[error("the recovery code has a slip in it: the last character does not fit the others")]
    Check,
}

impl RecoveryCode {
    /// A new one, from the operating system's generator.
    #[must_use]
    pub fn generate() -> Self {
        Self(SecretBox::init_with_mut(|symbols: &mut [u8; SYMBOLS]| {
            fill_random(symbols);
            // 256 is a multiple of 32, so every symbol is equally likely.
            symbols.iter_mut().for_each(|symbol| *symbol %= 32);
        }))
    }

    /// The code as a person writes it down, `XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let symbols = self.0.expose_secret();
        let mut text = Zeroizing::new(String::with_capacity(36));
        for (at, symbol) in symbols.iter().copied().chain([check(symbols)]).enumerate() {
            if at > 0 && at % 5 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(symbol)]));
        }
        text
    }

    /// The symbols, as the input of the key derivation.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

fn check(symbols: &[u8]) -> u8 {
    let rest = symbols
        .iter()
        .fold(0_u32, |rest, symbol| (rest * 32 + u32::from(*symbol)) % 37);
    u8::try_from(rest).expect("a rest of 37 fits in a byte")
}

impl FromStr for RecoveryCode {
    type Err = InvalidCode;

    /// Takes any case, hyphens and blanks anywhere, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let mut symbols = Zeroizing::new(Vec::with_capacity(SYMBOLS + 1));
        for (at, found) in text
            .chars()
            .enumerate()
            .filter(|(_, c)| *c != '-' && !c.is_whitespace())
        {
            let c = match found.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            };
            let value = ALPHABET.iter().position(|symbol| char::from(*symbol) == c);
            let value = value
                .and_then(|value| u8::try_from(value).ok())
                .ok_or(InvalidCode::Character(at + 1))?;
            if symbols.len() < SYMBOLS && value >= 32 {
                return Err(InvalidCode::Character(at + 1));
            }
            if symbols.len() > SYMBOLS {
                return Err(InvalidCode::Length);
            }
            symbols.push(value);
        }
        let Some((last, code)) = symbols.split_last().filter(|(_, code)| code.len() == SYMBOLS) else {
            return Err(InvalidCode::Length);
        };
        if check(code) != *last {
            return Err(InvalidCode::Check);
        }
        Ok(Self(SecretBox::init_with_mut(|symbols: &mut [u8; SYMBOLS]| {
            symbols.copy_from_slice(code)
        })))
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(hidden)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_code_survives_paper() {
        let code = RecoveryCode::generate();
        let text = code.reveal();
        assert_eq!(text.len(), 35);
        let typed = text
            .to_lowercase()
            .replace('0', "o")
            .replace('1', "l")
            .replace('-', " ");
        assert_eq!(typed.parse::<RecoveryCode>().unwrap().bytes(), code.bytes());
        assert_eq!(format!("{code:?}"), "RecoveryCode(hidden)");
    }

    #[test]
    fn slips_are_found() {
        let text = RecoveryCode::generate().reveal();
        for at in (0..text.len()).filter(|at| text.as_bytes()[*at] != b'-') {
            let other = if text.as_bytes()[at] == b'7' { "8" } else { "7" };
            let slipped = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_eq!(
                slipped.parse::<RecoveryCode>().unwrap_err(),
                InvalidCode::Check,
                "{at}"
            );
        }
        assert_eq!(
            text[..34].parse::<RecoveryCode>().unwrap_err(),
            InvalidCode::Length
        );
        assert_eq!(
            format!("{}7", *text).parse::<RecoveryCode>().unwrap_err(),
            InvalidCode::Length
        );
        assert_eq!(
            "!".parse::<RecoveryCode>().unwrap_err(),
            InvalidCode::Character(1)
        );
    }
}
