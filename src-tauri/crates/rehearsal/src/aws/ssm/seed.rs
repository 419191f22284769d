//! The parameters of a new world. Every name and value is made up.

use super::part::{AccountRegion, Kind, Parameter, Ssm, Tier, Version};

/// The profiles that user management runs with; its value has a history.
pub const PROFILES_PARAMETER: &str = "/tis/usermanagement/profiles";
/// Whether user management shows its maintenance page: `true` or `false`, and nothing else is allowed.
pub const MAINTENANCE_PARAMETER: &str = "/tis/usermanagement/under-maintenance";
/// A secret, encrypted with [`SECRET_KEY_ALIAS`].
pub const SECRET_PARAMETER: &str = "/tis/usermanagement/client-secret";
/// The origins that Reval admits: a list of the advanced tier.
pub const ORIGINS_PARAMETER: &str = "/tis/reval/origins";
/// The one key of the account that is not AWS's own.
pub const SECRET_KEY_ALIAS: &str = "alias/tis-usermanagement";
/// The same key by its id.
const SECRET_KEY_ID: &str = "00000000-0000-4000-8000-000000000002";

const DAY_MS: i64 = 24 * 3_600 * 1_000;
const DEPLOYER: &str = "arn:aws:sts::123456789012:assumed-role/deploy/pipeline";

/// Whether a key is the account's, by its alias, its id, or the ARN of either.
pub(super) fn is_key(named: &str) -> bool {
    let place = AccountRegion::own();
    let arn = |resource: &str| format!("arn:aws:kms:{}:{}:{resource}", place.region, place.account);
    [
        SECRET_KEY_ALIAS.to_owned(),
        SECRET_KEY_ID.to_owned(),
        arn(SECRET_KEY_ALIAS),
        arn(&format!("key/{SECRET_KEY_ID}")),
        arn("alias/aws/ssm"),
    ]
    .iter()
    .any(|known| known == named)
}

/// The versions of a parameter, each with how many days ago it was put.
fn parameter(name: &str, kind: Kind, description: &str, values: &[(i64, &str)], now: i64) -> Parameter {
    let versions = (1..).zip(values).map(|(number, (days, value))| Version {
        number,
        value: (*value).to_owned(),
        tier: Tier::Standard,
        key_id: None,
        description: Some(description.to_owned()),
        allowed_pattern: None,
        policies: Vec::new(),
        labels: Vec::new(),
        modified_ms: now - days * DAY_MS,
        modified_by: DEPLOYER.to_owned(),
    });
    Parameter {
        name: name.to_owned(),
        kind,
        versions: versions.collect(),
    }
}

fn with(parameter: Parameter, change: impl Fn(&mut Version)) -> Parameter {
    let mut parameter = parameter;
    parameter.versions.iter_mut().for_each(change);
    parameter
}

fn maintenance(now: i64) -> Parameter {
    let maintenance = parameter(
        MAINTENANCE_PARAMETER,
        Kind::String,
        "Whether user management shows its maintenance page",
        &[(90, "false")],
        now,
    );
    with(maintenance, |version| {
        version.allowed_pattern = Some("true|false".to_owned());
    })
}

impl Ssm {
    /// Adds the flag of the maintenance page, which had another name before there were tasks that read it.
    pub(crate) fn complete(&mut self, now: i64) {
        let flag = maintenance(now);
        if self.value(&flag.name).is_none() {
            for version in flag.versions {
                self.keep(&AccountRegion::own(), &flag.name, flag.kind, version);
            }
        }
    }

    /// The parameters as at the beginning of a world.
    pub(crate) fn seeded(now: i64) -> Self {
        let profiles = parameter(
            PROFILES_PARAMETER,
            Kind::String,
            "Profiles of user management",
            &[(300, "stage"), (120, "prod,debug"), (14, "prod")],
            now,
        );
        let maintenance = maintenance(now);
        let secret = parameter(
            SECRET_PARAMETER,
            Kind::SecureString,
            "What user management signs in with",
            &[(60, "not-a-real-secret")],
            now,
        );
        let origins = parameter(
            ORIGINS_PARAMETER,
            Kind::StringList,
            "Origins that Reval admits",
            &[(30, "https://reval.example.nhs.test,https://apps.example.nhs.test")],
            now,
        );
        Self::with(
            AccountRegion::own(),
            vec![
                profiles,
                maintenance,
                with(secret, |version| {
                    version.key_id = Some(SECRET_KEY_ALIAS.to_owned())
                }),
                with(origins, |version| version.tier = Tier::Advanced),
            ],
        )
    }
}
