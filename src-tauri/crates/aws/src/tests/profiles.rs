use aws_types::os_shim_internal::{Env, Fs};
use jiff::Timestamp;

use crate::profiles::{ProfileInfo, ProfileKind, Profiles, look};
use crate::session::{LocalFiles, Session};

const CONFIG: &str = "
[default]
region = eu-west-2
some_key_of_tomorrow = 7

[profile keys]
aws_access_key_id = AKIASEEDED0123456789
aws_secret_access_key = SeededSecret0123
mfa_serial = arn:aws:iam::123456789012:mfa/me

[profile session]
aws_access_key_id = ASIASEEDED0123456789
aws_secret_access_key = SeededSecret0123
aws_session_token = SeededToken0123

[profile AdministratorAccess-123456789012]
sso_session = example
sso_account_id = 123456789012
sso_role_name = AdministratorAccess
region = eu-west-2

[profile renewing]
sso_session = renewing
sso_account_id = 123456789012
sso_role_name = operator

[profile ended]
sso_session = ended
sso_account_id = 123456789012
sso_role_name = operator

[profile legacy]
sso_start_url = https://sso.example.nhs.test/start
sso_region = eu-west-2
sso_account_id = 123456789012
sso_role_name = operator

[profile role]
role_arn = arn:aws:iam::123456789012:role/team/operator
source_profile = AdministratorAccess-123456789012

[profile second]
role_arn = arn:aws:iam::123456789012:role/second
source_profile = role

[profile coded]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = keys
mfa_serial = arn:aws:iam::123456789012:mfa/me

[profile machine]
role_arn = arn:aws:iam::123456789012:role/operator
credential_source = Ec2InstanceMetadata

[profile program]
credential_process = printf SeededProgram0123

[profile token]
role_arn = arn:aws:iam::123456789012:role/operator
web_identity_token_file = /run/token

[profile console]
login_session = arn:aws:iam::123456789012:user/me

[profile console-ended]
login_session = arn:aws:iam::123456789012:user/other

[profile lost]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = gone

[profile round]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = about

[profile about]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = round

[sso-session example]
sso_region = eu-west-2
sso_start_url = https://sso.example.nhs.test/start
a_key_of_tomorrow = yes

[sso-session renewing]
sso_region = eu-west-2
sso_start_url = https://sso.example.nhs.test/start

[sso-session ended]
sso_region = eu-west-2
sso_start_url = https://sso.example.nhs.test/start

[services mine]
s3 =
  endpoint_url = http://127.0.0.1:1
";

/// SHA-1 of `example`, `renewing`, `ended` and of the start URL; SHA-256 of the two console sessions.
/// They are those of the AWS CLI (`botocore.utils.SSOTokenLoader`, `LoginProvider`).
fn home() -> Vec<(String, String)> {
    let sso = |name: &str| format!("/home/me/.aws/sso/cache/{}.json", sha1(name));
    let login = |name: &str| format!("/home/me/.aws/login/cache/{}.json", sha256(name));
    let token = |expires: &str, more: &str| {
        format!("{{\"accessToken\":\"SeededToken0123\",\"expiresAt\":\"{expires}\"{more}}}")
    };
    let console = |expires: &str| {
        format!(
            "{{\"accessToken\":{{\"accessKeyId\":\"ASIASEEDED0123456789\",\"secretAccessKey\":\"SeededSecret0123\",\
             \"sessionToken\":\"SeededToken0123\",\"accountId\":\"123456789012\",\"expiresAt\":\"{expires}\"}},\
             \"refreshToken\":\"SeededRefresh0123\"}}"
        )
    };
    let renewing =
        ",\"refreshToken\":\"SeededRefresh0123\",\"registrationExpiresAt\":\"2026-03-01T00:00:00Z\"";
    let lapsed = ",\"refreshToken\":\"SeededRefresh0123\",\"registrationExpiresAt\":\"2025-12-01T00:00:00Z\"";
    vec![
        ("/home/me/.aws/config".to_owned(), CONFIG.to_owned()),
        (sso("example"), token("2026-01-01T18:00:00Z", "")),
        (sso("renewing"), token("2026-01-01T09:00:00Z", renewing)),
        (sso("ended"), token("2026-01-01T09:00:00Z", lapsed)),
        (
            sso("https://sso.example.nhs.test/start"),
            token("2026-01-01T11:00:00UTC", ""),
        ),
        (
            login("arn:aws:iam::123456789012:user/me"),
            console("2026-01-01T09:50:00Z"),
        ),
        (
            login("arn:aws:iam::123456789012:user/other"),
            console("2025-12-31T21:00:00Z"),
        ),
    ]
}

