//! ListConflictingAliases: which other distributions hold a name (API reference). None does, but where Reval's name is
//! one of another distribution.

use super::NAMESPACE;
use super::seed::{ELSEWHERE, ELSEWHERE_ACCOUNT};
use super::show::tag;
use crate::aws::{AwsError, Call};
use crate::faults::{Fault, Site};

pub(super) fn page(faults: &[Fault], call: &Call) -> Result<String, AwsError> {
    let alias = call.param("Alias").unwrap_or_default();
    if alias.is_empty() {
        return Err(AwsError::new("InvalidArgument", "The argument Alias is invalid."));
    }
    let held = faults.contains(&Fault::AliasElsewhere) && alias.eq_ignore_ascii_case(Site::Reval.host());
    let items = match held {
        false => String::new(),
        // AWS hides most of what is another account's.
        true => format!(
            "<Items><ConflictingAlias>{}{}{}</ConflictingAlias></Items>",
            tag("Alias", Site::Reval.host()),
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
