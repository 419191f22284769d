//! Where credentials come from, as files and environment tell it, and what mends each. Nothing here
//! reads a secret: only names.

use jiff::Timestamp;
use switchback_engine::sign_in::SignIn;
use switchback_model::shell;

use crate::error::{safe, safe_up_to};
use crate::files::Files;
use crate::profile::{Kind, Traced, trace};
use crate::session::{LocalFiles, Session};

/// Where a target's credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// `AWS_ACCESS_KEY_ID` and what belongs to it; it goes before any profile that the target does not
    /// name itself.
    Environment {
        /// Whether the secret is there too.
        whole: bool,
        /// When they end, where `AWS_CREDENTIAL_EXPIRATION` says it, as the AWS CLI exports it.
        until: Option<Timestamp>,
    },
    /// A profile of the AWS files.
    Profile {
        /// Its name.
        name: String,
        /// What it says, followed to the end.
        traced: Traced,
        /// How its session stands.
        session: Session,
    },
    /// Neither: a container's or a machine's role, or none at all.
    Elsewhere,
}

impl Source {
    /// Looks; `named` is the target's profile.
    pub(crate) async fn find(desk: &LocalFiles, named: Option<&str>, now: Timestamp) -> Self {
        let set = |name: &str| desk.set(name).is_some();
        if named.is_none() && set("AWS_ACCESS_KEY_ID") {
            return Self::Environment {
                whole: set("AWS_SECRET_ACCESS_KEY"),
                until: desk
                    .set("AWS_CREDENTIAL_EXPIRATION")
                    .and_then(|text| text.parse().ok()),
            };
        }
        let profiles = Files::read(desk, named);
        let name = profiles.selected.clone();
        // Nobody chose the default profile: that it is absent is no mistake.
        if named.is_none()
            && !set("AWS_PROFILE")
            && profiles.get_profile(&name).is_none()
            && profiles.broken.is_none()
        {
            return Self::Elsewhere;
        }
        let traced = trace(&profiles, &name);
        Self::Profile {
            session: desk.session(&traced.kind, now).await,
            traced,
            name,
        }
    }

    /// What is wrong, where files and environment alone tell it. `vague`: nothing else is known.
    pub(crate) fn fault(&self, vague: bool) -> Option<String> {
        let Self::Profile { traced, session, .. } = self else {
            return match self {
                Self::Environment { whole: false, .. } => {
                    Some("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not".to_owned())
                }
                _ => None,
            };
        };
        match &traced.kind {
            Kind::Absent { profile, because, .. } => Some(match because {
                Some(note) => format!(
                    "The AWS profile {} is not found; {}",
                    safe(profile),
                    safe_up_to(&note.words(), 500)
                ),
                None => format!("There is no AWS profile {}", safe(profile)),
            }),
            Kind::NoSession {
                profile,
                session,
                place,
                because,
                ..
            } => Some(format!(
                "The AWS profile {} names the sso_session {} ({}), and no section [sso-session {}] is found{}",
                safe(profile),
                safe(session),
                safe(place),
                word(session),
                because
                    .as_ref()
                    .map(|note| format!("; {}", safe_up_to(&note.words(), 500)))
                    .unwrap_or_default()
            )),
            Kind::Incomplete {
                profile,
                lacks,
                place,
            } => Some(format!(
                "The sign-in of the AWS profile {} is not described in full: {} is not set in the section at {}",
                safe(profile),
                lacks.join(" and "),
                safe(place)
            )),
            Kind::Nothing { profile } => {
                Some(format!("The AWS profile {} holds no credentials", safe(profile)))
            }
            Kind::SignOn { profile, .. } | Kind::Console { profile, .. } if vague => Some(match session {
                Session::SignedOut => format!("Nobody is signed in with the AWS profile {}", safe(profile)),
                // Its own time is not over.
                Session::Ends { .. } => format!(
                    "The sign-in of the AWS profile {} is no longer accepted",
                    safe(profile)
                ),
                _ => format!("The sign-in of the AWS profile {} has ended", safe(profile)),
            }),
            Kind::Process { profile } if vague => Some(format!(
                "The credential_process of the AWS profile {} gave no credentials",
                safe(profile)
            )),
            Kind::Unreadable { what, .. } => Some(format!(
                "The AWS configuration can't be read: {}",
                safe_up_to(what, 500)
            )),
            Kind::Circle => Some("The source_profile of the AWS profile leads round in a circle".to_owned()),
            _ => None,
        }
    }

