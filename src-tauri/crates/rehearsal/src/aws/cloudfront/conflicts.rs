//! ListConflictingAliases: which other distributions hold a name (API reference). None does, but while a fault has
//! it that a name is one of another distribution.

use super::NAMESPACE;
use super::seed::{ELSEWHERE, ELSEWHERE_ACCOUNT, Row, rows};
use super::show::{has_certificate, tag};
use crate::aws::{AwsError, Call};
use crate::faults::Fault;

pub(super) fn page(row: &Row, faults: &[Fault], call: &Call) -> Result<String, AwsError> {
    let alias = call.param("Alias").unwrap_or_default();
    if alias.is_empty() {
        return Err(AwsError::new("InvalidArgument", "The argument Alias is invalid."));
    }
    // Whoever asks shows that the name is theirs by the certificate of their distribution (API reference,
    // ListConflictingAliases: it "must have an attached SSL/TLS certificate that includes the provided alias").
    if !has_certificate(row, faults) {
        return Err(AwsError::new(
            "InvalidArgument",
            "The distribution has no certificate that covers the alias.",
        ));
    }
    let all = rows().filter(|one| faults.contains(&Fault::AliasElsewhere { app: one.app }));
    let mut all = all.map(|one| one.site.host());
    let name = all.find(|name| alias.eq_ignore_ascii_case(name));
    let held = name.is_some();
    let items = match name {
        None => String::new(),
        // AWS hides most of what is another account's.
        Some(name) => format!(
            "<Items><ConflictingAlias>{}{}{}</ConflictingAlias></Items>",
            tag("Alias", name),
            tag("DistributionId", ELSEWHERE),
            tag("AccountId", ELSEWHERE_ACCOUNT)
        ),
    };
    Ok(format!(
        "<ConflictingAliasesList xmlns=\"{NAMESPACE}\"><MaxItems>100</MaxItems><Quantity>{}</Quantity>{items}\
         </ConflictingAliasesList>",
        usize::from(held)
    ))
}
