//! The APIs of a new world. Every id is made up.

use std::time::Duration;

use super::api::{Config, Deployment, Method, Methods, RestApi};
use super::guarded::{Guarded, of_app};
use super::part::{ApiGateway, Settings, Stage};
use super::path::{ALL_METHODS, key};
use super::setting::Setting;
use crate::aws::cognito::REGION;
use crate::aws::spread::Spread;
use crate::faults::{self, App, Fault};
use crate::usermanagement::{self, CONTEXT};

/// The id of the API that leads to user management.
pub const API_ID: &str = "a1b2c3d4e5";
/// Its name.
pub const API_NAME: &str = "tis-admins";
/// The stage of it that serves.
pub const API_STAGE: &str = "prod";
/// World time from a change of a stage until it is everywhere.
pub const STAGE_SPREAD: Duration = Duration::from_secs(2);

/// The deployment that the stage before user management serves.
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
    /// As at the beginning of a world.
    pub(crate) fn seeded(now_ms: i64) -> Self {
        let mut seeded = Self::default();
        seeded.complete(now_ms);
        seeded
    }

    /// Gives the seeds that were not there yet when the state was saved: all, or what has come since.
    pub(crate) fn complete(&mut self, now_ms: i64) {
        let guarded = App::ALL.map(of_app);
        let apis = guarded.iter().map(|row| api_of(row, now_ms));
        for api in std::iter::once(admins(now_ms)).chain(apis) {
            if self.apis.iter().all(|one| one.id != api.id) {
                self.apis.push(api);
            }
        }
        let stages = guarded.iter().map(|row| {
            let [_, (deployment, _)] = row.deployments;
            (row.id, row.stage, deployment)
        });
        for (api, name, deployment) in std::iter::once((API_ID, API_STAGE, DEPLOYMENT)).chain(stages) {
            if self.stages.iter().all(|one| one.api != api) {
                self.stages.push(stage(api, name, deployment, now_ms));
            }
        }
    }
}

/// A stage: with settings of all methods, and before user management one that has its own.
fn stage(api: &str, name: &str, deployment: &str, now_ms: i64) -> Stage {
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
    let mut settings = Settings::from([(ALL_METHODS.to_owned(), all)]);
    if api == API_ID {
        settings.insert(key("/usermanagement/updatePassword", "POST"), own);
    }
    Stage {
        api: api.to_owned(),
        name: name.to_owned(),
        deployment: Spread::settled(deployment.to_owned()),
        created_ms: now_ms - 90 * DAY_MS,
        updated_ms: now_ms - 7 * DAY_MS,
        settings: Spread::settled(settings),
        verdicts: super::verdicts::Verdicts::default(),
    }
}

fn deployed(id: &str, description: &str, created_ms: i64, config: &Config) -> Deployment {
    Deployment {
        id: id.to_owned(),
        description: Some(description.to_owned()),
        created_ms,
        config: config.clone(),
    }
}

/// The API before user management, which asks for credentials itself: each route, with `OPTIONS` beside it.
fn admins(now_ms: i64) -> RestApi {
    let mut methods = Methods::new();
    for route in usermanagement::ROUTES {
        let path = format!("/{CONTEXT}{}", route.path);
        let of_path = with_path(&mut methods, &path);
        if of_path.is_empty() {
            of_path.push(Method::open("OPTIONS"));
        }
        of_path.push(Method::open(route.method));
    }
    let config = Config {
        methods,
        authorizers: Vec::new(),
    };
    RestApi {
        id: API_ID.to_owned(),
        name: API_NAME.to_owned(),
        created_ms: now_ms - 90 * DAY_MS,
        deployments: vec![deployed(DEPLOYMENT, "release 41", now_ms - 7 * DAY_MS, &config)],
        config,
    }
}

/// An API that an authoriser guards.
fn api_of(row: &Guarded, now_ms: i64) -> RestApi {
    let config = row.config();
    let [(earlier, then), (present, now)] = row.deployments;
    RestApi {
        id: row.id.to_owned(),
        name: row.name.to_owned(),
        created_ms: now_ms - 90 * DAY_MS,
        deployments: vec![
            deployed(earlier, then, now_ms - 40 * DAY_MS, &config),
            deployed(present, now, now_ms - 7 * DAY_MS, &config),
        ],
        config,
    }
}

/// The methods of a path, with what leads to it.
pub(super) fn with_path<'a>(methods: &'a mut Methods, path: &str) -> &'a mut Vec<Method> {
    methods.entry("/".to_owned()).or_default();
    for (at, _) in path.match_indices('/').skip(1) {
        methods.entry(path[..at].to_owned()).or_default();
    }
    methods.entry(path.to_owned()).or_default()
}
