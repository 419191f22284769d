//! The profiles that a person may choose from, as the AWS files and the environment tell. Names,
//! kinds and times: never a key, a token or a program.

use jiff::Timestamp;

use crate::elsewhere::Elsewhere;
use crate::error::safe;
use crate::files::{FileNote, Files};
use crate::profile::{Kind, Traced, trace};
use crate::session::{Desk, Session};
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

/// A variable of the environment, or a setting of the profile in use, that decides where credentials,
/// region or endpoint come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentSetting {
    /// Its name; of a profile's setting: the key, and whose it is.
    pub variable: String,
    /// Its value, where that is a name and no secret.
    pub value: Option<String>,
    /// What it does here.
    pub effect: String,
    /// Whether credentials or requests go elsewhere because of it than the target's file says.
    pub overrides: bool,
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
    look(&Desk::real(), named, now).await
}

pub(crate) async fn look(desk: &Desk, named: Option<&str>, now: Timestamp) -> Profiles {
    let files = Files::read(desk, named);
    let mut environment = environment(desk, named.is_some());
    environment.extend(of_profile(&Elsewhere::find(desk, &files, named.is_some()), true));
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
        let known = |set: &EnvironmentSetting| environment.iter().any(|known| known.variable == set.variable);
        let more: Vec<EnvironmentSetting> = more.into_iter().filter(|set| !known(set)).collect();
        environment.extend(more);
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
        environment,
        problem,
        notes: set.notes(),
    }
}

