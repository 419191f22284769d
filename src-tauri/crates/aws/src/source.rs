//! Where credentials come from, as files and environment tell it, and what mends each. Nothing here
//! reads a secret: only names.

use std::borrow::Cow;

use aws_config::profile::{self, ProfileSet};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use crate::error::safe;

/// A chain of `source_profile` longer than this is taken to be a loop.
const LONGEST: usize = 10;

/// Where a target's credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// `AWS_ACCESS_KEY_ID` and what belongs to it; it goes before any profile that the target does not
    /// name itself.
    Environment {
        /// Whether the secret is there too.
        whole: bool,
    },
    /// A profile of the AWS files.
    Profile {
        /// Its name.
        name: String,
        /// What it says.
        kind: Kind,
    },
    /// Neither: a container's or a machine's role, or none at all.
    Elsewhere,
}

/// What a profile, or the one at the end of its `source_profile`s, holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// IAM Identity Center; `aws sso login` is run for this profile.
    SignOn {
        /// The profile that holds the session.
        profile: String,
    },
    /// A program that gives credentials.
    Process {
        /// The profile that names it.
        profile: String,
    },
    /// `aws login`, which the SDK as built here does not read.
    Console {
        /// The profile that holds the session.
        profile: String,
    },
    /// Keys in a file.
    Keys {
        /// The profile that holds them.
        profile: String,
    },
    /// A role by `credential_source` or a token file.
    Role {
        /// The profile that names it.
        profile: String,
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

impl Source {
    /// Looks; `named` is the target's profile.
    pub(crate) async fn find(named: Option<&str>) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if named.is_none() && set("AWS_ACCESS_KEY_ID") {
            return Self::Environment {
                whole: set("AWS_SECRET_ACCESS_KEY"),
            };
        }
        let override_ = named.map(|name| Cow::Owned(name.to_owned()));
        let files = EnvConfigFiles::default();
        let Ok(profiles) = profile::load(&Fs::real(), &Env::real(), &files, override_).await else {
            return Self::Profile {
                name: named.unwrap_or("default").to_owned(),
                kind: Kind::Unreadable,
            };
        };
        let name = profiles.selected_profile().to_owned();
        // Nobody chose the default profile: that it is absent is no mistake.
        if named.is_none() && !set("AWS_PROFILE") && profiles.get_profile(&name).is_none() {
            return Self::Elsewhere;
        }
        Self::Profile {
            kind: kind(&profiles, &name),
            name,
        }
    }

    /// What is wrong, where files and environment alone tell it. `vague`: nothing else is known.
    pub(crate) fn fault(&self, vague: bool) -> Option<String> {
        let Self::Profile { kind, .. } = self else {
            return match self {
                Self::Environment { whole: false } => {
                    Some("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not".to_owned())
                }
                _ => None,
            };
        };
        match kind {
            Kind::Absent { profile, .. } => Some(format!("There is no AWS profile {}", safe(profile))),
            Kind::Nothing { profile } => {
                Some(format!("The AWS profile {} holds no credentials", safe(profile)))
            }
            Kind::Console { profile } => Some(format!(
                "The AWS profile {} signs in with `aws login`, which Switchback can't use",
                safe(profile)
            )),
            Kind::SignOn { profile } if vague => Some(format!(
                "Nobody is signed in with the AWS profile {}",
                safe(profile)
            )),
            Kind::Process { profile } if vague => Some(format!(
                "The credential_process of the AWS profile {} gave no credentials",
                safe(profile)
            )),
            Kind::Unreadable => Some("The AWS configuration files can't be read".to_owned()),
            Kind::Circle => Some("The source_profile of the AWS profile leads round in a circle".to_owned()),
            _ => None,
        }
    }

    /// The command or the edit that mends a sign-in.
    pub(crate) fn mend(&self) -> String {
        match self {
            Self::Environment { .. } => {
                "AWS_ACCESS_KEY_ID of this environment is in use; it goes before every profile. Renew it, or unset \
                 AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, then start Switchback again."
                    .to_owned()
            }
            Self::Elsewhere => "Sign in with `aws sso login --profile NAME`, and give that name as `profile` in the \
                                target file or in AWS_PROFILE."
                .to_owned(),
            Self::Profile { kind, .. } => kind.mend(),
        }
    }

    /// Where the credentials come from, for the one who is signed in as somebody else.
    pub(crate) fn other(&self) -> String {
        match self {
            Self::Environment { .. } => "These credentials come from AWS_ACCESS_KEY_ID of this environment, which goes \
                                         before every profile: unset it, or give the right profile in the target file."
                .to_owned(),
            Self::Profile { name, .. } => format!(
                "These credentials come from the AWS profile {}: give the profile of this account and role in the \
                 target file or in AWS_PROFILE.",
                safe(name)
            ),
            Self::Elsewhere => "These credentials come from this machine or container: give the profile of this \
                                account and role in the target file or in AWS_PROFILE."
                .to_owned(),
        }
    }
}

