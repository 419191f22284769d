//! What a profile of the AWS files holds, followed to the end of its `source_profile`s. Names and
//! kinds only: no key, token or program is ever read out.

use aws_config::profile::{Profile, ProfileSet};

/// A chain of `source_profile` longer than this is taken to be a loop.
const LONGEST: usize = 10;

/// What a profile, or the one at the end of its `source_profile`s, holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// IAM Identity Center; `aws sso login` is run for this profile.
    SignOn {
        /// The profile that holds the session.
        profile: String,
        /// The `sso-session`, or in the older form the start URL: by it the token is found.
        session: String,
        /// Whether it is the form without an `sso-session`, whose token nobody can renew.
        legacy: bool,
    },
    /// A program that gives credentials.
    Process {
        /// The profile that names it.
        profile: String,
    },
    /// A console session, by `aws login`.
    Console {
        /// The profile that holds the session.
        profile: String,
        /// The ARN of the session: by it the token is found.
        session: String,
    },
    /// Keys in a file.
    Keys {
        /// The profile that holds them.
        profile: String,
        /// Whether a session token stands beside them, so that they end.
        session: bool,
    },
    /// A role by a token file.
    WebIdentity {
        /// The profile that names it.
        profile: String,
    },
    /// A role by `credential_source`.
    Role {
        /// The profile that names it.
        profile: String,
        /// `Environment`, `Ec2InstanceMetadata` or `EcsContainer`, where it is given.
        source: Option<String>,
    },
    /// It is there, and says nothing about credentials.
    Nothing {
        /// The profile.
        profile: String,
    },
    /// It is not there.
    Absent {
        /// The profile that is not.
        profile: String,
        /// Those that are, sorted.
        known: Vec<String>,
    },
    /// The files can't be read.
    Unreadable,
    /// `source_profile` leads round in a circle.
    Circle,
}

impl Kind {
    /// The profile that holds it.
    pub(crate) fn profile(&self) -> Option<&str> {
        match self {
            Self::SignOn { profile, .. }
            | Self::Process { profile }
            | Self::Console { profile, .. }
            | Self::Keys { profile, .. }
            | Self::WebIdentity { profile }
            | Self::Role { profile, .. }
            | Self::Nothing { profile }
            | Self::Absent { profile, .. } => Some(profile),
            Self::Unreadable | Self::Circle => None,
        }
    }
}

/// A role on the way from a profile to its credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleStep {
    /// The profile that names the role.
    pub(crate) profile: String,
    /// Whether it names an MFA device.
    pub(crate) mfa: bool,
}

/// A profile followed to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traced {
    /// The roles that are assumed, the profile's own first.
    pub(crate) roles: Vec<RoleStep>,
    /// Where the credentials come from in the end.
    pub(crate) kind: Kind,
}

impl Traced {
    /// Without roles.
    pub(crate) fn plain(kind: Kind) -> Self {
        Self {
            roles: Vec::new(),
            kind,
        }
    }

    /// The profile whose role wants a code from an MFA device.
    pub(crate) fn mfa(&self) -> Option<&str> {
        self.roles
            .iter()
            .find(|role| role.mfa)
            .map(|role| role.profile.as_str())
    }
}

/// Follows a profile, in the order in which the SDK looks (aws-config, `profile/credentials/repr.rs`):
/// a role, then `credential_source`, a token file, IAM Identity Center, `aws login`, a program, keys; a
/// source's keys go before all else of it.
pub(crate) fn trace(profiles: &ProfileSet, name: &str) -> Traced {
    let mut name = name.to_owned();
    let mut roles: Vec<RoleStep> = Vec::new();
    loop {
        let Some(found) = profiles.get_profile(&name) else {
            return Traced {
                roles,
                kind: absent(profiles, name),
            };
        };
        if !roles.is_empty() && has(found, "aws_access_key_id") {
            let kind = keys(found, name);
            return Traced { roles, kind };
        }
        if !has(found, "role_arn") || has(found, "web_identity_token_file") {
            let kind = base(profiles, found, name);
            return Traced { roles, kind };
        }
        roles.push(RoleStep {
            profile: name.clone(),
            mfa: has(found, "mfa_serial"),
        });
        match found.get("source_profile") {
            // A profile may be its own source: then its keys are the source (AWS CLI user guide, "Use an
            // IAM role").
            Some(source) if source == name => {
                let kind = base(profiles, found, name);
                return Traced { roles, kind };
            }
            Some(source) if roles.len() < LONGEST => name = source.to_owned(),
            Some(_) => {
                return Traced {
                    roles,
                    kind: Kind::Circle,
                };
            }
            None => {
                let source = found.get("credential_source").map(str::to_owned);
                return Traced {
                    roles,
                    kind: Kind::Role {
                        profile: name,
                        source,
                    },
                };
            }
        }
    }
}

fn has(profile: &Profile, key: &str) -> bool {
    profile.get(key).is_some_and(|value| !value.is_empty())
}

fn base(profiles: &ProfileSet, found: &Profile, profile: String) -> Kind {
    let text = |key: &str| {
        found
            .get(key)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    if let Some(source) = text("credential_source") {
        Kind::Role {
            profile,
            source: Some(source),
        }
    } else if has(found, "web_identity_token_file") {
        Kind::WebIdentity { profile }
    } else if let Some(session) = text("sso_session") {
        match profiles.sso_session(&session) {
            Some(_) => Kind::SignOn {
                profile,
                session,
                legacy: false,
            },
            // A name that leads nowhere: nothing can be found by it, as by none.
            None => Kind::SignOn {
                profile,
                session: String::new(),
                legacy: false,
            },
        }
    } else if let Some(session) = text("sso_start_url") {
        Kind::SignOn {
            profile,
            session,
            legacy: true,
        }
    } else if let Some(session) = text("login_session") {
        Kind::Console { profile, session }
    } else if has(found, "credential_process") {
        Kind::Process { profile }
    } else if has(found, "aws_access_key_id") {
        keys(found, profile)
    } else {
        Kind::Nothing { profile }
    }
}

fn keys(found: &Profile, profile: String) -> Kind {
    Kind::Keys {
        profile,
        session: has(found, "aws_session_token"),
    }
}

fn absent(profiles: &ProfileSet, profile: String) -> Kind {
    let mut known: Vec<String> = profiles.profiles().map(str::to_owned).collect();
    known.sort();
    known.truncate(20);
    Kind::Absent { profile, known }
}