async fn info(desk: &Desk, set: &Files, name: &str, now: Timestamp) -> ProfileInfo {
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
fn safe_name(text: &str) -> String {
    match ["AKIA", "ASIA"].iter().any(|mark| text.contains(mark)) {
        true => safe(text),
        false => text.chars().filter(|c| !c.is_control()).take(200).collect(),
    }
}

/// A variable, whether its value may be shown, what it does, and whether it leads elsewhere.
type Known = (&'static str, bool, &'static str, bool);

/// Those that the SDK reads (AWS SDKs and Tools reference guide, "Environment variables").
const VARIABLES: [Known; 31] = [
    (
        "AWS_ACCESS_KEY_ID",
        false,
        "these keys go before every profile that a target does not name itself",
        true,
    ),
    (
        "AWS_SECRET_ACCESS_KEY",
        false,
        "belongs to AWS_ACCESS_KEY_ID",
        false,
    ),
    ("AWS_SESSION_TOKEN", false, "belongs to AWS_ACCESS_KEY_ID", false),
    (
        "AWS_PROFILE",
        true,
        "the profile that is used where a target names none",
        true,
    ),
    ("AWS_REGION", true, "not used: the target names the region", false),
    (
        "AWS_DEFAULT_REGION",
        true,
        "not used: the target names the region",
        false,
    ),
    (
        "AWS_ENDPOINT_URL",
        false,
        "a custom endpoint: marks a run TEST ENDPOINT, and production refuses it",
        true,
    ),
    (
        "AWS_ENDPOINT_URL_STS",
        false,
        "roles of profiles are assumed there",
        true,
    ),
    (
        "AWS_ENDPOINT_URL_SSO",
        false,
        "IAM Identity Center is asked there",
        true,
    ),
    (
        "AWS_ENDPOINT_URL_SSO_OIDC",
        false,
        "IAM Identity Center renews its token there",
        true,
    ),
    (
        "AWS_ENDPOINT_URL_SIGNIN",
        false,
        "`aws login` renews its token there",
        true,
    ),
    (
        "AWS_ENDPOINT_URL_ROUTE_53",
        false,
        "Route 53 is asked there",
        true,
    ),
    (
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
        false,
        "Cognito is asked there",
        true,
    ),
    (
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        false,
        "a virtual machine's role is asked for there, after all of these",
        true,
    ),
    (
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        true,
        "the endpoints of the AWS files are ignored; those of variables are not",
        false,
    ),
    (
        "AWS_USE_FIPS_ENDPOINT",
        true,
        "endpoints validated by FIPS 140 are asked",
        false,
    ),
    (
        "AWS_USE_DUALSTACK_ENDPOINT",
        true,
        "endpoints that know IPv6 are asked",
        false,
    ),
    (
        "AWS_STS_REGIONAL_ENDPOINTS",
        true,
        "not used: the region's own STS is asked",
        false,
    ),
    ("HTTPS_PROXY", false, "AWS is dialled through this proxy", false),
    (
        "ALL_PROXY",
        false,
        "AWS is dialled through this proxy where HTTPS_PROXY names none",
        false,
    ),
    ("NO_PROXY", true, "these names are dialled directly", false),
    ("HTTP_PROXY", false, "not used: AWS is asked over https", false),
    (
        "AWS_CONFIG_FILE",
        true,
        "profiles are read from there, not from ~/.aws/config",
        false,
    ),
    (
        "AWS_SHARED_CREDENTIALS_FILE",
        true,
        "keys are read from there, not from ~/.aws/credentials",
        false,
    ),
    (
        "AWS_ROLE_ARN",
        false,
        "a role by a token file, after environment and profile",
        false,
    ),
    (
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        true,
        "a role by a token file, after environment and profile",
        false,
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        false,
        "a container's role, after all of these",
        false,
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        false,
        "a container's role, after all of these",
        false,
    ),
    (
        "AWS_CA_BUNDLE",
        true,
        "the authorities of this file are trusted as well",
        false,
    ),
    (
        "AWS_LOGIN_CACHE_DIRECTORY",
        true,
        "the sign-in of `aws login` is kept there",
        false,
    ),
    (
        "AWS_EC2_METADATA_DISABLED",
        true,
        "the role of a virtual machine is not asked for",
        false,
    ),
];

/// What a profile, and those that it draws on, say of endpoints and trust; `chosen`: it is the one in use.
fn of_profile(elsewhere: &Elsewhere, chosen: bool) -> Vec<EnvironmentSetting> {
    let mut settings = Vec::new();
    for detour in elsewhere.detours.iter().filter(|detour| detour.place.is_some()) {
        let what = detour
            .service
            .map_or("every service is", |service| match service.words() {
                "STS" => "STS is",
                "Route 53" => "Route 53 is",
                "Cognito" => "Cognito is",
                _ => "the sign-in is",
            });
        let place = detour.place.as_deref().unwrap_or_default();
        settings.push(EnvironmentSetting {
            variable: detour.setting.trim_end_matches(',').to_owned(),
            value: Some(detour.shown()),
            effect: format!(
                "{what} asked there ({}): marks a run TEST ENDPOINT, and production refuses it",
                safe(place)
            ),
            overrides: chosen,
        });
    }
    let heeded = [
        (
            &elsewhere.ca_bundle,
            "the authorities of this file are trusted as well",
        ),
        (&elsewhere.fips, "endpoints validated by FIPS 140 are asked"),
        (&elsewhere.dual_stack, "endpoints that know IPv6 are asked"),
        (&elsewhere.ignoring, "the endpoints of the AWS files are ignored"),
    ];
    let others = elsewhere
        .others
        .iter()
        .map(|other| (other, "not used: Switchback does not ask this service"));
    let heeded = heeded
        .iter()
        .filter_map(|(setting, effect)| Some((setting.as_ref()?, *effect)));
    for (setting, effect) in heeded.chain(others) {
        // Those of a variable stand among the variables.
        let Some(place) = &setting.place else { continue };
        settings.push(EnvironmentSetting {
            variable: setting.setting.trim_end_matches(',').to_owned(),
            value: Some(safe_name(&setting.value)),
            effect: format!("{effect} ({})", safe(place)),
            overrides: false,
        });
    }
    settings
}

fn environment(desk: &Desk, named: bool) -> Vec<EnvironmentSetting> {
    let mut settings = Vec::new();
    for (variable, shown, effect, overrides) in VARIABLES {
        let Some(value) = desk.set(variable) else { continue };
        let beaten = named && matches!(variable, "AWS_ACCESS_KEY_ID" | "AWS_PROFILE");
        settings.push(EnvironmentSetting {
            variable: variable.to_owned(),
            value: shown.then(|| safe_name(&value)),
            effect: match beaten {
                true => "not used: the target names its profile".to_owned(),
                false => effect.to_owned(),
            },
            overrides: overrides && !beaten,
        });
    }
    settings
}
