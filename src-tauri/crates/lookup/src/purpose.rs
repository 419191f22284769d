//! Why somebody looked: a sentence of theirs that is kept for good, so it must not name the person.

use switchback_directory::Query;
use switchback_model::directory::Account;

use crate::wire::ApiError;

/// The longest purpose, in characters.
pub const LONGEST: usize = 200;

/// Takes a purpose that names nobody who is looked for.
///
/// # Errors
/// Says what is wrong with it, without repeating it.
pub(super) fn taken(
    purpose: &str,
    query: Option<&Query>,
    account: Option<&Account>,
) -> Result<String, ApiError> {
    let purpose = purpose.trim();
    if purpose.is_empty() {
        return Err(refused("The purpose is empty."));
    }
    if purpose.chars().count() > LONGEST || purpose.chars().any(char::is_control) {
        return Err(refused(
            "The purpose is longer than 200 characters, or more than one line.",
        ));
    }
    let words: Vec<String> = purpose
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .map(ToOwned::to_owned)
        .collect();
    let of_query = query.map(|query| query.text().revealed()).into_iter();
    let of_account = account.into_iter().flat_map(|account| {
        let fields = [
            &account.given_name,
            &account.family_name,
            &account.email,
            &account.sub,
        ];
        let fields = fields.into_iter().flatten();
        fields.chain([&account.username]).map(|field| field.revealed())
    });
    let named = of_query
        .chain(of_account)
        .any(|text| names(purpose, &words, text));
    if let Some(found) = switchback_model::screen::secret(purpose) {
        return Err(refused(&format!("The purpose holds {}.", found.what)));
    }
    if named || purpose.contains('@') {
        return Err(refused("The purpose names the person."));
    }
    Ok(purpose.to_owned())
}

/// Whether a text, or a word of it that is long enough to tell somebody, stands in the purpose.
fn names(purpose: &str, words: &[String], text: &str) -> bool {
    let text = text.to_lowercase();
    let local = text.split_once('@').map_or(text.as_str(), |(local, _)| local);
    purpose.to_lowercase().contains(&text)
        || local
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| word.chars().count() >= 3)
            .any(|word| words.iter().any(|found| found == word))
}

pub(super) fn refused(message: &str) -> ApiError {
    ApiError::new(
        "usage",
        message,
        "It is kept in the audit trail for good: give a ticket's number, or a reason in a few words, without a \
         name or an address.",
        "the purpose",
    )
}
