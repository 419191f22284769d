//! The profiles that a person may choose from, as the AWS files and the environment tell. Names,
//! kinds and times: never a key, a token or a program.

use jiff::Timestamp;

use crate::elsewhere::Elsewhere;
pub use crate::environment::EnvironmentSetting;
use crate::environment::{environment, of_profile};
use crate::error::safe;
use crate::files::{FileNote, Files};
use crate::profile::{Kind, Traced, trace};
use crate::session::{LocalFiles, Session};
use crate::source::{Source, mfa_mend};

/// How a profile gives credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileKind {
    /// Access keys in a file.
    Keys,
    /// Access keys with a session token in a file: they end, and no file says when.
    SessionKeys,
    /// IAM Identity Center by an `sso-session`.
    SsoSession,
    /// IAM Identity Center by a start URL in the profile itself; it is never renewed.
    SsoLegacy,
    /// A role that is assumed with another profile's credentials, or with `credential_source`.
    AssumeRole,
    /// A program that gives credentials.
    Process,
    /// A role by a token file.
    WebIdentity,
    /// A console session, by `aws login`.
    Login,
    /// It says nothing about credentials, or leads nowhere.
    Nothing,
}

impl ProfileKind {
    /// The kind in a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Keys => "access keys",
            Self::SessionKeys => "access keys of a session",
            Self::SsoSession => "IAM Identity Center",
            Self::SsoLegacy => "IAM Identity Center, older form",
            Self::AssumeRole => "assumed role",
            Self::Process => "a program",
            Self::WebIdentity => "web identity",
            Self::Login => "console sign-in (aws login)",
            Self::Nothing => "no credentials",
        }
    }
}

/// One profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileInfo {
    /// Its name.
    pub name: String,
    /// How it gives credentials.
    pub kind: ProfileKind,
    /// The profile or the service whose credentials a role is assumed with.
    pub source: Option<String>,
    /// The role, without its account: `operator`.
    pub role: Option<String>,
    /// The account, where the profile says it.
    pub account: Option<String>,
    /// The region that it names. Switchback acts in the target's.
    pub region: Option<String>,
    /// The name of the `sso-session`.
    pub sso_session: Option<String>,
    /// How its session stands.
    pub session: Session,
    /// The exact command that signs in.
    pub sign_in: Option<String>,
    /// What keeps it from being used, and the mend.
    pub problem: Option<(String, String)>,
}

/// What there is to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profiles {
    /// The profiles, by name.
    pub list: Vec<ProfileInfo>,
    /// The profile that is used where a target names none; none where the environment holds keys.
    pub selected: Option<String>,
    /// The environment's part in it.
    pub environment: Vec<EnvironmentSetting>,
    /// Why the files can't be read, or not all of them, and the mend.
    pub problem: Option<(String, String)>,
    /// What of the files is not taken as it stands.
    pub notes: Vec<FileNote>,
}

/// Looks at the AWS files and the environment. `named` = the profile that a target names.
pub async fn profiles(named: Option<&str>, now: Timestamp) -> Profiles {
    look(&LocalFiles::real(), named, now).await
}

pub(crate) async fn look(desk: &LocalFiles, named: Option<&str>, now: Timestamp) -> Profiles {
    let files = Files::read(desk, named);
    let mut settings = environment(desk, named.is_some());
    settings.extend(of_profile(&Elsewhere::find(desk, &files, named.is_some()), true));
    // Nobody has chosen yet: what any of the others would do is told too.
    let others = files
        .profiles
        .keys()
        .filter(|name| named.is_none() && **name != files.selected);
    for name in others {
        let would = Files {
            selected: name.clone(),
            ..files.clone()
        };
        let more = of_profile(&Elsewhere::find(desk, &would, false), false);
        let known = |set: &EnvironmentSetting| settings.iter().any(|known| known.variable == set.variable);
        let more: Vec<EnvironmentSetting> = more.into_iter().filter(|set| !known(set)).collect();
        settings.extend(more);
    }
    let keys = named.is_none() && desk.set("AWS_ACCESS_KEY_ID").is_some();
    let set = &files;
    let selected = match named {
        Some(name) => Some(name.to_owned()),
        None => Some(set.selected.clone()).filter(|_| !keys),
    };
    let mut list = Vec::with_capacity(set.profiles.len());
    for name in set.profiles.keys() {
        list.push(info(desk, set, name, now).await);
    }
    let absent = selected.as_deref().filter(|name| set.get_profile(name).is_none());
    let chosen = named.is_some() || desk.set("AWS_PROFILE").is_some();
    let because = absent.filter(|_| chosen || list.is_empty()).and_then(|name| {
        // Where there is no profile at all, whatever was passed over is why.
        let any = || set.passed.iter().find(|note| note.name.is_some());
        set.why_absent(name).or_else(|| any().filter(|_| list.is_empty()))
    });
    let problem = set
        .broken
        .as_ref()
        .or(set.unread.first())
        .or(because)
        .map(|note| {
            let words = match set.broken.is_some() {
                true => format!("The AWS configuration can't be read: {}.", note.words()),
                false => format!("{}.", note.words()),
            };
            (words, note.mend.clone())
        });
    Profiles {
        list,
        selected,
        environment: settings,
        problem,
        notes: set.notes(),
    }
}

