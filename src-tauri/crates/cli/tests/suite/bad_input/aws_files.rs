//! The AWS files as people write them: names with blanks, slips of the pen, files that are none.

use super::sign_ins::Station;
use super::support::{Closed, SECRETS, TestHome, harmless, unserved_port};

/// SHA-1 of `NHS Central`, by which the AWS CLI finds that session's token.
fn token_file(session: &str) -> String {
    use sha1::Digest as _;
    format!(
        "user/.aws/sso/cache/{}.json",
        hex::encode(sha1::Sha1::digest(session))
    )
}

fn listed(place: &TestHome, code: i32) -> String {
    let did = place.run(&["profiles", "list"]).code(code);
    harmless(&did);
    // What is said must not depend on how it is asked.
    harmless(&place.run(&["profiles", "list", "--json"]).code(code));
    format!("{}{}", did.out, did.err)
}

#[test]
fn a_session_with_a_blank_in_its_name_is_signed_in() {
    for (head, named, profile) in [
        ("[sso-session 'NHS Central']", "NHS Central", "[profile central]"),
        (
            "[sso-session \"NHS Central\"] # of the trust",
            "NHS Central",
            "[profile central]",
        ),
        (
            "[sso-session NHS\\ Central]",
            "NHS Central",
            "[profile 'our central']",
        ),
        ("[sso-session a&b]", "a&b", "[profile central] ; comment"),
    ] {
        let desk = Station::open();
        let name = if profile.contains("our") {
            "our central"
        } else {
            "central"
        };
        desk.place.write(
            "aws-config",
            format!(
                "{profile}\nsso_session = {named}\nsso_account_id = 123456789012\nsso_role_name = operator\n\n\
                 [profile through]\nrole_arn = arn:aws:iam::123456789012:role/operator\nsource_profile = {name}\n\n\
                 {head}\nsso_region = eu-west-2\nsso_start_url = https://sso.example.nhs.test/start\n"
            ),
        );
        desk.place.write(&token_file(named), desk.token(3600));
        for (profile, asked) in [(name, 1), ("through", 1)] {
            let place = desk.place.also("AWS_PROFILE", profile);
            place.ok(&["step", "check", &desk.run, "lower-ttl"]);
            assert_eq!(desk.portal.asked().len(), asked, "{profile}");
        }
        let shown = desk.place.json(&["profiles", "list"]);
        assert!(
            shown["problem"].is_null() && shown.get("notes").is_none(),
            "{shown}"
        );
    }
}

#[test]
fn what_a_session_lacks_is_named_with_its_line() {
    let cases = [
        (
            "sso_session = gone",
            "",
            "no section [sso-session gone] is found",
            "aws configure sso",
        ),
        (
            "sso_session = NHS Central",
            "[sso-session NHS Central]\nsso_region = eu-west-2",
            "line 5",
            "[sso-session 'NHS Central']",
        ),
        (
            "sso_session = here",
            "[sso_session here]\nsso_region = eu-west-2",
            "line 5",
            "[sso-session here]",
        ),
        (
            "sso_session = here",
            "[sso-session here]\nsso_region = eu-west-2",
            "sso_start_url is not set in the section at",
            "Add it there",
        ),
    ];
    for (profile, section, said, mend) in cases {
        let desk = Station::open().profile("central");
        desk.place.write(
            "aws-config",
            format!("[profile central]\n{profile}\nsso_account_id = 123456789012\nsso_role_name = operator\n{section}\n"),
        );
        let error = desk.bad_check();
        assert!(error.contains(said) && error.contains(mend), "{error}");
        assert!(error.contains("aws-config, line "), "{error}");
        assert!(!error.contains("aws sso login"), "{error}");
        assert!(listed(&desk.place, 0).contains(said));
    }
}

