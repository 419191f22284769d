//! What leads AWS traffic elsewhere: shown, marked, and refused in the name of production before
//! anything is sent.

use std::net::{Ipv4Addr, TcpListener};

use super::support::{BUNDLED, Closed, SECRETS, TestHome, unserved_port};

const PROFILE: &str = "
role_arn = arn:aws:iam::123456789012:role/switchback-operator
source_profile = keys
";

const KEYS: &str = "
[profile keys]
aws_access_key_id = AKIASEEDED0123456789
aws_secret_access_key = SeededSecretAccessKey/0123456789+abcdef
";

/// Somebody else's server, which must never hear anything.
struct Trap(TcpListener);

impl Trap {
    fn set() -> Self {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        server.set_nonblocking(true).unwrap();
        Self(server)
    }

    fn url(&self) -> String {
        format!("http://{}/x", self.0.local_addr().unwrap())
    }

    #[track_caller]
    fn heard_nothing(&self) {
        assert!(self.0.accept().is_err(), "something was sent");
    }
}

/// The ways in which a profile leads elsewhere: its files, and what names the setting.
fn ways(url: &str) -> Vec<(String, &'static str)> {
    let of = |nhs_prod: &str, more: &str| format!("[profile nhs-prod]{PROFILE}{nhs_prod}\n{KEYS}{more}\n");
    vec![
        (
            of(&format!("endpoint_url = {url}"), ""),
            "endpoint_url of the AWS profile nhs-prod",
        ),
        (
            of(
                "services = mine",
                &format!("[services mine]\nsts =\n  endpoint_url = {url}"),
            ),
            "endpoint_url of sts in [services mine]",
        ),
        (
            of(
                "services = 'mine'",
                &format!("[services \"'mine'\"]\nroute_53 =\n  endpoint_url = {url}"),
            ),
            "endpoint_url of route_53",
        ),
        (
            of(
                "services = mine",
                &format!(
                    "[services mine]\ns3 =\n  endpoint_url = http://127.0.0.1:1\ncognito_identity_provider =\n  endpoint_url = {url}"
                ),
            ),
            "endpoint_url of cognito_identity_provider",
        ),
        // Of the profile whose keys the role begins with.
        (
            of("", &format!("endpoint_url = {url}")),
            "endpoint_url of the AWS profile keys",
        ),
    ]
}

#[test]
fn an_endpoint_of_the_profile_is_refused_for_production_before_anything_is_sent() {
    let trap = Trap::set();
    for (files, setting) in ways(&trap.url()) {
        let place = TestHome::new();
        let config = place.write("aws-config", "");
        let place = place.set("AWS_CONFIG_FILE", config.display());
        // Opened while nothing led elsewhere.
        let run = place.new_run("prod.example", &[]);
        place.write("aws-config", &files);
        let commands: [&[&str]; 6] = [
            &["run", "new", "dns-switch", "--target", "prod.example"],
            &[
                "connection",
                "--target",
                "prod.example",
                "--runbook",
                "dns-switch",
            ],
            &["connection", "--run", &run],
            &["step", "check", &run, "lower-ttl"],
            &["step", "preview", &run, "lower-ttl"],
            &["rollback", &run, "--all", "--confirm", "prod.example"],
        ];
        for command in commands {
            let said = place.bad(5, command);
            assert!(said.contains(setting), "{command:?} {setting}: {said}");
            assert!(
                said.contains("aws-config, line ") && said.contains("production"),
                "{said}"
            );
        }
        let shown = place.json(&["profiles", "list"]);
        let settings = shown["environment"].as_array().unwrap();
        let named = |set: &serde_json::Value| set["variable"].as_str().unwrap().contains(setting);
        assert!(settings.iter().any(named), "{shown}");
        let chosen = place.also("AWS_PROFILE", "nhs-prod").json(&["profiles", "list"]);
        let settings = chosen["environment"].as_array().unwrap();
        assert!(
            settings.iter().any(|set| named(set) && set["overrides"] == true),
            "{chosen}"
        );
        trap.heard_nothing();
        place.verify(&run);
    }
}