impl Kind {
    fn mend(&self) -> String {
        match self {
            Self::SignOn { profile } => {
                format!("Sign in with `aws sso login --profile {}`, then repeat.", safe(profile))
            }
            Self::Process { profile } => format!(
                "Run the credential_process of the AWS profile {} by hand and mend what it says, then repeat.",
                safe(profile)
            ),
            Self::Console { profile } => format!(
                "Give the AWS profile {} an sso_session, a role or keys, or choose another profile in the target file.",
                safe(profile)
            ),
            Self::Keys { profile } => format!(
                "Renew the keys of the AWS profile {} in the AWS credentials file, then repeat.",
                safe(profile)
            ),
            Self::Role { profile } => format!(
                "Look at credential_source or web_identity_token_file of the AWS profile {}, then repeat.",
                safe(profile)
            ),
            Self::Nothing { profile } => format!(
                "Set it up with `aws configure sso --profile {}`, or give another profile in the target file or in \
                 AWS_PROFILE.",
                safe(profile)
            ),
            Self::Absent { profile, known } => {
                let others = match known.len() {
                    0 => String::new(),
                    _ => format!(" There are: {}.", safe(&known.join(", "))),
                };
                format!(
                    "Set it up with `aws configure sso --profile {}`, or correct the name in the target file or in \
                     AWS_PROFILE.{others}",
                    safe(profile)
                )
            }
            Self::Unreadable => "Correct the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name, or \
                                 ~/.aws/config and ~/.aws/credentials; `aws configure list` shows what is wrong."
                .to_owned(),
            Self::Circle => "Correct source_profile in ~/.aws/config.".to_owned(),
        }
    }
}

fn kind(profiles: &ProfileSet, name: &str) -> Kind {
    let mut name = name.to_owned();
    for _ in 0..LONGEST {
        let Some(found) = profiles.get_profile(&name) else {
            let mut known: Vec<String> = profiles.profiles().map(str::to_owned).collect();
            known.sort();
            known.truncate(20);
            return Kind::Absent { profile: name, known };
        };
        let has = |key: &str| found.get(key).is_some_and(|value| !value.is_empty());
        if has("role_arn") {
            match found.get("source_profile") {
                // A profile may be its own source: then its keys are the source (AWS CLI user guide,
                // "Use an IAM role").
                Some(source) if source != name => {
                    name = source.to_owned();
                    continue;
                }
                Some(_) => return Kind::Keys { profile: name },
                None => return Kind::Role { profile: name },
            }
        }
        return if has("sso_session") || has("sso_start_url") {
            Kind::SignOn { profile: name }
        } else if has("credential_process") {
            Kind::Process { profile: name }
        } else if has("aws_access_key_id") {
            Kind::Keys { profile: name }
        } else if has("login_session") {
            Kind::Console { profile: name }
        } else {
            Kind::Nothing { profile: name }
        };
    }
    Kind::Circle
}
