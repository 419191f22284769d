//! Where a resource is found: the AWS CLI command that reads it, and its page in the AWS console. Both
//! are made here, from a plan; a window names a resource and never an address.

use std::collections::BTreeSet;

use switchback_model::dns::DnsName;
use switchback_model::{Plan, Step, TargetKind};

use crate::uses;
use crate::wire::ResourceView;

/// Something at AWS that a step looks at or changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// A hosted zone.
    Zone {
        /// Its id, without `/hostedzone/`.
        zone_id: String,
    },
    /// The record sets of a name.
    Record {
        /// The zone's id.
        zone_id: String,
        /// The name.
        name: DnsName,
    },
    /// A user pool.
    Pool {
        /// Its id.
        pool_id: String,
    },
    /// An app client of a user pool.
    Client {
        /// The pool's id.
        pool_id: String,
        /// The client's id.
        client_id: String,
    },
    /// The domain of a user pool's sign-in pages.
    Domain {
        /// The pool's id.
        pool_id: String,
        /// The custom domain whole, or the prefix of one of Amazon's.
        domain: String,
    },
    /// The second factor that a user pool asks for.
    SecondFactor {
        /// The pool's id.
        pool_id: String,
    },
}

/// The hosts whose pages may be opened (AWS Management Console user guide; AWS GovCloud and AWS China
/// user guides).
const CONSOLES: [&str; 3] = [
    "console.aws.amazon.com",
    "console.amazonaws-us-gov.com",
    "console.amazonaws.cn",
];

impl Resource {
    /// The id by which a window names it: `record:Z0EXAMPLE:apps.example.nhs.test`.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Zone { zone_id } => format!("zone:{zone_id}"),
            Self::Record { zone_id, name } => format!("record:{zone_id}:{}", name.host()),
            Self::Pool { pool_id } => format!("pool:{pool_id}"),
            Self::Client { pool_id, client_id } => format!("client:{pool_id}:{client_id}"),
            Self::Domain { pool_id, domain } => format!("domain:{pool_id}:{domain}"),
            Self::SecondFactor { pool_id } => format!("mfa:{pool_id}"),
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Zone { zone_id } => format!("Hosted zone {zone_id}"),
            Self::Record { name, .. } => format!("Records of {}", name.host()),
            Self::Pool { pool_id } => format!("User pool {pool_id}"),
            Self::Client { client_id, .. } => format!("App client {client_id}"),
            Self::Domain { domain, .. } => format!("Sign-in domain {domain}"),
            Self::SecondFactor { pool_id } => format!("Second factor of {pool_id}"),
        }
    }

    /// The command that reads it.
    #[must_use]
    pub fn cli(&self, region: &str) -> String {
        match self {
            Self::Zone { zone_id } => format!("aws route53 get-hosted-zone --id {}", word(zone_id)),
            // Route 53 has no filter by name: the list starts there, and the rest is left out.
            Self::Record { zone_id, name } => format!(
                "aws route53 list-resource-record-sets --hosted-zone-id {} --start-record-name {} --query {}",
                word(zone_id),
                word(name.host()),
                word(&format!("ResourceRecordSets[?Name=='{}.']", name.host()))
            ),
            Self::Pool { pool_id } => format!(
                "aws cognito-idp describe-user-pool --region {} --user-pool-id {}",
                word(region),
                word(pool_id)
            ),
            Self::Client { pool_id, client_id } => format!(
                "aws cognito-idp describe-user-pool-client --region {} --user-pool-id {} --client-id {}",
                word(region),
                word(pool_id),
                word(client_id)
            ),
            Self::Domain { domain, .. } => format!(
                "aws cognito-idp describe-user-pool-domain --region {} --domain {}",
                word(region),
                word(domain)
            ),
            Self::SecondFactor { pool_id } => format!(
                "aws cognito-idp get-user-pool-mfa-config --region {} --user-pool-id {}",
                word(region),
                word(pool_id)
            ),
        }
    }

    /// The hosted zone that it is or lies in.
    #[must_use]
    pub fn zone_id(&self) -> Option<&str> {
        match self {
            Self::Zone { zone_id } | Self::Record { zone_id, .. } => Some(zone_id),
            Self::Pool { .. } | Self::Client { .. } | Self::Domain { .. } | Self::SecondFactor { .. } => None,
        }
    }

    /// The user pool that it is or lies in.
    #[must_use]
    pub fn pool_id(&self) -> Option<&str> {
        match self {
            Self::Pool { pool_id }
            | Self::Client { pool_id, .. }
            | Self::Domain { pool_id, .. }
            | Self::SecondFactor { pool_id } => Some(pool_id),
            Self::Zone { .. } | Self::Record { .. } => None,
        }
    }

    /// Its page in the AWS console of a region.
    #[must_use]
    pub fn console_url(&self, region: &str) -> String {
        let (host, home) = match region {
            r if r.starts_with("us-gov-") => (CONSOLES[1], "us-gov-west-1"),
            r if r.starts_with("cn-") => (CONSOLES[2], "cn-northwest-1"),
            _ => (CONSOLES[0], "us-east-1"),
        };
        let region = part(region);
        let cognito = format!("https://{region}.{host}/cognito/v2/idp/user-pools");
        match self {
            // Route 53 is one service for a whole partition; its console is in the partition's home.
            Self::Zone { zone_id } | Self::Record { zone_id, .. } => {
                format!(
                    "https://{home}.{host}/route53/v2/hostedzones?region={home}#ListRecordSets/{}",
                    part(zone_id)
                )
            }
            // The overview leads to the rest of a pool, whatever the console calls it this year.
            Self::Pool { pool_id } | Self::Domain { pool_id, .. } | Self::SecondFactor { pool_id } => {
                format!("{cognito}/{}/overview?region={region}", part(pool_id))
            }
            Self::Client { pool_id, client_id } => format!(
                "{cognito}/{}/applications/app-clients/{}/overview?region={region}",
                part(pool_id),
                part(client_id)
            ),
        }
    }
}