    /// Why the output of the program of its profile was not taken.
    pub(crate) fn program(&self, why: &str) -> String {
        let profile = match self {
            Self::Profile { traced, .. } => traced.kind.profile(),
            Self::Environment { .. } | Self::Elsewhere => None,
        };
        let of = profile
            .map(|profile| format!(" of the AWS profile {}", safe(profile)))
            .unwrap_or_default();
        format!("The credential_process{of} {why}")
    }

    /// When a person has to sign in again, given when the credentials of now end; `None` = never, or
    /// not known. What is renewed without a person has no end of its own.
    pub(crate) fn ends(&self, credentials: Option<Timestamp>) -> Option<SignIn> {
        let command = match self {
            Self::Profile { traced, .. } => traced.kind.sign_in_command(),
            _ => None,
        };
        let until = match self {
            Self::Environment { until, .. } => *until,
            Self::Elsewhere => None,
            Self::Profile { traced, session, .. } => match &traced.kind {
                // Its program may hold a session of its own, of which nothing is known but this.
                Kind::Process { .. } if traced.roles.is_empty() => credentials,
                _ => session.ends(),
            },
        };
        until.map(|until| SignIn { until, command })
    }

    /// The profile whose role wants a code from an MFA device, for which the SDK can't ask.
    pub(crate) fn mfa(&self) -> Option<&str> {
        match self {
            Self::Profile { traced, .. } => traced.mfa(),
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
            Self::Profile { traced, .. } => traced.kind.mend(),
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

/// What somebody does whose role wants a code from an MFA device: the AWS CLI asks for it, keeps the
/// session and hands it on (AWS CLI user guide, "Source credentials with an external process").
pub(crate) fn mfa_mend(profile: &str) -> String {
    let name = word(profile);
    format!(
        "Switchback can't ask for it, the AWS CLI can: add a profile with `credential_process = aws configure \
         export-credentials --profile {name}`, name that one in the target file or in AWS_PROFILE, and sign in with \
         `aws sts get-caller-identity --profile {name}`, which asks for the code."
    )
}

/// One word for a shell; a profile's name may hold a space. It is exact, so that the command can be
/// copied, also where it holds an account's number, as the AWS CLI proposes it.
pub(crate) fn word(profile: &str) -> String {
    if ["AKIA", "ASIA"].iter().any(|mark| profile.contains(mark)) {
        return safe(profile);
    }
    let name: String = profile.chars().filter(|c| !c.is_control()).take(200).collect();
    shell::word(&name)
}

impl Kind {
    /// The command that signs in anew, where one does.
    pub(crate) fn sign_in_command(&self) -> Option<String> {
        match self {
            Self::SignOn { profile, .. } => Some(format!("aws sso login --profile {}", word(profile))),
            Self::Console { profile, .. } => Some(format!("aws login --profile {}", word(profile))),
            _ => None,
        }
    }

    fn mend(&self) -> String {
        match self {
            Self::SignOn { .. } | Self::Console { .. } => {
                let command = self.sign_in_command().unwrap_or_default();
                format!("Sign in with `{command}`, then repeat.")
            }
            Self::Process { profile } => format!(
                "Sign in where the credential_process of the AWS profile {} wants it, or correct it: it must end with \
                 exit code 0 and print the JSON of credentials that have not ended, and nothing else.",
                safe(profile)
            ),
            Self::Keys { profile, .. } => format!(
                "Renew the keys of the AWS profile {} in the AWS credentials file, then repeat.",
                safe(profile)
            ),
            Self::Role { profile, .. } => format!(
                "Look at credential_source of the AWS profile {}, then repeat.",
                safe(profile)
            ),
            Self::WebIdentity { profile } => format!(
                "Look at web_identity_token_file of the AWS profile {}, then repeat.",
                safe(profile)
            ),
            Self::Nothing { profile } => format!(
                "Set it up with `aws configure sso --profile {}`, or give another profile in the target file or in \
                 AWS_PROFILE.",
                safe(profile)
            ),
            Self::Absent {
                because: Some(note), ..
            } => note.mend.clone(),
            Self::NoSession {
                because: Some(note), ..
            } => note.mend.clone(),
            Self::NoSession { profile, known, .. } => {
                let others = match known.len() {
                    0 => "There is none at all.".to_owned(),
                    _ => format!("There are: {}.", safe(&known.join(", "))),
                };
                format!(
                    "Correct sso_session, or set the session up with `aws configure sso --profile {}`. {others}",
                    word(profile)
                )
            }
            Self::Incomplete { profile, .. } => format!(
                "Add it there, or set the profile up anew with `aws configure sso --profile {}`.",
                word(profile)
            ),
            Self::Absent { profile, known, .. } => {
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
            Self::Unreadable { mend, .. } => mend.clone(),
            Self::Circle => "Correct source_profile in ~/.aws/config.".to_owned(),
        }
    }
}
