//! User look-up: what a person may ask for, what the answer means, and what to do next. Pure: the
//! pools are read by `aws`, the two meet in `api`.

pub mod query;

pub use query::{MatchedBy, NotAQuery, Query, Question};

#[cfg(test)]
mod fakes;
