//! Sign-ins as the AWS CLI leaves them behind: cached tokens of IAM Identity Center and of `aws login`,
//! against a fake of the endpoints that renew them; and the commands that look at all of it.

use std::time::SystemTime;

use serde_json::Value;

use super::connection::row;
use super::portal::{Portal, dpop_key};
use super::support::{Closed, SECRETS, TestHome, applying};

/// SHA-1 of `example` and SHA-256 of the console session, by which the SDK finds the tokens.
const SSO: &str = "user/.aws/sso/cache/c3499c2729730a7f807efb8676a92dcb6f8a3f8f.json";
const LOGIN: &str =
    "user/.aws/login/cache/286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f.json";

pub(super) const FILES: &str = "
[profile sso]
sso_session = example
sso_account_id = 123456789012
sso_role_name = operator
region = eu-west-2

[profile through-sso]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = sso

[profile console]
login_session = arn:aws:iam::123456789012:user/me
region = eu-west-2

[profile keys]
aws_access_key_id = AKIASEEDED0123456789
aws_secret_access_key = SeededSecretAccessKey/0123456789+abcdef
aws_session_token = SeededSessionToken0123456789

[profile coded]
role_arn = arn:aws:iam::999999999999:role/operator
source_profile = keys
mfa_serial = arn:aws:iam::123456789012:mfa/me

[sso-session example]
sso_region = eu-west-2
sso_start_url = https://sso.example.nhs.test/start
sso_registration_scopes = sso:account:access
";

