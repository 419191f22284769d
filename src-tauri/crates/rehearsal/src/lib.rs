//! The embedded closed world: Route 53, STS, Cognito, Lambda, Parameter Store, ECS, WAF, API Gateway, CloudFront, DNS and
//! four sites on loopback, with user management behind three of them, Reval and the new side behind CloudFront, and faults.
//!
//! [`World::start`] opens a world in a directory and serves it from this process. Others reach it by
//! the [`Handle`] that lies there, with the AWS SDK or CLI at [`Handle::endpoint`], with DNS at
//! [`Handle::name_servers`] and [`Handle::resolvers`], with HTTP through [`Handle::dial`], and drive it
//! with [`control::Client`]. Every commit is on disk before its answer leaves, so a kill at any moment
//! loses nothing; [`ScaledClock`] makes all processes agree about the time.

mod adminsui;
mod aws;
mod clock;
pub mod control;
mod core;
mod disk;
mod dns;
mod faults;
mod gateway;
mod guardedapi;
mod handle;
mod http;
mod log;
mod records;
mod reval;
mod seed;
mod sites;
mod snapshot;
mod state;
mod tls;
mod usermanagement;
mod world;
mod zones;

pub use adminsui::{ADMINS_NEW_API_URL, ADMINS_WRONG_POOL};
pub use aws::apigateway::{
    ADMINS_NEW_API, ADMINS_NEW_API_NAME, ADMINS_NEW_AUTHORIZER, ADMINS_NEW_DEPLOYMENT, ADMINS_NEW_STAGE,
    API_ID, API_NAME, API_STAGE, HTTP_API, REVAL_API, REVAL_API_NAME, REVAL_AUTHORIZER, REVAL_DEPLOYMENT,
    REVAL_STAGE, REVAL_USERINFO, STAGE_SPREAD,
};
pub use aws::cloudfront::{
    ADMINS_CERTIFICATE, ADMINS_DISTRIBUTION, ADMINS_DISTRIBUTION_ARN, ADMINS_DISTRIBUTION_DOMAIN,
    ADMINS_PATHS, DISTRIBUTION, DISTRIBUTION_ARN, DISTRIBUTION_DOMAIN, INVALIDATION_TAKES, MOST_WILDCARDS,
    REVAL_CERTIFICATE,
};
pub use aws::cognito::{
    ADMINS_CLIENT, ADMINS_DOMAIN, ADMINS_POOL, CANARY_PASSWORD, CANARY_USER, MAIL_FROM, MIGRATE_USER_ARN,
    OLD_CLIENT, OLD_POOL, OLD_PRE_TOKEN_ARN, PRE_TOKEN_ARN, TOKENS_AHEAD,
};
pub use aws::ecs::{
    CLUSTER_NAME, DELETED_SERVICE_NAME, IMAGE_DIGEST, INACTIVE_TASK_REVISION, OLDER_TASK_REVISION,
    OTHER_IMAGE_DIGEST, SERVICE_NAME, TASK_FAMILY, TASK_REVISION,
};
pub use aws::keys::AccessKey;
pub use aws::lambda::{MIGRATE_USER_ALIAS, OLD_USER};
pub use aws::ssm::{
    MAINTENANCE_PARAMETER, ORIGINS_PARAMETER, PROFILES_PARAMETER, SECRET_KEY_ALIAS, SECRET_PARAMETER,
};
pub use aws::waf::{FREEZE_RULE, WAF_SPREAD, WEB_ACL_ID, WEB_ACL_NAME};
pub use clock::ScaledClock;
pub use control::Client;
pub use faults::{
    App, Drill, Fault, FaultPart, Leak, NightPart, NotAFault, OtherZone, Permission, RevalRelease, Site,
};
pub use handle::{Handle, NameServer};
pub use log::{LogEntry, Outcome, ParameterPut, ServiceRolled};
pub use records::{Action, Alias, BatchItem, RecordSet, Routing};
pub use reval::{
    COPIES_LIVE, REVAL_API_URL, REVAL_CLIENT, REVAL_NEW_BUILD, REVAL_OLD_DOMAIN, REVAL_WRONG_POOL, RevalBuild,
};
pub use seed::{
    ACCESS_KEY, ACCOUNT, ADMINS_NEW_API_HOST, APPS_NAME, NAME_SERVERS, OTHER_ACCESS_KEY, OTHER_ACCOUNT,
    REVAL_API_HOST, ROLES, SECOND_WRITER_ADDRESS, SECRET_KEY, ZONE_ID, ZONE_NAME,
};
pub use snapshot::{
    ApiConfigView, ApiView, AuthorizerView, ChangeView, DeployedView, DeploymentView, DistributionView,
    EdgeView, FirewallView, InvalidationView, ParameterView, RevalView, ServiceView, Serving, SiteView,
    Snapshot, StageView, TaskView, TokenView,
};
pub use world::{Arrivals, World, WorldError, WorldOptions};