/// Whether an address is one of the AWS console's pages. The last guard before it is opened: the
/// scheme, the host to its end, no user and no port.
#[must_use]
pub fn is_console(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    let known = CONSOLES.iter().any(|console| {
        host.strip_suffix(console)
            .and_then(|region| region.strip_suffix('.'))
            .is_some_and(|region| !region.is_empty() && region.bytes().all(plain))
    });
    known
        && url
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\"'<>\\`{}|^".contains(&b))
}

/// What a step looks at or changes, at AWS.
#[must_use]
pub fn of_step(step: &Step) -> Vec<Resource> {
    let all: BTreeSet<Resource> = uses::of_step(step)
        .into_iter()
        .filter_map(|used| used.on)
        .collect();
    all.into_iter().collect()
}

/// The views of a step's resources. The AWS console knows nothing of a rehearsal or an emulator.
#[must_use]
pub fn views(plan: &Plan, step: &Step, custom_endpoint: bool) -> Vec<ResourceView> {
    let target = &plan.target;
    let real = !custom_endpoint && !matches!(target.kind, TargetKind::Rehearsal | TargetKind::Test);
    of_step(step)
        .into_iter()
        .map(|resource| ResourceView {
            id: resource.id(),
            title: resource.title(),
            cli: resource.cli(&target.region),
            in_console: real,
        })
        .collect()
}

/// The address of a resource that a plan names, by its id. `None` = the plan names no such thing, or
/// AWS does not know it.
#[must_use]
pub fn console_url(plan: &Plan, custom_endpoint: bool, id: &str) -> Option<String> {
    let step = plan.steps().find(|step| {
        views(plan, step, custom_endpoint)
            .iter()
            .any(|view| view.in_console && view.id == id)
    })?;
    let resource = of_step(step).into_iter().find(|resource| resource.id() == id)?;
    Some(resource.console_url(&plan.target.region)).filter(|url| is_console(url))
}

/// One part of an address: what has a meaning there is escaped (RFC 3986, 2.1).
fn part(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// One word for a POSIX shell.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-/:".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests;