#[test]
fn an_endpoint_of_one_service_in_the_environment_is_refused_for_production_too() {
    let trap = Trap::set();
    let place = TestHome::new();
    let config = place.write("aws-config", format!("[profile nhs-prod]{PROFILE}{KEYS}"));
    let mut place = place.set("AWS_CONFIG_FILE", config.display());
    let new = ["run", "new", "dns-switch", "--target", "prod.example"];
    for variable in [
        "AWS_ENDPOINT_URL_STS",
        "AWS_ENDPOINT_URL_ROUTE_53",
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
        "AWS_ENDPOINT_URL_SSO_OIDC",
    ] {
        place = place.set(variable, trap.url());
        let said = place.bad(5, &new);
        assert!(said.contains(variable), "{said}");
        // Variables are heeded by the SDK all the same, so it is no way around.
        let ignoring = place.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        assert!(ignoring.bad(5, &new).contains(variable));
        place = ignoring
            .set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "")
            .set(variable, "");
    }
    // A service that is not asked bars nothing.
    let place = place.set("AWS_ENDPOINT_URL_S3", trap.url());
    place.ok(&new);
    trap.heard_nothing();
}

#[test]
fn a_profile_whose_endpoints_are_ignored_is_production_again() {
    let trap = Trap::set();
    let place = TestHome::new();
    let files = format!(
        "[profile nhs-prod]{PROFILE}endpoint_url = {}\nignore_configured_endpoint_urls = true\n{KEYS}",
        trap.url()
    );
    let config = place.write("aws-config", files);
    let place = place.set("AWS_CONFIG_FILE", config.display());
    place.ok(&["run", "new", "dns-switch", "--target", "prod.example"]);
    trap.heard_nothing();
}

#[test]
fn any_other_target_is_marked_and_led_there() {
    let place = TestHome::new();
    let world = Closed::of(&place);
    let url = &world.handle.endpoint;
    let files = format!("[profile led]\nendpoint_url = {url}\nregion = eu-west-2\n{KEYS}")
        .replace("[profile keys]", "");
    let config = place.write("aws-config", files);
    let place = place.set("AWS_CONFIG_FILE", config.display());
    let target = place.test_target("profile = \"led\"");
    let run = place.new_run(&target, &[]);
    let shown = place.ok(&["run", "show", &run]);
    assert!(shown.out.contains("TEST ENDPOINT"), "{}", shown.out);
    place.ok(&["step", "check", &run, "lower-ttl"]);
    assert!(world.was_called_by("123456789012"));

    // Led elsewhere later: it is another world than the run's.
    place.write(
        "aws-config",
        format!(
            "[profile led]\nendpoint_url = http://127.0.0.1:{}\n{KEYS}",
            unserved_port()
        )
        .replace("[profile keys]", ""),
    );
    let said = place.bad(5, &["step", "check", &run, "lower-ttl"]);
    assert!(
        said.contains("not the one that this run was opened with"),
        "{said}"
    );

    // One service alone leaves the others to AWS, which is no test.
    place.write(
        "aws-config",
        format!("[profile led]\nservices = one\n[services one]\nsts =\n  endpoint_url = {url}\n"),
    );
    let new = ["run", "new", "dns-switch", "--target", &target];
    assert!(place.bad(5, &new).contains("needs an endpoint"));

    // Before production it is a mark.
    let text = std::fs::read_to_string(format!("{BUNDLED}/targets/preprod.example.toml")).unwrap();
    let text = text.lines().map(|line| match line.starts_with("profile = ") {
        true => "profile = \"led\"",
        false => line,
    });
    place.write("pre.toml", text.collect::<Vec<_>>().join("\n"));
    let run = place.new_run("./pre.toml", &[]);
    let shown = place.json(&["run", "show", &run, "--offline"]);
    assert!(shown.to_string().contains("sts http://"), "{shown}");
    assert!(
        place
            .ok(&["run", "show", &run, "--offline"])
            .out
            .contains("TEST ENDPOINT")
    );
    place.holds_no_secret();
}

#[test]
fn a_password_in_an_endpoint_of_a_profile_is_not_repeated() {
    let place = TestHome::new();
    let url = format!("http://me:{}@127.0.0.1:{}", SECRETS[2], unserved_port());
    let config = place.write(
        "aws-config",
        format!("[profile nhs-prod]{PROFILE}endpoint_url = {url}\n{KEYS}"),
    );
    let place = place.set("AWS_CONFIG_FILE", config.display());
    place.bad(5, &["run", "new", "dns-switch", "--target", "prod.example"]);
    super::support::harmless(&place.ok(&["profiles", "list"]));
}
