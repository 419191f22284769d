//! What single servers answer in DNS, and which answers are right before a switch and after it.

use switchback_model::CheckKind;
use switchback_model::dns::normal_values;

/// What one server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its values in normal form, sorted; empty = it says that there is no such record.
    pub values: Vec<String>,
    /// The TTL in seconds; from a resolver: what remained.
    pub ttl: Option<u32>,
}

/// One server and what came of asking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSaid {
    /// Its name, or whose servers could not be looked up.
    pub server: String,
    /// Whether it is a resolver; else it is a name server of the zone.
    pub resolver: bool,
    /// Its answer, or why there is none, in one sentence for people.
    pub said: Result<Said, String>,
}

/// The answers that a question to servers expects, each in normal form: of weighted record sets any one is served. None
/// of a check that asks no server.
#[must_use]
pub fn right_answers(kind: &CheckKind) -> Option<Vec<Vec<String>>> {
    let asked = kind.dns_question()?;
    let normal = |values: &[String]| normal_values(asked.record, values.to_vec());
    let others = asked.or.iter().map(Vec::as_slice);
    Some(std::iter::once(asked.values).chain(others).map(normal).collect())
}
