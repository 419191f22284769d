//! User look-up: what a person may ask for, what the answer means, and what to do next. Pure: the
//! pools are read by `aws`, the two meet in `api`.

pub mod address;
mod letters;
pub mod machine;
pub mod query;
pub mod source;
pub mod verdict;

pub use address::{TakenOff, Unfit};
pub use letters::Odd;
pub use machine::is_machine_account;
pub use query::{Heard, MatchedBy, NotAQuery, Query, Question};
pub use source::{LARGEST as LARGEST_SOURCE, NotASource, Row, RowFault, Source};
pub use verdict::meaning::{Meaning, Stage};
pub use verdict::reconcile::{Line, Reconciliation, reconcile};
pub use verdict::{Answer, Gap, PoolAnswer, Read, SHOWN, Verdict, WhyNot, judge};

#[cfg(test)]
mod fakes;
