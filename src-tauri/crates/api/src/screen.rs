//! What people write and the journal keeps for good: reasons, evidence, purposes. It must name no user and
//! hold no secret, because it is in every copy, report and mirror and can't be taken out again.
//!
//! Operators' own names are recorded by design: they may be addresses, and only secrets are refused in them.

use switchback_model::screen::{Found, address, secret};
use switchback_model::{Command, Operator, Submission};

use crate::wire::ApiError;

/// Takes a text that is kept for good. `about` names it: "the reason".
///
/// # Errors
/// `usage` where it holds an e-mail address, an access key, a token or a password; says which and where,
/// without repeating it.
pub fn kept(text: &str, about: &str) -> Result<(), ApiError> {
    match address(text).or_else(|| secret(text)) {
        None => Ok(()),
        Some(found) => Err(refused(found, about)),
    }
}

/// Takes an operator's name: it may be an address, but holds no secret.
///
/// # Errors
/// As [`kept`].
pub fn operator(by: &Operator, about: &str) -> Result<(), ApiError> {
    secret(by.as_str()).map_or(Ok(()), |found| Err(refused(found, about)))
}

/// Takes a command as it was given, with everything that people wrote in it.
///
/// # Errors
/// As [`kept`].
pub fn submission(submission: &Submission) -> Result<(), ApiError> {
    operator(&submission.by, "the operator's name")?;
    if let Some(reason) = &submission.reason {
        kept(reason, "the reason")?;
    }
    match &submission.command {
        Command::Decide { value, .. } => kept(value, "the value"),
        Command::Gate { people, .. } => people
            .iter()
            .try_for_each(|(role, name)| operator(name, &format!("the name of the {role}"))),
        // The others name steps, checks, rules and fields: ids, which have no room for any of it.
        _ => Ok(()),
    }
}

fn refused(found: Found, about: &str) -> ApiError {
    let Found { what, from, to } = found;
    let sentence = about
        .strip_prefix("the ")
        .map_or_else(|| about.to_owned(), |rest| format!("The {rest}"));
    ApiError::new(
        "usage",
        format!("{sentence} holds {what}: characters {from} to {to}."),
        "It is kept for good, in every copy of the journal: leave that out. Name a ticket, or a role instead of a \
         person.",
        about,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_and_where_and_repeats_nothing() {
        let Err(error) = kept("asked by jo@example.nhs.test", "the reason") else {
            panic!("taken");
        };
        assert_eq!(
            error.message,
            "The reason holds an e-mail address: characters 10 to 28."
        );
        assert_eq!((error.place.as_str(), error.exit_code()), ("the reason", 2));
        assert!(!format!("{error:?}").contains("jo@"));
    }

    #[test]
    fn an_operator_may_be_an_address_and_holds_no_key() {
        let by = |name: &str| Operator::new(name).map_err(|_| ());
        assert!(by("jo@example.nhs.test").is_ok_and(|by| operator(&by, "--by").is_ok()));
        assert!(by("AKIAIOSFODNN7EXAMPLE").is_ok_and(|by| operator(&by, "--by").is_err()));
    }
}
