//! A method that lost its authoriser, while a fault has it so: as it is edited, and in every deployment.

use std::borrow::Cow;

use super::api::Config;
use super::guarded;
use crate::faults::Fault;

/// The methods and authorisers of an API, as they are with the faults in force.
pub(super) fn seen<'a>(api: &str, config: &'a Config, faults: &[Fault]) -> Cow<'a, Config> {
    let Some(row) = guarded::of_id(api) else {
        return Cow::Borrowed(config);
    };
    if !faults.contains(&Fault::MethodOpen { app: row.app }) {
        return Cow::Borrowed(config);
    }
    let mut config = config.clone();
    let (verb, path) = row.opened;
    let of_path = config.methods.get_mut(path).into_iter().flatten();
    for method in of_path.filter(|method| method.verb == verb) {
        method.authorizer = None;
    }
    Cow::Owned(config)
}
