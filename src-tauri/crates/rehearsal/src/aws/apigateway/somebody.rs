//! Somebody else changes the stage, behind the operator's back.

use super::bad;
use super::part::own;
use super::path::key_below;
use super::seed::{API_ID, API_STAGE, spread_ms};
use crate::aws::AwsError;
use crate::aws::cognito::REGION;
use crate::core::Core;
use crate::log::{Caller, LogEntry, Outcome};

/// Gives a method settings of its own, or other ones than it had.
pub(crate) fn somebody_sets_a_throttle(core: &Core, on: &str) -> Result<(), AwsError> {
    let caller = Caller {
        region: REGION.to_owned(),
        ..Caller::somebody_else("ThrottleSet")
    };
    core.commit(|state, now| {
        let takes_ms = spread_ms(&state.faults);
        let stage = state.apigateway.stage_mut(&caller, API_ID, API_STAGE)?;
        let mut settings = stage.settings.latest().clone();
        let key = key_below(on).ok_or_else(|| bad(&format!("“{on}” is no method and path")))?;
        let setting = own(&mut settings, &key);
        setting.throttling_rate_limit = 50.0;
        setting.throttling_burst_limit = 50;
        stage.settings.set(settings, now, takes_ms);
        stage.updated_ms = now;
        let entry = LogEntry {
            comment: Some(key),
            ..caller.entry(Outcome::Committed)
        };
        Ok::<_, AwsError>(((), entry))
    })
    .map(drop)
}
