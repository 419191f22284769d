//! AWS adapters, one folder a service, behind the target guard.
//!
//! Every service is reached through [`Aws`]: it fixes credentials, time-outs, retries and pace for
//! the whole program. Which operations there are, and which of them change something, is declared as
//! [`op::Op`], beside the code that makes them.

mod against;
pub mod apigateway;
mod bundle;
pub mod change;
pub mod cloudfront;
mod codes;
pub mod cognito;
mod connect;
mod connect_errors;
mod credentials;
mod delegation;
pub mod ecs;
mod elsewhere;
mod environment;
mod error;
mod files;
mod grammar;
pub mod guard;
mod http;
pub mod identity;
pub mod lambda;
pub mod look;
pub mod net;
mod observe;
pub mod op;
mod pace;
mod process;
mod profile;
pub mod profiles;
mod raw;
pub mod resource;
pub mod route53;
pub mod service;
mod session;
mod sign_in;
mod source;
pub mod ssm;
pub mod sts;
pub mod waf;
mod way;

pub use bundle::{Bundle, Unread};
pub use change::{Against, AnyChange, Bound, Change};
pub use connect::{Aws, AwsOptions, check_endpoint};
pub use delegation::Outside;
pub use elsewhere::{Detour, Elsewhere, Heeded, endpoint_of_mark};
pub use files::FileNote;
pub use guard::{assert_identity, masked, role_of};
pub use http::{ProxyRoute, read_authorities};
pub use identity::IdentityLook;
pub use look::{AnyLook, Look};
pub use op::{On, Op};
pub use pace::{ListPace, MOST_LISTS, usual_lists};
pub use profiles::{Profiles, profiles};
pub use resource::Resource;
pub use route53::HostedZone;
pub use service::Service;
pub use session::Session;

#[cfg(test)]
mod tests;
