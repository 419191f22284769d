//! What a person typed, as questions to a pool.

use std::fmt;

use switchback_model::directory::{Filter, LookupBy, NotAFilter, Personal, PoolRole};

mod question;

pub use question::{Heard, Question};

/// The longest e-mail address, in characters: a path of 256 octets less its two brackets (RFC 5321,
/// 4.5.3.1.3).
pub const LONGEST_EMAIL: usize = 254;

/// The longest text that is read, in characters: nothing longer fits into a filter (Cognito API,
/// `UserFilterType`).
pub const LONGEST_TYPED: usize = 256;

/// The shortest beginning of a name: one letter would list half a pool.
pub const SHORTEST_NAME: usize = 2;

/// By what a person is looked for. The shape of the text decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatchedBy {
    /// The text holds `@`.
    Email,
    /// The text is a UUID: the `sub` attribute.
    Sub,
    /// Anything else: the beginning of the given, the family or the user name.
    Name,
    /// The whole user name; never guessed from the shape, only where one account is named.
    Username,
}

impl MatchedBy {
    /// The word of the wire (`matched_by`).
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sub => "sub",
            Self::Name => "name_prefix",
            Self::Username => "username",
        }
    }
}

/// What a person asked for. Its `Debug` is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Query {
    text: Personal,
    matched_by: MatchedBy,
    questions: Vec<Question>,
    old: Option<Question>,
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Query({}, {} questions)",
            self.matched_by.word(),
            self.questions.len()
        )
    }
}

impl Query {
    /// Reads what was typed. White space around it is ignored.
    ///
    /// # Errors
    /// [`NotAQuery`] says what is wrong and how to mend it, without the text.
    pub fn parse(typed: &str) -> Result<Self, NotAQuery> {
        Self::read(typed, MatchedBy::Name)
    }

    /// Reads the id of one account: what is neither an e-mail address nor a user id (sub) is its whole
    /// user name.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn one_account(typed: &str) -> Result<Self, NotAQuery> {
        Self::read(typed, MatchedBy::Username)
    }

    fn read(typed: &str, otherwise: MatchedBy) -> Result<Self, NotAQuery> {
        let text = typed.trim();
        // Counted before anything else is done with it: 10 kB pasted by mistake is not worth reading.
        if text.chars().take(LONGEST_TYPED + 1).count() > LONGEST_TYPED {
            // Told by the limit that it would meet next.
            let by = match (text.contains('@'), otherwise) {
                (true, _) => LookupBy::Email,
                (false, MatchedBy::Username) => LookupBy::Username,
                (false, _) => LookupBy::FamilyNamePrefix,
            };
            let limit = Filter::room(by);
            return Err(NotAQuery::TooLong { limit });
        }
        if text.is_empty() {
            return Err(NotAQuery::Empty);
        }
        refuse_invisible(text)?;
        let (matched_by, questions) = if text.contains('@') {
            (MatchedBy::Email, by_email(text)?)
        } else if is_uuid(text) {
            (
                MatchedBy::Sub,
                vec![Question::new(LookupBy::Sub, &text.to_lowercase(), None)?],
            )
        } else if otherwise == MatchedBy::Username {
            (otherwise, vec![Question::new(LookupBy::Username, text, None)?])
        } else {
            (otherwise, by_name(text)?)
        };
        let old = match matched_by {
            MatchedBy::Email => as_names_are_written(text, &questions),
            _ => None,
        };
        Ok(Self {
            text: Personal::new(text),
            matched_by,
            questions,
            old,
        })
    }

    /// The text, without the white space around it.
    #[must_use]
    pub fn text(&self) -> &Personal {
        &self.text
    }

    /// The text as two people who look for the same person have it alike: for the keyed hash of the
    /// audit and for the source list.
    #[must_use]
    pub fn normal(&self) -> Personal {
        let words: Vec<&str> = self.text.revealed().split_whitespace().collect();
        Personal::new(words.join(" ").to_lowercase())
    }

    /// By what it looks.
    #[must_use]
    pub fn matched_by(&self) -> MatchedBy {
        self.matched_by
    }

    /// The questions that each pool is asked; at least one.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The questions to a pool on this side of the move. An old pool is asked for an address also as names
    /// are written: where letter case counts it may hold one person twice, and what is said of them must
    /// not depend on how somebody typed the address.
    pub fn questions_to(&self, role: PoolRole) -> impl Iterator<Item = &Question> {
        let old = self.old.as_ref().filter(|_| role == PoolRole::Old);
        self.questions.iter().chain(old)
    }
}

/// AWS does not say whether a filter on `email` minds the case, so an address with capitals is asked for
/// in both writings: an account must not be called absent for a capital letter.
fn by_email(text: &str) -> Result<Vec<Question>, NotAQuery> {
    let whole = text
        .rsplit_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if !whole || text.chars().any(char::is_whitespace) {
        return Err(NotAQuery::NotAnAddress);
    }
    let mut questions = vec![Question::new(LookupBy::Email, text, None)?];
    let lower = text.to_lowercase();
    if lower != text {
        questions.push(Question::new(LookupBy::Email, &lower, None)?);
    }
    Ok(questions)
}

/// "ann.smith@…" as "Ann.Smith@…", where that is not asked for already and fits into a filter.
fn as_names_are_written(text: &str, asked: &[Question]) -> Option<Question> {
    let lower = text.to_lowercase();
    let (local, domain) = lower.rsplit_once('@')?;
    let written = writings(local).pop()?;
    let question = Question::new(LookupBy::Email, &format!("{written}@{domain}"), None);
    question.ok().filter(|question| !asked.contains(question))
}

