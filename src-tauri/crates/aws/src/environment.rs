//! The part that the environment, and the settings of a profile, have in where credentials and requests
//! go: each with its effect here. Names and addresses, never a secret.

use crate::elsewhere::Elsewhere;
use crate::error::safe;
use crate::profiles::safe_name;
use crate::service::Service;
use crate::session::LocalFiles;

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
pub(crate) fn of_profile(elsewhere: &Elsewhere, chosen: bool) -> Vec<EnvironmentSetting> {
    let mut settings = Vec::new();
    for detour in elsewhere.detours.iter().filter(|detour| detour.place.is_some()) {
        let what = detour
            .service
            .map_or("every service is", |service| match service {
                Service::Sts => "STS is",
                Service::Route53 => "Route 53 is",
                Service::Cognito => "Cognito is",
                Service::Ssm => "Parameter Store is",
                Service::Ecs => "ECS is",
                Service::Waf => "WAF is",
                Service::ApiGateway => "API Gateway is",
                Service::CloudFront => "CloudFront is",
                Service::Lambda => "Lambda is",
                Service::Sso | Service::SsoOidc | Service::SignIn => "the sign-in is",
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

pub(crate) fn environment(desk: &LocalFiles, named: bool) -> Vec<EnvironmentSetting> {
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
