#![expect(clippy::unwrap_used, reason = "tests")]

use aws_types::os_shim_internal::{Env, Fs};

use super::{Files, encoded};
use crate::elsewhere::Elsewhere;
use crate::profile::{Kind, trace};
use crate::service::Service;
use crate::session::LocalFiles;

fn files(config: &str, credentials: &str, vars: &[(&str, &str)]) -> (LocalFiles, Files) {
    let mut all = vec![("HOME", "/home/me")];
    all.extend(vars);
    let desk = LocalFiles {
        env: Env::from_slice(&all),
        fs: Fs::from_slice(&[
            ("/home/me/.aws/config", config),
            ("/home/me/.aws/credentials", credentials),
        ]),
    };
    let files = Files::read(&desk, None);
    (desk, files)
}

#[test]
fn names_are_read_as_the_aws_cli_reads_them() {
    let config = "# ours\n[default]\nregion = eu-west-2\n[profile 'NHS Central'] # x\nsso_session = NHS Central\n\
                  [profile \"it's\"]\nRegion=eu-west-1 ; near\n[sso-session 'NHS Central']\nsso_region = eu-west-2\n\
                  [services mine]\nsts =\n  endpoint_url = http://127.0.0.1:1\n  other = 1\ns3 =\n  endpoint_url = x\n";
    let credentials = "[NHS Keys]\naws_access_key_id = a\n[default]\nregion = us-east-1\n";
    let (_, files) = files(config, credentials, &[]);
    assert_eq!(files.notes(), []);
    let names: Vec<&str> = files.profiles.keys().map(String::as_str).collect();
    assert_eq!(names, ["NHS Central", "NHS Keys", "default", "it's"]);
    assert_eq!(
        files.get_profile("it's").unwrap().get("region"),
        Some("eu-west-1")
    );
    // The keys of the credentials file go before those of the other.
    assert_eq!(
        files.get_profile("default").unwrap().get("region"),
        Some("us-east-1")
    );
    assert!(files.sessions.contains_key("NHS Central"));
    let below: Vec<_> = files.services["mine"].below("sts").collect();
    assert_eq!(below, [("endpoint_url", "http://127.0.0.1:1"), ("other", "1")]);
    let place = files.get_profile("NHS Central").unwrap().place_of("sso_session");
    assert_eq!(place, "~/.aws/config, line 5");
}

#[test]
fn a_profile_default_takes_the_place_of_the_plain_one() {
    for config in [
        "[default]\na = 1\n[profile default]\nb = 2\n",
        "[profile default]\nb = 2\n[default]\na = 1\n",
    ] {
        let (_, files) = files(config, "", &[]);
        let found = files.get_profile("default").unwrap();
        assert_eq!((found.get("a"), found.get("b")), (None, Some("2")), "{config}");
    }
}

#[test]
fn no_two_names_become_one_for_the_sdk() {
    assert_eq!(encoded("nhs-prod.2@x"), "nhs-prod.2@x");
    assert_eq!(encoded("NHS Central"), "NHS%20Central");
    assert_eq!(encoded("NHS%20Central"), "NHS%2520Central");
    assert_eq!(encoded("é"), "%C3%A9");
}

#[test]
fn everything_that_leads_elsewhere_is_found_once_and_in_order() {
    let config = "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/operator\nsource_profile = b\n\
                  endpoint_url = http://a.test\nservices = s\nca_bundle = /x.pem\nuse_fips_endpoint = true\n\
                  [profile b]\nendpoint_url = https://me:SeededPassword0123@b.test/x\nuse_dualstack_endpoint = true\n\
                  [services s]\nsts =\n  endpoint_url = http://sts.test\ns3 =\n  endpoint_url = http://s3.test\n";
    let vars = [("AWS_PROFILE", "a"), ("AWS_ENDPOINT_URL_SSO", "http://sso.test")];
    let (desk, files) = files(config, "", &vars);
    let found = Elsewhere::find(&desk, &files, false);
    let shown: Vec<String> = found
        .detours
        .iter()
        .map(super::super::elsewhere::Detour::shown)
        .collect();
    assert_eq!(
        shown,
        [
            "http://sso.test",
            "http://sts.test",
            "http://a.test",
            "https://(removed)@b.test/x"
        ]
    );
    assert_eq!(found.endpoint_of(Service::Sts), Some("http://sts.test"));
    assert_eq!(found.endpoint_of(Service::Route53), Some("http://a.test"));
    assert_eq!(found.others.len(), 1);
    assert!(found.fips.is_some() && found.dual_stack.is_none() && found.ca_bundle.is_some());
    assert!(!format!("{:?}", found.mark()).contains("SeededPassword"));
    let refused = found.refuse("The target prod").unwrap_err();
    assert!(
        refused.message.contains("~/.aws/config, line 4"),
        "{}",
        refused.message
    );
    assert!(!refused.message.contains("SeededPassword"), "{}", refused.message);
}

#[test]
fn a_file_that_cannot_be_read_leaves_nothing_of_itself() {
    let (_, files) = files(
        "[profile a]\nregion = x\n[profile b]\nx\n",
        "[c]\nregion = x\n",
        &[],
    );
    assert!(files.profiles.is_empty());
    assert_eq!(files.broken.as_ref().unwrap().place, "~/.aws/config, line 4");
    assert!(matches!(trace(&files, "a").kind, Kind::Unreadable { .. }));
}
