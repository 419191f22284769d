//! The APIs of a new world. Every id is made up.

use std::time::Duration;

use super::api::{Authorizer, Config, Deployment, Method, Methods, RestApi};
use super::part::{ApiGateway, Settings, Stage};
use super::path::{ALL_METHODS, key};
use super::setting::Setting;
use crate::aws::cognito::{self, OLD_POOL, REGION};
use crate::aws::spread::Spread;
use crate::faults::{self, Fault};
use crate::usermanagement::{self, CONTEXT};

/// The id of the API that leads to user management.
pub const API_ID: &str = "a1b2c3d4e5";
/// Its name.
pub const API_NAME: &str = "tis-admins";
/// The stage of it that serves.
pub const API_STAGE: &str = "prod";
/// The id of the API of Reval.
pub const REVAL_API: &str = "r3v4l5a6p7";
/// Its name.
pub const REVAL_API_NAME: &str = "tis-reval";
/// The stage of it that serves.
pub const REVAL_STAGE: &str = "prod";
/// The id of the authoriser that guards it.
pub const REVAL_AUTHORIZER: &str = "re7al1";
/// The path of it that tells a signed-in user who they are.
pub const REVAL_USERINFO: &str = "/profile/api/userinfo";
/// The deployment that its stage serves in a new world.
pub const REVAL_DEPLOYMENT: &str = "d3p1rv";
/// World time from a change of a stage until it is everywhere.
pub const STAGE_SPREAD: Duration = Duration::from_secs(2);

/// The path of the doctors.
pub(super) const DOCTORS: &str = "/api/doctors";
/// An earlier deployment, which is there to be pointed to.
pub(super) const REVAL_CANARY_DEPLOYMENT: &str = "d3p0rv";
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
        for api in [admins(now_ms), reval(now_ms)] {
            if self.apis.iter().all(|one| one.id != api.id) {
                self.apis.push(api);
            }
        }
        let stages = [
            (API_ID, API_STAGE, DEPLOYMENT),
            (REVAL_API, REVAL_STAGE, REVAL_DEPLOYMENT),
        ];
        for (api, name, deployment) in stages {
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

/// The API of Reval, guarded by an authoriser that takes tokens of the old pool.
fn reval(now_ms: i64) -> RestApi {
    let mut methods = Methods::new();
    for path in [REVAL_USERINFO, DOCTORS] {
        *with_path(&mut methods, path) =
            vec![Method::open("OPTIONS"), Method::guarded("GET", REVAL_AUTHORIZER)];
    }
    let config = Config {
        methods,
        authorizers: vec![Authorizer {
            id: REVAL_AUTHORIZER.to_owned(),
            name: "reval-users".to_owned(),
            providers: vec![cognito::arn(OLD_POOL)],
            ttl_s: 300,
        }],
    };
    RestApi {
        id: REVAL_API.to_owned(),
        name: REVAL_API_NAME.to_owned(),
        created_ms: now_ms - 90 * DAY_MS,
        deployments: vec![
            deployed(
                REVAL_CANARY_DEPLOYMENT,
                "release 17",
                now_ms - 40 * DAY_MS,
                &config,
            ),
            deployed(REVAL_DEPLOYMENT, "release 18", now_ms - 7 * DAY_MS, &config),
        ],
        config,
    }
}

/// The methods of a path, with what leads to it.
fn with_path<'a>(methods: &'a mut Methods, path: &str) -> &'a mut Vec<Method> {
    methods.entry("/".to_owned()).or_default();
    for (at, _) in path.match_indices('/').skip(1) {
        methods.entry(path[..at].to_owned()).or_default();
    }
    methods.entry(path.to_owned()).or_default()
}
