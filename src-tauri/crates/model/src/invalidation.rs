//! CloudFront: copies at the edges are dropped, so that they are fetched anew (CloudFront developer guide, "Invalidate
//! files to remove content").

use serde::{Deserialize, Serialize};

use crate::dns::DnsName;
use crate::field::Field;

/// Has every edge drop its copies of some paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalidate {
    /// The id of the distribution.
    pub distribution: String,
    /// The paths, each with its leading slash; a `*` stands at the end of one or nowhere.
    pub paths: Vec<String>,
    /// The name that the distribution must answer for, so that it is the one that is meant; absent = any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<DnsName>,
}

/// A distribution is deployed, answers for these names, and leads these paths to where they belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistributionCheck {
    /// The id of the distribution.
    pub distribution: String,
    /// The names that it must answer for, and that no other distribution may hold.
    pub hosts: Vec<DnsName>,
    /// Paths, each of which must have a behaviour of its own: the default one leads elsewhere. One with the same origin as
    /// that counts where its pattern names the path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routed: Vec<String>,
}

/// A distribution as far as an invalidation rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// The names that it answers for beside its own, sorted.
    pub aliases: Vec<String>,
    /// Whether it answers anybody.
    pub enabled: bool,
}

impl Distribution {
    /// Whether it has a host among its names.
    #[must_use]
    pub fn is_named(&self, host: &DnsName) -> bool {
        let host = host.as_str().trim_end_matches('.');
        let mut names = self.aliases.iter();
        names.any(|alias| alias.trim_end_matches('.').eq_ignore_ascii_case(host))
    }

    /// Whether it answers for a host, by its name or by a wildcard in the place of the host's first label (CloudFront
    /// developer guide, "Use custom URLs", "Use wildcards in alternate domain names").
    #[must_use]
    pub fn answers_for(&self, host: &DnsName) -> bool {
        let host = host.as_str().trim_end_matches('.').to_ascii_lowercase();
        let behind = host.split_once('.').map(|(_, behind)| behind);
        self.aliases.iter().any(|alias| {
            let alias = alias.trim_end_matches('.').to_ascii_lowercase();
            match alias.strip_prefix("*.") {
                Some(rest) => behind == Some(rest),
                None => alias == host,
            }
        })
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        vec![
            Field::new("names", self.aliases.join(", ")),
            Field::new("enabled", if self.enabled { "yes" } else { "no" }),
        ]
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        vec![self.words()]
    }

    /// What it is, in one line.
    #[must_use]
    pub fn words(&self) -> String {
        let names = match self.aliases.is_empty() {
            true => "no name but its own".to_owned(),
            false => self.aliases.join(", "),
        };
        let is = if self.enabled { "enabled" } else { "disabled" };
        format!("answers for {names}; {is}")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let distribution = Distribution {
            aliases: vec!["*.example.nhs.test".to_owned(), "a.b.test".to_owned()],
            enabled: true,
        };
        let answers = |host: &str| distribution.answers_for(&DnsName::new(host).unwrap());
        assert!(answers("reval.example.nhs.test") && answers("A.b.test."));
        assert!(!answers("x.reval.example.nhs.test") && !answers("example.nhs.test") && !answers("b.test"));
    }
}