fn sha1(text: &str) -> String {
    use sha1::Digest as _;
    hex::encode(sha1::Sha1::digest(text))
}

fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(text))
}

fn now() -> Timestamp {
    "2026-01-01T10:00:00Z".parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn desk(vars: &[(&str, &str)]) -> LocalFiles {
    let mut all = vec![("HOME", "/home/me")];
    all.extend(vars);
    let files = home();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    LocalFiles {
        env: Env::from_slice(&all),
        fs: Fs::from_slice(&files),
    }
}

async fn seen() -> Profiles {
    look(&desk(&[]), None, now()).await
}

fn one<'a>(seen: &'a Profiles, name: &str) -> &'a ProfileInfo {
    seen.list.iter().find(|profile| profile.name == name).unwrap()
}

#[tokio::test]
async fn every_kind_of_profile_is_listed_by_its_kind() {
    use ProfileKind::*;
    let seen = seen().await;
    assert_eq!(seen.problem, None);
    assert_eq!(seen.selected.as_deref(), Some("default"));
    let table = [
        (
            "AdministratorAccess-123456789012",
            SsoSession,
            None,
            Some("AdministratorAccess"),
        ),
        ("about", AssumeRole, None, Some("operator")),
        ("coded", AssumeRole, Some("keys"), Some("operator")),
        ("console", Login, None, None),
        ("console-ended", Login, None, None),
        ("default", Nothing, None, None),
        ("ended", SsoSession, None, Some("operator")),
        ("keys", Keys, None, None),
        ("legacy", SsoLegacy, None, Some("operator")),
        ("lost", AssumeRole, Some("gone"), Some("operator")),
        (
            "machine",
            AssumeRole,
            Some("Ec2InstanceMetadata"),
            Some("operator"),
        ),
        ("program", Process, None, None),
        ("renewing", SsoSession, None, Some("operator")),
        (
            "role",
            AssumeRole,
            Some("AdministratorAccess-123456789012"),
            Some("operator"),
        ),
        ("round", AssumeRole, None, Some("operator")),
        ("second", AssumeRole, Some("role"), Some("second")),
        ("session", SessionKeys, None, None),
        ("token", WebIdentity, None, Some("operator")),
    ];
    let found: Vec<_> = seen
        .list
        .iter()
        .map(|p| (p.name.as_str(), p.kind, p.source.as_deref(), p.role.as_deref()))
        .collect();
    assert_eq!(found, table);
    let account = one(&seen, "role").account.as_deref();
    assert_eq!(account, Some("123456789012"));
}

#[tokio::test]
async fn a_session_is_told_by_its_token_and_names_the_command_that_renews_it() {
    let seen = seen().await;
    let table = [
        (
            "AdministratorAccess-123456789012",
            Session::Ends {
                at: at("2026-01-01T18:00:00Z"),
            },
            "aws sso login --profile AdministratorAccess-123456789012",
        ),
        (
            "renewing",
            Session::Renews {
                at: at("2026-01-01T09:00:00Z"),
            },
            "aws sso login --profile renewing",
        ),
        (
            "ended",
            Session::Expired {
                at: at("2026-01-01T09:00:00Z"),
            },
            "aws sso login --profile ended",
        ),
        (
            "legacy",
            Session::Ends {
                at: at("2026-01-01T11:00:00Z"),
            },
            "aws sso login --profile legacy",
        ),
        (
            "role",
            Session::Ends {
                at: at("2026-01-01T18:00:00Z"),
            },
            "aws sso login --profile AdministratorAccess-123456789012",
        ),
        (
            "console",
            Session::Renews {
                at: at("2026-01-01T09:50:00Z"),
            },
            "aws login --profile console",
        ),
        (
            "console-ended",
            Session::Expired {
                at: at("2025-12-31T21:00:00Z"),
            },
            "aws login --profile console-ended",
        ),
    ];
    for (name, session, command) in table {
        let profile = one(&seen, name);
        assert_eq!(profile.session, session, "{name}");
        assert_eq!(profile.sign_in.as_deref(), Some(command), "{name}");
        let ended = matches!(session, Session::Expired { .. });
        assert_eq!(profile.problem.is_some(), ended, "{name}: {:?}", profile.problem);
        if let Some((_, mend)) = &profile.problem {
            assert!(mend.contains(command), "{mend}");
        }
    }
}

