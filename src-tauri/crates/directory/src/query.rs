//! What a person typed, as questions to a pool.

use std::fmt;

use switchback_model::directory::{Filter, LookupBy, NotAFilter, Personal, PoolRole};

use crate::address::{self, Reading, TakenOff, Unfit};
use crate::letters::{self, Odd};

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
    old: Vec<Question>,
    taken_off: TakenOff,
    odd: Option<Odd>,
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
    /// Reads what was typed, by [`address::read`]: what plainly is none of an address is taken off, and
    /// [`Self::taken_off`] says so.
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
        let Reading { text, taken_off, odd } = address::read(typed)?;
        let (matched_by, questions) = if text.contains('@') {
            (MatchedBy::Email, by_email(text)?)
        } else if is_uuid(text) {
            (
                MatchedBy::Sub,
                vec![Question::new(LookupBy::Sub, &text.to_lowercase(), None)?],
            )
        } else if otherwise == MatchedBy::Username {
            (otherwise, by_username(text)?)
        } else {
            (otherwise, by_name(text)?)
        };
        let old = match matched_by {
            MatchedBy::Email => as_names_are_written(text, &questions),
            MatchedBy::Sub | MatchedBy::Name | MatchedBy::Username => Vec::new(),
        };
        Ok(Self {
            text: Personal::new(text),
            matched_by,
            questions,
            old,
            taken_off,
            odd,
        })
    }

    /// What was taken off what was typed.
    #[must_use]
    pub fn taken_off(&self) -> TakenOff {
        self.taken_off
    }

    /// A letter that may be taken for another: nobody is absent for it.
    #[must_use]
    pub fn odd(&self) -> Option<Odd> {
        self.odd
    }

    /// The text, without what was taken off.
    #[must_use]
    pub fn text(&self) -> &Personal {
        &self.text
    }

    /// The text as two people who look for the same person have it alike: for the keyed hash of the
    /// audit and for the source list.
    #[must_use]
    pub fn normal(&self) -> Personal {
        let words: Vec<&str> = self.text.revealed().split_whitespace().collect();
        Personal::new(letters::compared(&words.join(" ")))
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
        let old = self.old.iter().filter(move |_| role == PoolRole::Old);
        self.questions.iter().chain(old)
    }
}

/// In each of its [`letters::spellings`]: an account must not be called absent for a capital letter, or for
/// an accent that is a letter of its own.
fn by_email(text: &str) -> Result<Vec<Question>, NotAQuery> {
    let spellings = letters::spellings(text);
    let questions = spellings
        .iter()
        .map(|spelling| Question::new(LookupBy::Email, spelling, None));
    questions.collect()
}

/// As it was given, composed and decomposed.
fn by_username(text: &str) -> Result<Vec<Question>, NotAQuery> {
    let mut questions = vec![Question::new(LookupBy::Username, text, None)?];
    for form in letters::forms(text) {
        let next = Question::new(LookupBy::Username, &form, None)?;
        if !questions.contains(&next) {
            questions.push(next);
        }
    }
    Ok(questions)
}

/// "ann.smith@…" as "Ann.Smith@…", composed and decomposed, where that is not asked for already and fits
/// into a filter.
fn as_names_are_written(text: &str, asked: &[Question]) -> Vec<Question> {
    let lower = letters::compared(text);
    let Some((local, domain)) = lower.rsplit_once('@') else {
        return Vec::new();
    };
    let mut more: Vec<Question> = Vec::new();
    for form in letters::forms(&format!("{}@{domain}", as_a_name(local))) {
        if let Ok(question) = Question::new(LookupBy::Email, &form, None)
            && !asked.contains(&question)
            && !more.contains(&question)
        {
            more.push(question);
        }
    }
    more
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
        for writing in user_names(&text) {
            questions.push(Question::new(LookupBy::UsernamePrefix, &writing, None)?);
        }
    }
    Ok(questions)
}

/// A name as typed and, when it was typed without capitals or with nothing else, as names are written:
/// "smith" and "SMITH" are also asked for as "Smith". Each composed and decomposed, where that differs.
fn writings(value: &str) -> Vec<String> {
    let lower = letters::fold(value);
    let shouted = lower != value && value.chars().all(|c| !c.is_lowercase()) && value.chars().count() > 1;
    let mut wholes = vec![value.to_owned()];
    if shouted || lower == value {
        wholes.push(as_a_name(&lower));
    }
    if shouted {
        wholes.push(lower);
    }
    let mut all: Vec<String> = Vec::new();
    for whole in wholes {
        let [composed, decomposed] = letters::forms(&whole);
        for writing in [whole, composed, decomposed] {
            if !all.contains(&writing) {
                all.push(writing);
            }
        }
    }
    all
}

/// A user name as typed, composed and decomposed; what was shouted also in small letters.
fn user_names(text: &str) -> Vec<String> {
    let lower = letters::fold(text);
    let [composed, decomposed] = letters::forms(text);
    let mut names = vec![text.to_owned()];
    let shouted = text.chars().all(|c| !c.is_lowercase()).then_some(lower);
    for name in [composed, decomposed].into_iter().chain(shouted) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Small letters with a capital at the beginning of each word.
fn as_a_name(lower: &str) -> String {
    let mut begins = true;
    let letters = lower.chars().flat_map(|c| {
        let upper = begins;
        // An accent of its own is still the same word.
        begins = !c.is_alphanumeric() && !letters::is_mark(c);
        if upper {
            c.to_uppercase().collect::<Vec<_>>()
        } else {
            vec![c]
        }
    });
    letters.collect()
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|c| c.is_ascii_hexdigit())
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
    /// It can't be who is meant.
    #[error("{}. {}", capital(.0), .0.mend())]
    Unfit(Unfit),
    /// The pool takes no such filter.
    #[error(transparent)]
    Filter(NotAFilter),
}

/// A sentence begins with a capital letter.
fn capital(unfit: &Unfit) -> String {
    let text = unfit.to_string();
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl From<Unfit> for NotAQuery {
    fn from(unfit: Unfit) -> Self {
        Self::Unfit(unfit)
    }
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
