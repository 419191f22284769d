//! What a profile of the AWS files holds, followed to the end of its `source_profile`s. Names and
//! kinds only: no key, token or program is ever read out.

use crate::files::{FileNote, Files, Section};

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
    /// IAM Identity Center by a session that no section describes.
    NoSession {
        /// The profile.
        profile: String,
        /// The session that it names.
        session: String,
        /// Where it names it.
        place: String,
        /// Why the section may seem absent.
        because: Option<Box<FileNote>>,
        /// Those that are, sorted.
        known: Vec<String>,
    },
    /// IAM Identity Center, but something is not said that must be.
    Incomplete {
        /// The profile.
        profile: String,
        /// The keys that are not there.
        lacks: Vec<&'static str>,
        /// Where the section begins that should have them.
        place: String,
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
        /// Why it may seem so: its section is passed over, or a file could not be read.
        because: Option<Box<FileNote>>,
        /// Those that are, sorted.
        known: Vec<String>,
    },
    /// The files can't be read.
    Unreadable {
        /// Where, and what is wrong there.
        what: String,
        /// What a person does about it.
        mend: String,
    },
    /// `source_profile` leads round in a circle.
    Circle,
}

impl Kind {
    /// The profile that holds it.
    pub(crate) fn profile(&self) -> Option<&str> {
        match self {
            Self::SignOn { profile, .. }
            | Self::NoSession { profile, .. }
            | Self::Incomplete { profile, .. }
            | Self::Process { profile }
            | Self::Console { profile, .. }
            | Self::Keys { profile, .. }
            | Self::WebIdentity { profile }
            | Self::Role { profile, .. }
            | Self::Nothing { profile }
            | Self::Absent { profile, .. } => Some(profile),
            Self::Unreadable { .. } | Self::Circle => None,
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
pub(crate) fn trace(profiles: &Files, name: &str) -> Traced {
    if let Some(broken) = &profiles.broken {
        return Traced::plain(Kind::Unreadable {
            what: broken.words(),
            mend: broken.mend.clone(),
        });
    }
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

fn has(profile: &Section, key: &str) -> bool {
    profile.text(key).is_some()
}

fn base(profiles: &Files, found: &Section, profile: String) -> Kind {
    let text = |key: &str| found.text(key).map(str::to_owned);
    if let Some(source) = text("credential_source") {
        Kind::Role {
            profile,
            source: Some(source),
        }
    } else if has(found, "web_identity_token_file") {
        Kind::WebIdentity { profile }
    } else if let Some(session) = text("sso_session") {
        sign_on(profiles, found, profile, session)
    } else if let Some(session) = text("sso_start_url") {
        let needed = ["sso_region", "sso_account_id", "sso_role_name"];
        match lacking(found, &needed) {
            lacks if lacks.is_empty() => Kind::SignOn {
                profile,
                session,
                legacy: true,
            },
            lacks => Kind::Incomplete {
                profile,
                lacks,
                place: found.place.clone(),
            },
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

/// IAM Identity Center by a session; the first that is wrong with it, where something is.
fn sign_on(profiles: &Files, found: &Section, profile: String, session: String) -> Kind {
    let Some(described) = profiles.sessions.get(&session) else {
        return Kind::NoSession {
            place: found.place_of("sso_session").to_owned(),
            because: profiles.why_absent(&session).cloned().map(Box::new),
            known: profiles.sessions.keys().take(20).cloned().collect(),
            profile,
            session,
        };
    };
    let of_profile = lacking(found, &["sso_account_id", "sso_role_name"]);
    let of_session = lacking(described, &["sso_region", "sso_start_url"]);
    let (lacks, place) = match of_profile.is_empty() {
        true => (of_session, described.place.clone()),
        false => (of_profile, found.place.clone()),
    };
    match lacks.is_empty() {
        true => Kind::SignOn {
            profile,
            session,
            legacy: false,
        },
        false => Kind::Incomplete {
            profile,
            lacks,
            place,
        },
    }
}

fn lacking(section: &Section, needed: &[&'static str]) -> Vec<&'static str> {
    let absent = needed.iter().filter(|key| section.text(key).is_none());
    absent.copied().collect()
}

fn keys(found: &Section, profile: String) -> Kind {
    Kind::Keys {
        profile,
        session: has(found, "aws_session_token"),
    }
}

fn absent(profiles: &Files, profile: String) -> Kind {
    Kind::Absent {
        because: profiles.why_absent(&profile).cloned().map(Box::new),
        known: profiles.profiles.keys().take(20).cloned().collect(),
        profile,
    }
}
