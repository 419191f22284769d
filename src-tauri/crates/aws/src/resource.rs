//! Something at AWS that a kind looks at or changes: where a policy grants it, which command reads it, and
//! where the console shows it. Each service makes its own; a window names one and never an address.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use switchback_model::dns::DnsName;
use switchback_model::shell;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// The id by which a window names it: `record:Z0EXAMPLE:apps.example.nhs.test`.
    pub id: String,
    /// What it is, in words.
    pub title: String,
    pub(crate) granted: Granted,
    pub(crate) command: Vec<String>,
    pub(crate) global: bool,
    pub(crate) page: String,
}

/// Where IAM grants it: the parts of an ARN (IAM user guide, "ARN format").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Granted {
    pub(crate) service: &'static str,
    /// What the ARN names of where it stands.
    pub(crate) stands: Stands,
    pub(crate) rest: String,
    /// The name to whose record sets a change is narrowed by conditions.
    pub(crate) name: Option<DnsName>,
}

/// What an ARN names of where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stands {
    /// Neither region nor account.
    Nowhere,
    /// The region alone.
    InRegion,
    /// Region and account.
    InAccount,
    /// The account, and the home region of what is before CloudFront.
    AtHome,
    /// The account alone: it stands everywhere.
    OfAccount,
}

/// The hosts whose pages may be opened (AWS Management Console user guide; AWS GovCloud and AWS China
/// user guides).
const CONSOLES: [&str; 3] = [
    "console.aws.amazon.com",
    "console.amazonaws-us-gov.com",
    "console.amazonaws.cn",
];

/// The partition of a region, its console, and the console's home region.
fn partition(region: &str) -> (&'static str, &'static str, &'static str) {
    match region {
        r if r.starts_with("us-gov-") => ("aws-us-gov", CONSOLES[1], "us-gov-west-1"),
        r if r.starts_with("cn-") => ("aws-cn", CONSOLES[2], "cn-northwest-1"),
        _ => ("aws", CONSOLES[0], "us-east-1"),
    }
}

impl Resource {
    /// The command that reads it, for a POSIX shell.
    #[must_use]
    pub fn cli(&self, region: &str) -> String {
        // The service and the operation are ours; what follows may hold anything.
        let (ours, values) = self.command.split_at(self.command.len().min(2));
        let mut words = vec!["aws".to_owned()];
        words.extend(ours.iter().cloned());
        if !self.global {
            words.extend(["--region".to_owned(), word(region)]);
        }
        words.extend(values.iter().map(|value| word(value)));
        words.join(" ")
    }

    /// Its ARN in the region and the account of a target.
    #[must_use]
    pub fn arn(&self, region: &str, account: &str) -> String {
        self.arn_with(&self.granted.rest, region, account)
    }

    fn arn_with(&self, rest: &str, region: &str, account: &str) -> String {
        let (partition, _, home) = partition(region);
        let (region, account) = match self.granted.stands {
            Stands::Nowhere => ("", ""),
            Stands::InRegion => (region, ""),
            Stands::InAccount => (region, account),
            Stands::AtHome => (home, account),
            Stands::OfAccount => ("", account),
        };
        let service = self.granted.service;
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    }

    /// As [`Self::granted_on`], of something else of what it belongs to.
    #[must_use]
    pub fn granted_beside(&self, of: &str, is: &str) -> String {
        let on = self.granted_on();
        format!("{}{is}", on.split_once(of).map_or(on, |(before, _)| before))
    }

    /// The ARN of something else of what it belongs to, as [`On::Beside`](crate::On::Beside) says.
    #[must_use]
    pub fn arn_beside(&self, of: &str, is: &str, region: &str, account: &str) -> String {
        let rest = self.granted.rest.as_str();
        let before = rest.split_once(of).map_or(rest, |(before, _)| before);
        self.arn_with(&format!("{before}{is}"), region, account)
    }

    /// The ARN without an alias or a version, as [`On::Unqualified`](crate::On::Unqualified) says.
    #[must_use]
    pub fn arn_unqualified(&self, region: &str, account: &str) -> String {
        self.arn_with(self.granted_unqualified(), region, account)
    }

    /// What that is granted on: `function:NAME` of `function:NAME:live`.
    #[must_use]
    pub fn granted_unqualified(&self) -> &str {
        let rest = self.granted.rest.as_str();
        match rest.match_indices(':').nth(1) {
            Some((at, _)) => rest.get(..at).unwrap_or(rest),
            None => rest,
        }
    }

    /// What its permissions are granted on, without the words for its kind: a zone's id, a parameter's name.
    #[must_use]
    pub fn granted_on(&self) -> &str {
        let rest = &self.granted.rest;
        rest.split_once('/').map_or(rest, |(_, object)| object)
    }

    /// An ARN of its service with another rest, such as a change that has no id yet.
    #[must_use]
    pub fn arn_of(&self, rest: &str, region: &str) -> String {
        format!("arn:{}:{}:::{rest}", partition(region).0, self.granted.service)
    }

    /// The name to whose record sets a change is narrowed by conditions.
    #[must_use]
    pub fn narrowed_to(&self) -> Option<&DnsName> {
        self.granted.name.as_ref()
    }

    /// Its page in the AWS console of a region.
    #[must_use]
    pub fn console_url(&self, region: &str) -> String {
        let (_, host, home) = partition(region);
        let shown = part(if self.global { home } else { region });
        format!("https://{shown}.{host}/{}", self.page.replace("{region}", &shown))
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

/// The words of a command.
pub(crate) fn words<const N: usize>(all: [&str; N]) -> Vec<String> {
    all.into_iter().map(str::to_owned).collect()
}

/// What RFC 3986 (2.3) reserves nowhere stays as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One part of an address: what has a meaning there is escaped (RFC 3986, 2.1).
pub(crate) fn part(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// One word for a POSIX shell.
fn word(text: &str) -> String {
    shell::word(text)
}