fn by_name(text: &str) -> Result<Vec<Question>, NotAQuery> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    if text.chars().filter(|c| c.is_alphanumeric()).count() < SHORTEST_NAME {
        return Err(NotAQuery::TooShort);
    }
    let mut questions = Vec::new();
    let mut ask = |by, value: &str, given: Option<&str>| -> Result<(), NotAQuery> {
        for writing in writings(value) {
            let next = Question::new(by, &writing, given)?;
            if !questions.contains(&next) {
                questions.push(next);
            }
        }
        Ok(())
    };
    if let Some((family, given)) = text.split_once(',') {
        let (family, given) = (family.trim(), given.trim());
        if family.is_empty() {
            return Err(NotAQuery::TooShort);
        }
        ask(
            LookupBy::FamilyNamePrefix,
            family,
            (!given.is_empty()).then_some(given),
        )?;
        return Ok(questions);
    }
    // The text is searched by both names, and the family name's filter has less room: whoever is told a
    // limit must not meet a lower one next.
    Question::new(LookupBy::FamilyNamePrefix, &text, None)?;
    ask(LookupBy::GivenNamePrefix, &text, None)?;
    ask(LookupBy::FamilyNamePrefix, &text, None)?;
    // "Ann van der Berg" and "Anne Marie Smith": the family name begins after the first word, or is the
    // last one.
    if let Some((given, family)) = text.split_once(' ') {
        ask(LookupBy::FamilyNamePrefix, family, Some(given))?;
    }
    if words.len() > 2
        && let Some((given, family)) = text.rsplit_once(' ')
    {
        ask(LookupBy::FamilyNamePrefix, family, Some(given))?;
    }
    // A user name may be a word like any other, though never two (Cognito API, `UsernameType`).
    if words.len() == 1 {
        questions.push(Question::new(LookupBy::UsernamePrefix, &text, None)?);
    }
    Ok(questions)
}

/// A name as typed and, when it was typed without capitals, as names are written: "smith" is also asked
/// for as "Smith".
fn writings(value: &str) -> Vec<String> {
    let mut both = vec![value.to_owned()];
    if value == value.to_lowercase() {
        let mut begins = true;
        let written: String = value
            .chars()
            .flat_map(|c| {
                let upper = begins;
                begins = !c.is_alphanumeric();
                if upper {
                    c.to_uppercase().collect::<Vec<_>>()
                } else {
                    vec![c]
                }
            })
            .collect();
        if written != value {
            both.push(written);
        }
    }
    both
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|c| c.is_ascii_hexdigit())
}

/// Refuses what can't be seen: a control character, one that turns the direction of writing, one without
/// width. Copied along from a document they make a person "absent" who is there.
fn refuse_invisible(text: &str) -> Result<(), NotAQuery> {
    for (at, c) in text.chars().enumerate() {
        let position = at + 1;
        if c.is_control() {
            return Err(NotAQuery::ControlCharacter {
                code: c.into(),
                position,
            });
        }
        if matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        {
            return Err(NotAQuery::TurnsDirection {
                code: c.into(),
                position,
            });
        }
        if matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200D}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
        {
            return Err(NotAQuery::Invisible {
                code: c.into(),
                position,
            });
        }
    }
    Ok(())
}

/// Why nobody can be looked for with a text. Never holds the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAQuery {
    /// Nothing was typed.
    #[error(
        "There is nothing to look for. Type an e-mail address, a user id (sub) or the beginning of a name."
    )]
    Empty,
    /// Longer than what is searched may be.
    #[error(
        "The text is longer than {limit} characters, the most that AWS searches by (\" and \\ count twice). Type only the e-mail address, the user id (sub) or the beginning of the name."
    )]
    TooLong {
        /// The most characters that are taken, after escaping.
        limit: usize,
    },
    /// A name too short to be searched by.
    #[error("Type at least 2 letters of the name, or the whole e-mail address.")]
    TooShort,
    /// Has an `@` and is no e-mail address.
    #[error(
        "This is not one whole e-mail address. Type it without spaces, with a name before and a domain after the @."
    )]
    NotAnAddress,
    /// A control character, such as a line end or a tab.
    #[error(
        "Character {position} is a control character (U+{code:04X}). Type the text again instead of pasting it."
    )]
    ControlCharacter {
        /// Its code point.
        code: u32,
        /// Its place, counted from 1.
        position: usize,
    },
    /// A character that turns the direction of writing, so that one reads something else.
    #[error(
        "Character {position} turns the direction of writing (U+{code:04X}) and can't be seen. Type the text again instead of pasting it."
    )]
    TurnsDirection {
        /// Its code point.
        code: u32,
        /// Its place, counted from 1.
        position: usize,
    },
    /// A character without width.
    #[error("Character {position} can't be seen (U+{code:04X}). Type the text again instead of pasting it.")]
    Invisible {
        /// Its code point.
        code: u32,
        /// Its place, counted from 1.
        position: usize,
    },
    /// The pool takes no such filter.
    #[error(transparent)]
    Filter(NotAFilter),
}

impl From<NotAFilter> for NotAQuery {
    fn from(error: NotAFilter) -> Self {
        match error {
            NotAFilter::TooLong { limit } => Self::TooLong { limit },
            other => Self::Filter(other),
        }
    }
}

#[cfg(test)]
mod tests;