/// A moment from now, as the AWS CLI writes it.
#[expect(
    clippy::disallowed_methods,
    reason = "the AWS CLI writes its files by the computer's clock"
)]
fn in_s(seconds: i64) -> String {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    jiff::Timestamp::from_second(i64::try_from(now).unwrap() + seconds)
        .unwrap()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// A home, a fast world behind a custom endpoint, and the portal that renews sign-ins.
pub(super) struct Station {
    pub(super) place: TestHome,
    pub(super) world: Closed,
    pub(super) portal: Portal,
    pub(super) run: String,
}

impl Station {
    pub(super) fn open() -> Self {
        Self::with(Closed::of)
    }

    /// Its world runs no faster than the clock of the target, which is this computer's.
    pub(super) fn slow() -> Self {
        Self::with(Closed::slow)
    }

    fn with(world: fn(&TestHome) -> Closed) -> Self {
        let portal = Portal::start();
        let place = TestHome::new();
        let config = place.write("aws-config", FILES);
        let place = place.set("AWS_CONFIG_FILE", config.display());
        // The target's clock is the real one; only the world behind the endpoint runs fast.
        let world = world(&place);
        let mut place = place.set("AWS_ENDPOINT_URL", &world.handle.endpoint);
        for variable in [
            "AWS_ENDPOINT_URL_SSO",
            "AWS_ENDPOINT_URL_SSO_OIDC",
            "AWS_ENDPOINT_URL_SIGNIN",
        ] {
            place = place.set(variable, &portal.url);
        }
        let target = place.test_target("");
        let run = place.new_run(&target, &[]);
        Self {
            place,
            world,
            portal,
            run,
        }
    }

    pub(super) fn profile(mut self, name: &str) -> Self {
        self.place = self.place.set("AWS_PROFILE", name);
        self
    }

    /// A token of IAM Identity Center that ends in so many seconds.
    fn sso_token(&self, ends_in: i64, more: &str) {
        self.place.write(SSO, token(ends_in, more));
    }

    /// A token as the AWS CLI leaves it behind.
    pub(super) fn token(&self, ends_in: i64) -> String {
        token(ends_in, "")
    }

    fn login_token(&self, ends_in: i64) {
        let token = format!(
            "{{\"accessToken\":{{\"accessKeyId\":\"{}\",\"secretAccessKey\":\"{}\",\"sessionToken\":\"{}\",\
             \"accountId\":\"123456789012\",\"expiresAt\":\"{}\"}},\"tokenType\":\"aws_sigv4\",\
             \"refreshToken\":\"{}\",\"clientId\":\"arn:aws:signin:::devtools/same-device\",\"dpopKey\":\"{}\"}}",
            SECRETS[3],
            SECRETS[0],
            SECRETS[1],
            in_s(ends_in),
            SECRETS[2],
            dpop_key()
        );
        self.place.write(LOGIN, token);
    }

    fn check(&self) {
        self.place.ok(&["step", "check", &self.run, "lower-ttl"]);
    }

    pub(super) fn bad_check(&self) -> String {
        self.place.bad(6, &["step", "check", &self.run, "lower-ttl"])
    }

    fn profile_row(&self, name: &str) -> Value {
        let all = self.place.json(&["profiles", "list"]);
        let rows = all["profiles"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap().clone()
    }
}

fn token(ends_in: i64, more: &str) -> String {
    format!(
        "{{\"startUrl\":\"https://sso.example.nhs.test/start\",\"region\":\"eu-west-2\",\
         \"accessToken\":\"{}\",\"expiresAt\":\"{}\"{more}}}",
        SECRETS[1],
        in_s(ends_in)
    )
}

#[test]
fn a_session_of_iam_identity_center_is_used_renewed_and_ended() {
    let desk = Station::open().profile("sso");
    // Nobody ever signed in.
    let never = desk.bad_check();
    assert!(never.contains("aws sso login --profile sso"), "{never}");
    assert_eq!(desk.profile_row("sso")["session"], "signed_out");

    // A token of now: the portal is asked for the role with it.
    desk.sso_token(8 * 3600, "");
    desk.check();
    let asked = desk.portal.asked();
    assert_eq!(asked, ["GET /federation/credentials"]);
    let row = desk.profile_row("sso");
    assert_eq!(
        (row["session"].as_str(), row["kind"].as_str()),
        (Some("ends"), Some("sso_session"))
    );
    assert!(
        row["session_words"]
            .as_str()
            .unwrap()
            .starts_with("ends in 7 h 59"),
        "{row}"
    );

    // It ended, and it can be renewed.
    let registered = format!(
        ",\"refreshToken\":\"{}\",\"clientId\":\"example\",\"clientSecret\":\"{}\",\"registrationExpiresAt\":\"{}\"",
        SECRETS[2],
        SECRETS[0],
        in_s(30 * 24 * 3600)
    );
    desk.sso_token(-60, &registered);
    assert_eq!(desk.profile_row("sso")["session"], "renews");
    desk.check();
    assert_eq!(
        desk.portal.asked(),
        ["POST /token", "GET /federation/credentials"]
    );

    // It ended, and nobody can renew it.
    desk.sso_token(-60, "");
    let ended = desk.bad_check();
    assert!(
        ended.contains("The sign-in of the AWS profile sso has ended")
            && ended.contains("aws sso login --profile sso"),
        "{ended}"
    );
    assert_eq!(desk.profile_row("sso")["session"], "expired");
    let role = desk.profile_row("through-sso");
    assert_eq!(role["sign_in"], "aws sso login --profile sso");

    // The file says that it is good, the portal says that it is not.
    desk.sso_token(3600, "");
    desk.portal.refuse();
    let revoked = desk.bad_check();
    assert!(revoked.contains("aws sso login --profile sso"), "{revoked}");
    desk.place.holds_no_secret();
}

#[test]
fn a_session_of_aws_login_is_used_renewed_and_ended() {
    let desk = Station::open().profile("console");
    let never = desk.bad_check();
    assert!(
        never.contains("Sign in with `aws login --profile console`"),
        "{never}"
    );

    desk.login_token(900);
    desk.check();
    assert_eq!(desk.portal.asked(), [""; 0], "a token of now needs nobody");
    let row = desk.profile_row("console");
    assert_eq!(
        (row["session"].as_str(), row["kind"].as_str()),
        (Some("renews"), Some("login"))
    );

    desk.login_token(-60);
    desk.check();
    assert_eq!(desk.portal.asked(), ["POST /v1/token"]);

    desk.login_token(-60);
    desk.portal.refuse();
    let ended = desk.bad_check();
    assert!(
        ended.contains("has ended") && ended.contains("aws login --profile console"),
        "{ended}"
    );
    desk.login_token(-13 * 3600);
    assert_eq!(desk.profile_row("console")["session"], "expired");
    desk.place.holds_no_secret();
}

#[test]
fn a_step_that_would_outlive_the_session_is_refused_and_can_be_overridden_by_name() {
    let desk = Station::open().profile("sso");
    desk.sso_token(100, "");
    let seen = desk.place.seen(&desk.run);
    let args = applying(&desk.run, "test", &seen);
    let refused = desk.place.bad(5, &args);
    assert!(
        refused.contains("Your sign-in ends in")
            && refused.contains("lower-ttl")
            && refused.contains("aws sso login --profile sso")
            && refused.contains("sign-in, with a reason"),
        "{refused}"
    );
    assert_eq!(desk.world.changes(), 0);

    // The check of the connection says the same beforehand.
    let view = desk
        .place
        .run(&["connection", "--run", &desk.run, "--json"])
        .code(3)
        .json();
    let session = row(&view, "session");
    assert_eq!(session["tone"], "failing");
    assert!(
        session["observed"]
            .as_str()
            .unwrap()
            .contains("too soon for lower-ttl"),
        "{session}"
    );

    // An override needs its name and a reason.
    desk.place
        .run(&[&args[..], &["--override", "sign-in"]].concat())
        .code(2);
    let other = [&args[..], &["--override", "other", "--reason", "because"]].concat();
    desk.place.bad(5, &other);
    assert_eq!(desk.world.changes(), 0);
    let named = [
        &args[..],
        &["--override", "sign-in", "--reason", "nobody else is here"],
    ]
    .concat();
    desk.place.ok(&named);
    assert_eq!(desk.world.changes(), 1);
    let story = desk.place.ok(&["journal", "show", &desk.run]).out;
    assert!(
        story.contains("sign-in overridden: nobody else is here"),
        "{story}"
    );

    // Signed in again, nothing stands in the way; and the way back was never barred.
    let view = desk
        .place
        .run(&["connection", "--run", &desk.run, "--json"])
        .json();
    let change = row(&view, "ChangeResourceRecordSets:Z0REHEARSALEXAMPLE1");
    assert_eq!(change["observed"], "allowed: exercised in this run");
    desk.place
        .run(&["rollback", &desk.run, "--all", "--confirm", "test"])
        .code(7);
    desk.place.holds_no_secret();
}

#[test]
fn a_role_that_wants_a_code_says_what_to_do() {
    let desk = Station::open().profile("coded");
    let said = desk.bad_check();
    assert!(
        said.contains("needs a code from an MFA device")
            && said.contains("aws configure export-credentials --profile coded"),
        "{said}"
    );
}

#[test]
fn the_profiles_are_listed_without_a_secret() {
    let desk = Station::open().profile("keys");
    desk.sso_token(3600, "");
    let text = desk.place.ok(&["profiles", "list"]);
    for name in [
        "sso",
        "through-sso",
        "console",
        "* keys",
        "coded",
        "AWS_PROFILE",
        "AWS_ENDPOINT_URL_SSO",
    ] {
        assert!(text.out.contains(name), "{name}: {}", text.out);
    }
    super::support::harmless(&text);
    let json = desk.place.run(&["profiles", "list", "--json"]).code(0);
    super::support::harmless(&json);
    assert_eq!(json.json()["selected"], "keys");
    let broken = desk.place.write("broken", "[profile keys\nx");
    let place = desk.place.set("AWS_CONFIG_FILE", broken.display());
    let did = place.run(&["profiles", "list", "--json"]).code(3);
    assert!(did.json()["mend"].as_str().unwrap().contains("AWS_CONFIG_FILE"));
}
