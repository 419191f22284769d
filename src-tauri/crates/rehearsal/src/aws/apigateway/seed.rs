//! The API of a new world. Every id is made up.

use std::time::Duration;

use super::part::{ApiGateway, Settings, Stage};
use super::path::{ALL_METHODS, key};
use super::setting::Setting;
use crate::aws::cognito::REGION;
use crate::aws::spread::Spread;
use crate::faults::{self, Fault};

/// The id of the API.
pub const API_ID: &str = "a1b2c3d4e5";
/// The API's name.
pub const API_NAME: &str = "tis-admins";
/// The stage that serves.
pub const API_STAGE: &str = "prod";
/// World time from a change of a stage until it is everywhere.
pub const STAGE_SPREAD: Duration = Duration::from_secs(2);

/// The deployment that the stage serves.
const DEPLOYMENT: &str = "d3p10y";
const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// The ARN of a stage.
pub(super) fn arn(api: &str, stage: &str) -> String {
    format!("arn:aws:apigateway:{REGION}::/restapis/{api}/stages/{stage}")
}

/// The ARN of the stage that leads to user management.
pub(crate) fn stage_arn() -> String {
    arn(API_ID, API_STAGE)
}

/// World milliseconds until a change that is made now is everywhere.
pub(super) fn spread_ms(faults: &[Fault]) -> i64 {
    faults::spread_ms(faults, STAGE_SPREAD)
}

impl ApiGateway {
    /// The stage as at the beginning of a world: with settings of all methods, and one that has its own.
    pub(crate) fn seeded(now_ms: i64) -> Self {
        let all = Setting {
            metrics_enabled: true,
            logging_level: "ERROR".to_owned(),
            throttling_rate_limit: 100.0,
            throttling_burst_limit: 200,
            ..Setting::default()
        };
        let own = Setting {
            throttling_rate_limit: 5.0,
            throttling_burst_limit: 5,
            ..all.clone()
        };
        let settings = Settings::from([
            (ALL_METHODS.to_owned(), all),
            (key("/usermanagement/updatePassword", "POST"), own),
        ]);
        Self {
            stages: vec![Stage {
                api: API_ID.to_owned(),
                name: API_STAGE.to_owned(),
                deployment: DEPLOYMENT.to_owned(),
                created_ms: now_ms - 90 * DAY_MS,
                updated_ms: now_ms - 7 * DAY_MS,
                settings: Spread::settled(settings),
            }],
        }
    }
}
