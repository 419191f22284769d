//! AWS adapters, one folder a service, behind the target guard.
//!
//! Every service is reached through [`Aws`]: it fixes credentials, time-outs, retries and pace for
//! the whole program. The only mutating request is Route 53's `ChangeResourceRecordSets`.

pub mod checks;
pub mod cognito;
mod connect;
mod credentials;
mod delegation;
mod error;
pub mod guard;
mod http;
pub mod net;
mod observe;
mod pace;
mod profile;
pub mod profiles;
mod reading;
pub mod route53;
mod session;
mod sign_in;
mod source;
mod sts;
mod unsent;

pub use connect::{Aws, AwsOptions, check_endpoint};
pub use delegation::Outside;
pub use guard::{assert_identity, masked, role_of};
pub use http::Way;
pub use profiles::{Profiles, profiles};
pub use route53::{HostedZone, NameAction};
pub use session::Session;

#[cfg(test)]
mod tests;
