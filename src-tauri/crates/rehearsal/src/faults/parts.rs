//! What a fault can be about: a site, another zone, a leak, a permission, a release, an application, a path.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Site {
    /// The side that serves before the switch, `192.0.2.10`.
    Old,
    /// The side that serves after the switch, `198.51.100.20`.
    New,
    /// Reval, another application with a name of its own, `198.51.100.30`; no switch touches it.
    Reval,
    /// The API that leads to user management, under its own name, `198.51.100.40`.
    Gateway,
}

impl Site {
    /// `old`, `new`, `reval` or `gateway`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
            Self::Reval => "reval",
            Self::Gateway => "gateway",
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An application that has a REST API with an authoriser and a distribution of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum App {
    /// Reval, which is moved from one pool to the other.
    #[default]
    Reval,
    /// The new Admins-UI on CloudFront, to which the name is switched, and the gateway that it calls.
    Admins,
}

impl App {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Reval, Self::Admins];

    /// `reval` or `admins`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reval => "reval",
            Self::Admins => "admins",
        }
    }

    /// Whose it is, at the beginning of a sentence or in it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Reval => "Reval",
            Self::Admins => "Admins-UI",
        }
    }
}

impl fmt::Display for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A hosted zone beside the one that holds the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OtherZone {
    /// A private zone of the same name, which hides the public one inside its VPCs.
    Private,
    /// A second public zone of the same name, to which nothing is delegated.
    Public,
    /// A zone of the name itself, to which the zone that holds the name delegates it.
    Delegated,
    /// None: the zone's servers stand under names of its own, in its NS record and at its parent.
    WhiteLabel,
    /// The same, and a second public zone beside it that has copies of its NS and SOA records.
    WhiteLabelCopy,
}

impl OtherZone {
    /// `private`, `public`, `delegated`, `white-label` or `white-label-copy`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Public => "public",
            Self::Delegated => "delegated",
            Self::WhiteLabel => "white-label",
            Self::WhiteLabelCopy => "white-label-copy",
        }
    }
}

/// A way past the restriction of user management.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leak {
    /// One route, `POST /api/users/{u}/mfa/reset`.
    Route,
    /// One method, PUT.
    Method,
    /// Spellings with a `%` in them.
    Spelling,
    /// Another method in a header, which the application takes and the restriction does not see.
    Override,
    /// Escapes in the part of a path that the firewall's rule names: the rule does not decode.
    Undecoded,
    /// A parameter behind that part: the firewall's rule does not think of one.
    Parameter,
    /// The gateway's own name.
    Name,
    /// None that stays: what is changed is everywhere late.
    Late,
}

impl Leak {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Route,
        Self::Method,
        Self::Spelling,
        Self::Override,
        Self::Undecoded,
        Self::Parameter,
        Self::Name,
        Self::Late,
    ];

    /// `route`, `method`, `spelling`, `override`, `undecoded`, `parameter`, `name` or `late`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::Method => "method",
            Self::Spelling => "spelling",
            Self::Override => "override",
            Self::Undecoded => "undecoded",
            Self::Parameter => "parameter",
            Self::Name => "name",
            Self::Late => "late",
        }
    }
}

/// A release of Reval's user interface at its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevalRelease {
    /// The build that signs in at the old pool.
    Old,
    /// The build that signs in at the new pool.
    New,
    /// The new build, all but its main script: the origin answers for that as for every path that is no file.
    Half,
    /// The new build, made for a pool that is neither.
    Wrong,
}

impl RevalRelease {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Old, Self::New, Self::Half, Self::Wrong];

    /// `old`, `new`, `half` or `wrong`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
            Self::Half => "half",
            Self::Wrong => "wrong",
        }
    }
}

impl fmt::Display for RevalRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What became of the statement that lets the pool invoke its migrate-user trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// There is none.
    Gone,
    /// It stands with an alias of the function, and the pool names the function without one.
    Alias,
}

impl Permission {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Gone, Self::Alias];

    /// `gone` or `alias`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Alias => "alias",
        }
    }
}
