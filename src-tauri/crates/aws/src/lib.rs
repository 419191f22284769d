//! AWS adapters, one folder a service, behind the target guard.
//!
//! Every service is reached through [`Aws`]: it fixes credentials, time-outs, retries and pace for
//! the whole program. Which operations there are, and which of them change something, is declared as
//! [`op::Op`], beside the code that makes them.

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
pub mod op;
mod pace;
mod profile;
pub mod profiles;
mod reading;
pub mod route53;
mod session;
mod sign_in;
mod source;
pub mod sts;
mod unsent;

pub use connect::{Aws, AwsOptions, check_endpoint};
pub use delegation::Outside;
pub use guard::{assert_identity, masked, role_of};
pub use http::Way;
pub use op::{On, Op};
pub use profiles::{Profiles, profiles};
pub use route53::{HostedZone, NameAction};
pub use session::Session;

#[cfg(test)]
mod tests;