#[test]
fn a_slip_is_told_with_its_file_and_line_and_what_mends_it() {
    let cases = [
        (
            "[profile keys]\n region = eu-west-2\n",
            2,
            "a blank stands before region",
            "Take the blank",
        ),
        (
            "[profile keys]\nregion = eu-west-2\n\tsso_session = x\n",
            3,
            "part of region",
            "Take the blank",
        ),
        (
            "[profile keys] and more\n",
            1,
            "text stands behind the ]",
            "a line of its own",
        ),
        (
            "[profile keys]x\nregion = eu-west-2\n",
            1,
            "text stands behind the ]",
            "a line of its own",
        ),
        (
            "\n [profile keys]\n",
            2,
            "a blank stands before the [",
            "Take the blank",
        ),
        ("[profile keys\n", 1, "has no ] at its end", "Write a ]"),
        ("[profile 'keys]\n", 1, "never ends", "End the name"),
        (
            "[profile keys]\nregion\n",
            2,
            "there is no = in it",
            "KEY = VALUE",
        ),
        (
            "[profile keys]\nregion: eu-west-2\n",
            2,
            "there is no = in it",
            "not with :",
        ),
        (
            "region = eu-west-2\n[profile keys]\n",
            1,
            "before the first section",
            "[profile NAME]",
        ),
        (
            "[profile keys]\n= eu-west-2\n",
            2,
            "no name before the =",
            "Write the key",
        ),
    ];
    let desk = Station::open().profile("keys");
    for (text, line, what, mend) in cases {
        desk.place.write("aws-config", text);
        let said = listed(&desk.place, 3);
        let place = format!("aws-config, line {line}: ");
        for word in [place.as_str(), what, mend, "AWS_CONFIG_FILE"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(!said.contains("aws configure list"), "{said}");
        let error = desk.bad_check();
        assert!(
            error.contains(&place) && error.contains(what) && error.contains(mend),
            "{error}"
        );
    }
}

#[test]
fn what_is_passed_over_is_named_with_its_line_and_reason() {
    let place = TestHome::new();
    let config = place.write("aws-config", "");
    let place = place.set("AWS_CONFIG_FILE", config.display());
    for (text, code, said) in [
        (
            "[nhs-preprod]\nregion = eu-west-2\n",
            3,
            "aws-config, line 1: the section [nhs-preprod] is passed over",
        ),
        ("# ours\n[NHS-Prod]\n", 3, "Write [profile NHS-Prod] instead"),
        ("[profile a b]\n", 3, "a name with a blank needs quotes"),
        ("[Profile a]\n", 3, "the word profile is written small"),
        (
            "[profile a]\n[b]\n",
            0,
            "aws-config, line 2: the section [b] is passed over",
        ),
        ("[profile a]\n[plugins]\nx = y\n", 0, "a  "),
    ] {
        place.write("aws-config", text);
        let all = listed(&place, code);
        assert!(all.contains(said), "{said}: {all}");
        assert!(!all.contains("aws configure sso` makes one"), "{all}");
    }
    // A byte of Latin-1: in a comment it is passed over, anywhere else it is a fault.
    place.write(
        "aws-config",
        b"[profile a]\n# caf\xe9\nregion = eu-west-2 ; \xe9t\xe9\n",
    );
    let all = listed(&place, 0);
    assert!(
        all.contains("line 2: a byte in this comment") && all.contains("line 3: a byte"),
        "{all}"
    );
    place.write(
        "aws-config",
        b"[profile a]\nregion = eu-west-2\n[profile b\xe9]\n",
    );
    assert!(listed(&place, 3).contains("line 3: a byte of it is no UTF-8"));
    // A mark at the beginning, as Notepad writes it, is none of the text.
    place.write("aws-config", b"\xef\xbb\xbf[profile a]\r\nregion = eu-west-2\r\n");
    assert!(!listed(&place, 0).contains("Not taken"));
}

#[test]
fn a_file_that_cannot_be_read_is_not_absent() {
    let place = TestHome::new();
    let folder = place.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let wide: Vec<u8> = "\u{feff}[profile a]\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let wide = place.write("wide", wide);
    for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        for (path, what) in [
            (folder.clone(), "it is a folder, not a file"),
            (place.path().join("nosuch"), "there is no such file"),
            (wide.clone(), "UTF-16"),
        ] {
            let place = place.also(variable, path.display());
            let all = listed(&place, 3);
            assert!(all.contains(what), "{variable} {what}: {all}");
            let place = place.also("AWS_PROFILE", "a").set(
                "AWS_ENDPOINT_URL",
                format!("http://127.0.0.1:{}", unserved_port()),
            );
            let error = place.run(&["connection"]).code(6);
            let error = format!("{}{}", error.out, error.err);
            assert!(error.contains(what), "{error}");
        }
    }
}

