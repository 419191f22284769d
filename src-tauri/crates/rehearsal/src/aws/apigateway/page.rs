//! Pages as every list of REST APIs has them (API reference, GetResources: `limit`, `position`).

use serde_json::{Value, json};

use super::bad;
use crate::aws::token::{PageStart, Token};
use crate::aws::{AwsError, Call};

/// The length of a page where none is asked for, and the longest.
const PAGE: usize = 25;
const LONGEST_PAGE: usize = 500;

/// A page of a list; `question` tells it from others, so that a position answers no other question.
pub(super) fn of<T>(
    call: &Call,
    question: &str,
    all: &[T],
    shown: impl Fn(&T) -> Value,
) -> Result<Value, AwsError> {
    let size = match call.param("limit") {
        None => PAGE,
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=LONGEST_PAGE).contains(size))
            .ok_or_else(|| bad(&format!("Invalid limit specified: {text}")))?,
    };
    let from = Token::read(call.param("position"), question)
        .ok_or_else(|| bad("Invalid position parameter specified"))?;
    let at = from.at.min(all.len());
    let end = (at + size).min(all.len());
    let items: Vec<Value> = all[at..end].iter().map(shown).collect();
    let mut answer = json!({"item": items});
    if end < all.len() {
        let next = PageStart { at: end, ..from };
        answer["position"] = json!(Token::new(question, next).text());
    }
    Ok(answer)
}
