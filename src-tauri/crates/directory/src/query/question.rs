//! One question to a pool, and what of its answer is meant.

use switchback_model::directory::{Account, Filter, LookupBy, Personal};

use super::{NotAQuery, is_uuid};
use crate::letters;

/// One question to a pool, and what of its answer counts.
///
/// A value with `"` or `\` is asked for by what stands before that character, and compared here: AWS
/// wants both escaped, and what stands in for AWS in tests does not always take the escapes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    filter: Filter,
    wanted: Filter,
    and_given: Option<Personal>,
}

/// What an account that a pool answered is to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Who is looked for.
    Meant,
    /// One that the filter means, and the question does not.
    Beside,
    /// One that the filter does not mean: the pool does not search as it was asked to.
    Unasked,
}

impl Question {
    pub(super) fn new(by: LookupBy, value: &str, and_given: Option<&str>) -> Result<Self, NotAQuery> {
        let wanted = Filter::new(by, value)?;
        let filter = match value.find(['"', '\\']) {
            Some(at) if at > 0 => Filter::new(beginning(by), &value[..at])?,
            _ => wanted.clone(),
        };
        Ok(Self {
            filter,
            wanted,
            and_given: and_given.map(Personal::new),
        })
    }

    /// What the pool is asked. A pool searches by one attribute only (Cognito API, ListUsers, "Filter").
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Whether the pool is asked for more than is meant, so that more of its answer must be read.
    #[must_use]
    pub fn is_broad(&self) -> bool {
        self.filter != self.wanted
    }

    /// Whether an empty answer proves nothing: the filter has an escape, with nothing before it to ask for
    /// instead.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.filter.value().revealed().contains(['"', '\\'])
    }

    /// What an account of the answer is. Letter case does not count: whether it does is for the pool to
    /// say, and it has.
    #[must_use]
    pub fn hears(&self, account: &Account) -> Heard {
        if !fits(&self.filter, account) {
            if may_fit(&self.filter, account) {
                return Heard::Beside;
            }
            Heard::Unasked
        } else if fits(&self.wanted, account) && self.has_given(account) && !self.is_chance(account) {
            Heard::Meant
        } else {
            Heard::Beside
        }
    }

    /// "Ann Smith" asks the pool for Smith and means the Anns.
    fn has_given(&self, account: &Account) -> bool {
        self.and_given
            .as_ref()
            .is_none_or(|wanted| begins(account.given_name.as_ref(), wanted))
    }

    /// A user name that AWS made up begins with "abe" or "dee" by chance.
    fn is_chance(&self, account: &Account) -> bool {
        self.wanted.by() == LookupBy::UsernamePrefix && is_uuid(account.username.revealed())
    }
}

/// The search for the beginning of the same attribute.
fn beginning(by: LookupBy) -> LookupBy {
    match by {
        LookupBy::Email => LookupBy::EmailPrefix,
        LookupBy::Username => LookupBy::UsernamePrefix,
        LookupBy::Sub
        | LookupBy::EmailPrefix
        | LookupBy::UsernamePrefix
        | LookupBy::GivenNamePrefix
        | LookupBy::FamilyNamePrefix => by,
    }
}

/// Whether a filter means an account, whatever the letter case and however accents are written.
fn fits(filter: &Filter, account: &Account) -> bool {
    let Some(value) = asked_of(filter, account) else {
        return false;
    };
    if filter.by().is_prefix() {
        begins(Some(value), filter.value())
    } else {
        letters::compared(value.revealed()) == letters::compared(filter.value().revealed())
    }
}

/// Whether a server that folds more letters than we do may have meant it.
fn may_fit(filter: &Filter, account: &Account) -> bool {
    asked_of(filter, account).is_some_and(|value| {
        let (value, asked) = (
            letters::loosely(value.revealed()),
            letters::loosely(filter.value().revealed()),
        );
        match filter.by().is_prefix() {
            true => value.starts_with(&asked),
            false => value == asked,
        }
    })
}

fn asked_of<'a>(filter: &Filter, account: &'a Account) -> Option<&'a Personal> {
    match filter.by() {
        LookupBy::Email | LookupBy::EmailPrefix => account.email.as_ref(),
        LookupBy::Sub => account.sub.as_ref(),
        LookupBy::Username | LookupBy::UsernamePrefix => Some(&account.username),
        LookupBy::GivenNamePrefix => account.given_name.as_ref(),
        LookupBy::FamilyNamePrefix => account.family_name.as_ref(),
    }
}

/// Composed or decomposed: "Jose" begins "José" only where the accent is a letter of its own, and a pool
/// that was asked so answers so.
fn begins(value: Option<&Personal>, with: &Personal) -> bool {
    value.is_some_and(|value| {
        let [value, with] = [value, with].map(|text| letters::forms(&letters::fold(text.revealed())));
        value
            .iter()
            .zip(&with)
            .any(|(value, with)| value.starts_with(with.as_str()))
    })
}