#[test]
fn the_output_of_a_program_that_is_not_taken_is_told_without_its_values() {
    let place = TestHome::new();
    let config = place.write("aws-config", "");
    let world = Closed::of(&place);
    let place = place
        .set("AWS_CONFIG_FILE", config.display())
        .set("AWS_ENDPOINT_URL", &world.handle.endpoint)
        .set("AWS_PROFILE", "program");
    let target = place.test_target("");
    let run = place.new_run(&target, &[]);
    let check = ["step", "check", &run, "lower-ttl"];
    let (id, secret) = (SECRETS[3], SECRETS[0]);
    let keys = format!("\"AccessKeyId\":\"{id}\",\"SecretAccessKey\":\"{secret}\"");
    let write = |output: &str, more: &str| {
        place.write("output", output);
        place.write(
            "aws-config",
            format!(
                "[profile program]\ncredential_process = cat {}{more}\n",
                place.path().join("output").display()
            ),
        );
    };
    write(&format!("{{\"Version\":1,{keys}}}\n"), "");
    place.ok(&check);
    for (output, why) in [
        (
            format!("Welcome back\n{{\"Version\":1,{keys}}}"),
            "printed text before the JSON",
        ),
        (
            format!("{{\"Version\":1,{keys}}}\nGoodbye"),
            "printed text behind the JSON",
        ),
        (format!("{{{keys}}}"), "printed JSON without Version"),
        (
            format!("{{\"Version\":2,{keys}}}"),
            "of Version 2; only Version 1 is known",
        ),
        (format!("{{\"Version\":\"1\",{keys}}}"), "a Version that is text"),
        (
            format!("{{\"Version\":1,\"AccessKeyId\":7,\"SecretAccessKey\":\"{secret}\"}}"),
            "a AccessKeyId that is a number",
        ),
        (
            format!("{{\"Version\":1,\"AccessKeyId\":\"{id}\"}}"),
            "without SecretAccessKey",
        ),
        (format!("{{\"Version\":1,{keys}"), "breaks off"),
        (format!("[{{\"Version\":1,{keys}}}]"), "no object"),
        (String::new(), "printed nothing"),
        (secret.to_owned(), "printed text that is no JSON"),
        (
            format!("{{\"Version\":1,{keys},\"Expiration\":\"tomorrow\"}}"),
            "an Expiration that is no time",
        ),
        (
            format!("{{\"Version\":1,{keys},\"Expiration\":\"2020-01-01T00:00:00Z\"}}"),
            "years ago, at 2020-01-01T00:00:00Z",
        ),
    ] {
        write(&output, "");
        let error = place.bad(6, &check);
        let named = "The credential_process of the AWS profile program ";
        assert!(error.contains(why) && error.contains(named), "{why}: {error}");
    }
    for (more, why) in [
        (
            format!(" >/dev/null; echo {} >&2; exit 3", SECRETS[2]),
            "ended with exit code 3",
        ),
        ("; nosuchprogram".to_owned(), "not found by the shell"),
    ] {
        write("x", &more);
        let error = place.bad(6, &check);
        assert!(error.contains(why), "{error}");
    }
    let view = place.run(&["connection", "--json"]).code(6);
    harmless(&view);
    assert!(!view.out.contains("too soon"), "{}", view.out);
    place.holds_no_secret();
}
