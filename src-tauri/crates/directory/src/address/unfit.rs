//! Why a text can't be who is meant, in words.

use std::fmt;

use crate::letters;

/// Why a text can't be who is meant. Each says where; none holds more of the text than one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// A control character, such as a line end or a tab.
    ControlCharacter {
        /// Its code point.
        code: u32,
        /// Its place, counted from 1.
        position: usize,
    },
    /// A character that turns the direction of writing, so that one reads something else.
    TurnsDirection {
        /// Its code point.
        code: u32,
        /// Its place, counted from 1.
        position: usize,
    },
    /// A character without width.
    Invisible {
        /// Its code point.
        code: u32,
        /// Its place, counted from 1.
        position: usize,
    },
    /// U+FFFD: the letter was lost before.
    Lost {
        /// Its place, counted from 1.
        position: usize,
    },
    /// A letter of another alphabet among Latin ones, or that looks like one.
    OtherAlphabet {
        /// The letter.
        letter: char,
        /// The alphabet's name (Unicode, `Script`).
        script: &'static str,
        /// What it looks like.
        like: Option<char>,
        /// Its place, counted from 1.
        position: usize,
    },
    /// Another form of a letter, such as a wide one (NFKC makes it the letter).
    OtherForm {
        /// The character.
        letter: char,
        /// The letter.
        of: char,
        /// Its place, counted from 1.
        position: usize,
    },
    /// A quote or bracket without its partner.
    Unpaired {
        /// Its place, counted from 1.
        position: usize,
    },
    /// A character that no address has.
    Stray {
        /// Its place, counted from 1.
        position: usize,
    },
    /// White space within an address.
    Space {
        /// Its place, counted from 1.
        position: usize,
    },
    /// What stands after the `@` is no domain name.
    NotADomain,
    /// Not one whole address.
    NotAnAddress,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ControlCharacter { code, position } => {
                write!(f, "character {position} is a control character (U+{code:04X})")
            }
            Self::TurnsDirection { code, position } => write!(
                f,
                "character {position} turns the direction of writing (U+{code:04X}) and can't be seen"
            ),
            Self::Invisible { code, position } => {
                write!(f, "character {position} can't be seen (U+{code:04X})")
            }
            Self::Lost { position } => write!(
                f,
                "character {position} stands for a letter that was lost before (U+FFFD)"
            ),
            Self::OtherAlphabet {
                letter,
                script,
                like,
                position,
            } => {
                letters::named(f, letter, script, position)?;
                match like {
                    Some(like) => write!(f, ", a letter of another alphabet that looks like {like}"),
                    None => write!(f, ", a letter of another alphabet"),
                }
            }
            Self::OtherForm { letter, of, position } => {
                let code = u32::from(letter);
                write!(
                    f,
                    "character {position} is {letter} (U+{code:04X}), another form of {of}"
                )
            }
            Self::Unpaired { position } => write!(
                f,
                "character {position} is a quote or bracket without its partner"
            ),
            Self::Stray { position } => {
                write!(f, "character {position} can't stand in an e-mail address")
            }
            Self::Space { position } => write!(
                f,
                "this is not one whole e-mail address: character {position} is white space"
            ),
            Self::NotADomain => f.write_str("what stands after the @ is not the name of a domain"),
            Self::NotAnAddress => f.write_str("this is not one whole e-mail address"),
        }
    }
}

impl Unfit {
    /// How to mend it.
    #[must_use]
    pub fn mend(self) -> &'static str {
        match self {
            Self::ControlCharacter { .. }
            | Self::TurnsDirection { .. }
            | Self::Invisible { .. }
            | Self::Lost { .. }
            | Self::OtherAlphabet { .. }
            | Self::OtherForm { .. } => "Type the text again instead of pasting it.",
            Self::Unpaired { .. }
            | Self::Stray { .. }
            | Self::Space { .. }
            | Self::NotADomain
            | Self::NotAnAddress => "Type it without spaces, with a name before and a domain after the @.",
        }
    }
}