async fn info(desk: &LocalFiles, set: &Files, name: &str, now: Timestamp) -> ProfileInfo {
    let traced = trace(set, name);
    let session = desk.session(&traced.kind, now).await;
    let found = |key: &str| {
        let value = set.get_profile(name).and_then(|profile| profile.get(key));
        value.filter(|value| !value.is_empty()).map(safe_name)
    };
    let arn = found("role_arn");
    let source = match (&traced.roles[..], &traced.kind) {
        ([], _) => None,
        (_, Kind::Role { source, .. }) => source.as_deref().map(safe_name),
        (_, Kind::Circle) => None,
        ([_, next, ..], _) => Some(safe_name(&next.profile)),
        (_, kind) => kind.profile().map(safe_name),
    };
    let sso_session = match &traced.kind {
        Kind::SignOn {
            session,
            legacy: false,
            ..
        }
        | Kind::NoSession { session, .. } => Some(safe_name(session)),
        _ => None,
    };
    let kind = kind(&traced);
    let sign_in = traced.kind.sign_in_command();
    let problem = match traced.mfa() {
        Some(mfa) => Some((
            format!("It needs a code from an MFA device (profile {}).", safe(mfa)),
            mfa_mend(mfa),
        )),
        None => {
            let source = Source::Profile {
                name: name.to_owned(),
                traced,
                session,
            };
            let ended = matches!(session, Session::SignedOut | Session::Expired { .. });
            source
                .fault(ended)
                .filter(|_| ended || sign_in.is_none())
                .map(|fault| (format!("{fault}."), source.mend()))
        }
    };
    ProfileInfo {
        name: safe_name(name),
        kind,
        source,
        role: arn
            .as_deref()
            .and_then(|arn| arn.rsplit('/').next())
            .map(safe_name)
            .or_else(|| found("sso_role_name")),
        account: arn
            .as_deref()
            .and_then(|arn| arn.split(':').nth(4))
            .map(str::to_owned)
            .or_else(|| found("sso_account_id"))
            .filter(|account| account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())),
        region: found("region"),
        sso_session,
        session,
        sign_in,
        problem,
    }
}

fn kind(traced: &Traced) -> ProfileKind {
    if !traced.roles.is_empty() {
        return ProfileKind::AssumeRole;
    }
    match &traced.kind {
        Kind::SignOn { legacy: true, .. } => ProfileKind::SsoLegacy,
        Kind::SignOn { .. } => ProfileKind::SsoSession,
        Kind::Process { .. } => ProfileKind::Process,
        Kind::Console { .. } => ProfileKind::Login,
        Kind::Keys { session: true, .. } => ProfileKind::SessionKeys,
        Kind::Keys { .. } => ProfileKind::Keys,
        Kind::WebIdentity { .. } => ProfileKind::WebIdentity,
        Kind::Role { .. } => ProfileKind::AssumeRole,
        Kind::NoSession { .. } | Kind::Incomplete { .. } => ProfileKind::SsoSession,
        Kind::Nothing { .. } | Kind::Absent { .. } | Kind::Unreadable { .. } | Kind::Circle => {
            ProfileKind::Nothing
        }
    }
}

/// A name as it stands in a file, less what can't be printed and what looks like a key.
pub(crate) fn safe_name(text: &str) -> String {
    match ["AKIA", "ASIA"].iter().any(|mark| text.contains(mark)) {
        true => safe(text),
        false => text.chars().filter(|c| !c.is_control()).take(200).collect(),
    }
}