#[tokio::test]
async fn what_cannot_work_says_why_and_what_mends_it() {
    let seen = seen().await;
    for (name, fault, mend) in [
        ("coded", "MFA", "aws configure export-credentials --profile coded"),
        ("lost", "gone", "gone"),
        ("round", "circle", "source_profile"),
        ("default", "holds no credentials", "aws configure sso"),
    ] {
        let (said, how) = one(&seen, name).problem.clone().unwrap();
        assert!(said.contains(fault), "{name}: {said}");
        assert!(how.contains(mend), "{name}: {how}");
    }
    for fine in ["keys", "session", "machine", "program", "token"] {
        assert_eq!(one(&seen, fine).problem, None, "{fine}");
    }
}

#[tokio::test]
async fn no_secret_is_ever_shown() {
    let seeded = [
        ("AWS_ACCESS_KEY_ID", "AKIASEEDED0123456789"),
        ("AWS_SECRET_ACCESS_KEY", "SeededSecret0123"),
        ("AWS_SESSION_TOKEN", "SeededToken0123"),
        ("AWS_PROFILE", "AKIASEEDED0123456789"),
        ("AWS_ENDPOINT_URL", "http://me:SeededPassword0123@127.0.0.1:1"),
    ];
    let all = format!("{:?}", look(&desk(&seeded), None, now()).await);
    for secret in ["SEEDED", "Seeded"] {
        assert!(!all.contains(secret), "{all}");
    }
}

#[tokio::test]
async fn variables_that_lead_elsewhere_are_named() {
    let vars = [
        ("AWS_ACCESS_KEY_ID", "AKIASEEDED0123456789"),
        ("AWS_PROFILE", "keys"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_CA_BUNDLE", ""),
    ];
    let free = look(&desk(&vars), None, now()).await;
    assert_eq!(
        free.selected, None,
        "the environment's keys go before every profile"
    );
    let leads: Vec<_> = free
        .environment
        .iter()
        .map(|set| (set.variable.as_str(), set.overrides))
        .collect();
    assert_eq!(
        leads,
        [
            ("AWS_ACCESS_KEY_ID", true),
            ("AWS_PROFILE", true),
            ("AWS_REGION", false),
            ("AWS_ENDPOINT_URL", true),
        ]
    );
    let named = look(&desk(&vars), Some("role"), now()).await;
    assert_eq!(named.selected.as_deref(), Some("role"));
    let leads: Vec<_> = named
        .environment
        .iter()
        .filter(|set| set.overrides)
        .map(|set| set.variable.as_str())
        .collect();
    assert_eq!(leads, ["AWS_ENDPOINT_URL"]);
}

#[tokio::test]
async fn files_elsewhere_and_files_that_cannot_be_read() {
    let broken = [("/elsewhere", "[profile keys\nx")];
    let desk = LocalFiles {
        env: Env::from_slice(&[("HOME", "/home/me"), ("AWS_CONFIG_FILE", "/elsewhere")]),
        fs: Fs::from_slice(&broken),
    };
    let seen = look(&desk, None, now()).await;
    assert!(seen.list.is_empty());
    assert!(seen.problem.unwrap().1.contains("AWS_CONFIG_FILE"));
    let desk = LocalFiles {
        env: Env::from_slice(&[("HOME", "/nowhere")]),
        fs: Fs::from_slice(&[]),
    };
    let none = look(&desk, None, now()).await;
    assert_eq!((none.list.len(), none.problem), (0, None));
}
