//! Somebody else puts a parameter, behind the operator's back.

use super::part::{AccountRegion, Kind, Parameter, Version};
use super::put::{self, PutParameter};
use crate::aws::AwsError;
use crate::core::Core;
use crate::log::Caller;

/// Puts a parameter of the world's own account and region as anybody may who is allowed to: all but its value
/// stays. Without a value, it is given another one than it has.
pub(crate) fn somebody_puts(core: &Core, name: &str, value: Option<&str>) -> Result<(), AwsError> {
    let caller = Caller::somebody_else("ParameterChanged");
    let place = AccountRegion::own();
    core.commit(|state, now| {
        let parameter = state.ssm.get(&place, name);
        let found = parameter.and_then(|parameter| Some((parameter, parameter.last()?)));
        let (parameter, last) = found
            .ok_or_else(|| AwsError::new("ParameterNotFound", &format!("there is no parameter “{name}”")))?;
        let asked = PutParameter {
            name: parameter.name.clone(),
            value: value.map_or_else(|| another(parameter, last), str::to_owned),
            overwrite: Some(true),
            key_id: last.key_id.clone(),
            ..PutParameter::default()
        };
        put::put(&mut state.ssm, &place, &caller, &asked, now)
    })
    .map(drop)
}

/// Another value of the same kind.
fn another(parameter: &Parameter, last: &Version) -> String {
    match (parameter.kind, last.value.as_str()) {
        (_, "true") => "false".to_owned(),
        (_, "false") => "true".to_owned(),
        (Kind::StringList, items) => format!("{items},https://somebody-else.example.nhs.test"),
        (Kind::String | Kind::SecureString, "changed-by-somebody-else") => {
            "changed-by-somebody-else-again".to_owned()
        }
        (Kind::String | Kind::SecureString, _) => "changed-by-somebody-else".to_owned(),
    }
}
