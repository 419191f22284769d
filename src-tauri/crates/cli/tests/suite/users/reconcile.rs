//! The comparison of a whole list with whole pools.

use std::fs;

use super::TestHome;

/// Every line against whole pools, into a file that nobody else may read.
#[test]
fn a_source_list_is_reconciled_with_whole_pools() {
    let place = TestHome::new();
    let more = place
        .world
        .control(async |client| client.add_users("eu-west-2_REHEARSAL1", 500).await.unwrap());
    assert_eq!(more, 500);
    let list = place.file(
        "list.csv",
        "\u{FEFF}email;given_name;active;role\r\nANNA.baker@example.nhs.test;Anna;yes;\r\n\
         dan.evans@example.nhs.test;Dan;yes;\r\nisla.jones@example.nhs.test;Isla;yes;\r\n\
         nora.owen@example.nhs.test;Nora;yes;\r\nleaver@example.nhs.test;Lea;no;\r\n\
         core_etl@example.nhs.test;Etl;yes;Machine User\r\n=HYPERLINK(1);Bad;yes;\r\nragged;row\r\n\
         user000499@example.nhs.test;User;yes;\r\nanna.baker@example.nhs.test;Anna;yes;\r\n",
    );
    let out = place.folder.path().join("out.csv");
    let ask = |out: &str, more: &[&str]| place.compare(&list, out, &[&["--json"], more].concat());
    // Nobody sees whole addresses without saying why; then nothing was asked and nothing written.
    ask("out.csv", &["--reveal", "email"]).code(2);
    ask("out.csv", &["--purpose", "for anna.baker@example.nhs.test"]).code(2);
    assert!(!out.exists());
    assert_eq!(place.counts().get("cognito-idp:ListUsers"), None);
    let done = ask("out.csv", &["--purpose", "Ticket 4711"]).code(4);
    let (error, done) = (done.error(), done.json());
    assert_eq!(error["code"], "unknown");
    assert_eq!(
        error["message"],
        "Not every row has a clear answer: row_not_read 2."
    );
    let word = |word: &str| done["verdicts"][word].as_u64();
    assert_eq!(
        (done["rows"].as_u64(), done["complete"].as_bool()),
        (Some(10), Some(true))
    );
    for (verdict, rows) in [
        ("confirmed", 3),
        ("invitation_expired", 1),
        ("several", 1),
        ("not_migrated_known", 1),
        ("not_migrated_leaver", 1),
        ("machine_user", 1),
        ("row_not_read", 2),
    ] {
        assert_eq!(word(verdict), Some(rows), "{verdict}: {done}");
    }
    let told: Vec<&str> = done["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w.as_str().unwrap())
        .collect();
    assert!(
        told[0].starts_with("source list: line 8, column email: the cell begins like a formula"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("source list: line 9 has 2 cells, the first line has 4"),
        "{told:?}"
    );
    assert!(
        told[2].contains("line 11 has the same e-mail address as line 2"),
        "{told:?}"
    );
    let text = fs::read_to_string(&out).unwrap();
    let lines: Vec<&str> = text.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(
        lines,
        ["line", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]
    );
    for word in ["anna", "HYPERLINK", "Isla", "nora.owen", "ragged"] {
        assert!(
            !text.to_lowercase().contains(&word.to_lowercase()),
            "{word}: {text}"
        );
        assert!(!done.to_string().contains(word), "{word}: {done}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // Whole pools in pages of 60, and nobody's details.
    let pages = place.counts()["cognito-idp:ListUsers"];
    assert!((10..=12).contains(&pages), "{pages}");
    assert_eq!(place.counts().get("cognito-idp:AdminGetUser"), None);
    // The old result stays, and nothing is asked for a file that can't be written.
    let refused = ask("out.csv", &["--purpose", "Ticket 4711"]).code(3).error();
    assert!(
        refused["message"].as_str().unwrap().contains("already a file"),
        "{refused}"
    );
    assert_eq!(
        (
            fs::read_to_string(&out).unwrap(),
            place.counts()["cognito-idp:ListUsers"]
        ),
        (text, pages)
    );
    // As they are only where somebody asked for it, which is recorded.
    let plain = place.folder.path().join("plain.csv");
    ask("plain.csv", &["--purpose", "Ticket 4711", "--reveal", "email"]).code(4);
    assert!(
        fs::read_to_string(&plain)
            .unwrap()
            .contains("\n5,nora.owen@example.nhs.test,not_migrated_known,")
    );
    let audit = place.run(&["users", "audit", "--json"]).code(0).json();
    let rows = audit["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{audit}");
    assert_eq!(
        (rows[0]["did"].as_str(), rows[0]["field"].as_str()),
        (Some("reconcile"), Some("email"))
    );
    assert_eq!(
        (rows[1]["purpose"].as_str(), rows[1]["matches"].as_u64()),
        (Some("Ticket 4711"), Some(10))
    );
    // AWS goes on asking to slow down: no file that calls anybody absent.
    place.world.inject("throttle:ListUsers:0");
    let none = place.folder.path().join("none.csv");
    let error = ask("none.csv", &["--purpose", "Ticket 4711"]).code(4).error();
    assert!(
        error["message"].as_str().unwrap().contains("nothing was written"),
        "{error}"
    );
    assert!(!none.exists());
}
