//! One reading of a person's address at every door: typed, in a list, compared with whole pools.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;

use super::{TestHome, command};
use crate::shared::Did;

const ANNA: &str = "anna.baker@example.nhs.test";

impl TestHome {
    /// Compares a list with the pools of the rehearsal's target.
    fn reconciled(&self, name: &str, list: &[u8]) -> (Did, String) {
        let path = self.folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, list).unwrap();
        let result = format!("{name}-out.csv");
        let did = self.compare(&path.display().to_string(), &result, &["--json"]);
        let out = self.folder.path().join(result);
        (did, std::fs::read_to_string(out).unwrap_or_default())
    }
}

/// The word of each line of a result.
fn verdicts(file: &str) -> Vec<(u64, String)> {
    let rows = file.lines().skip(1).map(|line| {
        let mut cells = line.split(',');
        let number = cells.next().unwrap().parse().unwrap();
        (number, cells.nth(1).unwrap().to_owned())
    });
    rows.collect()
}

fn pairs(of: &[(u64, &str)]) -> Vec<(u64, String)> {
    of.iter()
        .map(|(line, word)| (*line, (*word).to_owned()))
        .collect()
}

fn warnings(document: &Value) -> String {
    document["warnings"].to_string()
}

#[test]
fn a_quote_that_never_ends_leaves_out_whom_it_swallows() {
    let place = TestHome::new();
    let list = b"email,given_name,family_name\nanna.baker@example.nhs.test,Anna,Baker\n\
        bob.carter@example.nhs.test,Bob,\"Carter\ndan.evans@example.nhs.test,Dan,Evans\nelse@example.nhs.test,E,F\n";
    let (did, file) = place.reconciled("quote", list);
    let done = did.code(4).json();
    let told = warnings(&done);
    assert!(
        told.contains("line 3: a quote begins here") && told.contains("swallows lines 4 to 5"),
        "{told}"
    );
    let left = "row_not_read";
    assert_eq!(
        verdicts(&file),
        pairs(&[(2, "confirmed"), (3, left), (4, left), (5, left)])
    );
    let source = place.folder.path().join("quote.csv").display().to_string();
    // On a swallowed line, or nowhere: that can't be told. Who has an account has one.
    for who in ["else@example.nhs.test", "nobody.at.all@example.nhs.test"] {
        let found = place.find(&[who, "--source", &source]).code(4).json();
        assert_eq!(found["verdict"], "cant_tell", "{found}");
        assert!(found["sentence"].as_str().unwrap().contains("line 3"), "{found}");
    }
    let found = place
        .find(&["dan.evans@example.nhs.test", "--source", &source])
        .code(0);
    assert_eq!(found.json()["verdict"], "invitation_expired");
    // Another person's quote ends it; a quote that is closed is nobody's fault.
    let closed = b"email,given_name,family_name\nbob.carter@example.nhs.test,Bob,\"Carter\n\
        dan.evans@example.nhs.test,Dan,\"Evans\"\nanna.baker@example.nhs.test,Anna,\"Ba\nker\"\n";
    let (did, file) = place.reconciled("closed", closed);
    did.code(4);
    assert_eq!(verdicts(&file), pairs(&[(2, left), (3, left), (4, "confirmed")]));
}

#[test]
fn a_list_of_another_encoding_is_refused_whole() {
    let place = TestHome::new();
    let plain = "email\nkate.lane@example.nhs.test\n";
    let wide: Vec<u8> = plain.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let little: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let four: Vec<u8> = plain.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    let latin = b"email\nkate.lane@example.nhs.test\njos\xe9@example.nhs.test\n".to_vec();
    for (name, bytes) in [("be", wide), ("le", little), ("four", four), ("latin", latin)] {
        let (did, file) = place.reconciled(name, &bytes);
        let error = did.code(3).error();
        assert!(
            error["message"].as_str().unwrap().contains("is not UTF-8 text"),
            "{error}"
        );
        assert!(error["hint"].as_str().unwrap().contains("CSV UTF-8"), "{error}");
        assert_eq!(file, "");
    }
    assert_eq!(place.counts().get("cognito-idp:ListUsers"), None);
}

#[test]
fn a_cell_is_read_as_what_is_typed() {
    let place = TestHome::new();
    let list = "sep=;\nUsername;Name;Email\nab1;Anna Baker;Anna Baker <anna.baker@example.nhs.test>\n\
        kl;-;mailto:kate.lane@example.nhs.test\nbc;Ben;ben.carter@example.nhs.test\u{200B}\n\
        x;Anna;\u{430}nna.baker@example.nhs.test\n-;Nora;nora.owen@example.nhs.test.\n";
    let (did, file) = place.reconciled("cells", list.as_bytes());
    let told = warnings(&did.code(4).json());
    let left = "row_not_read";
    assert_eq!(
        verdicts(&file),
        pairs(&[
            (3, "confirmed"),
            (4, "escalate"),
            (5, left),
            (6, left),
            (7, "not_migrated_known")
        ])
    );
    for words in [
        "line 3, column email: read without a name beside the address",
        "line 4, column email: read without mailto:",
        "line 5, column email: character 28 can't be seen (U+200B)",
        "line 6, column email: character 1 is а (U+0430, Cyrillic), a letter of another alphabet that looks like a",
        "line 7, column email: read without a full stop",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(
        !told.contains("formula") && !told.contains("anna.baker"),
        "{told}"
    );
    // Typed it is the same.
    for (typed, note) in [
        (format!("<{ANNA}>"), "Read without brackets around it."),
        (
            format!("Anna Baker <{ANNA}>"),
            "Read without a name beside the address.",
        ),
        (
            format!("mailto:{ANNA};"),
            "Read without mailto: and a full stop, comma or semicolon.",
        ),
        (format!("“{ANNA}”"), "Read without quotes around it."),
        (
            format!("\u{A0}{ANNA}"),
            "Read without a space that can't be told from others (such as U+00A0).",
        ),
    ] {
        let found = place.find(&[&typed]).code(0).json();
        assert_eq!(
            (&found["verdict"], &found["notes"][0]),
            (&"confirmed".into(), &note.into()),
            "{typed}"
        );
        assert_eq!(
            (&found["meaning"], &found["stage"]),
            (&"can_sign_in".into(), &Value::Null)
        );
    }
    for (typed, place_) in [
        (
            "\u{430}nna.baker@example.nhs.test",
            "Character 1 is а (U+0430, Cyrillic)",
        ),
        (
            "anna.baker@example.nhs.t\u{435}st",
            "Character 25 is е (U+0435, Cyrillic)",
        ),
        (
            "anna.baker@example.nhs.test\u{200B}",
            "Character 28 can't be seen (U+200B)",
        ),
        (
            "anna\u{FF20}example.nhs.test",
            "Character 5 is ＠ (U+FF20), another form of @",
        ),
        ("\u{391}nna Baker", "Character 1 is Α (U+0391, Greek)"),
    ] {
        let error = place.find(&[typed]).code(2).error();
        assert!(error["message"].as_str().unwrap().starts_with(place_), "{error}");
    }
    let shouted = place.find(&["ANNA BAKER"]).code(0).json();
    assert_eq!(shouted["verdict"], "confirmed");
    // One account for both, and one verdict for what only looks like a letter.
    let odd = place.find(&["\u{131}sla@example.nhs.test"]).code(4).json();
    assert_eq!(
        (&odd["verdict"], &odd["meaning"]),
        (&"cant_tell".into(), &"cant_tell".into())
    );
}

/// Pages whose tokens go A, B, A, B, or that never have anybody new: read as far as they make sense, and
/// nobody is called absent.
#[test]
fn pages_that_go_round_are_no_absence() {
    for people in [
        "",
        "{\"Username\":\"u\",\"Enabled\":true,\"Attributes\":[{\"Name\":\"email\",\"Value\":\"k@e.test\"}]}",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let people = people.to_owned();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let mut request = [0; 16_384];
                let _read = stream.read(&mut request).unwrap();
                // With somebody the tokens never come again; without anybody they go round.
                let token = if people.is_empty() {
                    ["A", "B"][number % 2].to_owned()
                } else {
                    number.to_string()
                };
                let body = format!("{{\"Users\":[{people}],\"PaginationToken\":\"{token}\"}}");
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).unwrap();
            }
        });
        let mut ask = command(folder.path());
        ask.args([
            "users",
            "find",
            "k@e.test",
            "--pool",
            "eu-west-2_EXAMPLE1",
            "--json",
        ]);
        ask.args(["--aws-endpoint", &endpoint]);
        ask.env("AWS_ACCESS_KEY_ID", switchback_rehearsal::ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", "rehearsal");
        let found = Did::of(ask.output().unwrap()).code(4).json();
        assert_eq!(found["verdict"], "cant_tell", "{found}");
        let list = folder.path().join("list.csv");
        std::fs::write(&list, "email\nsomebody.else@e.test\n").unwrap();
        let mut ask = command(folder.path());
        ask.args([
            "users",
            "reconcile",
            "--pool",
            "eu-west-2_EXAMPLE1",
            "--json",
            "--aws-endpoint",
            &endpoint,
        ]);
        ask.arg("--source")
            .arg(&list)
            .arg("--out")
            .arg(folder.path().join("out.csv"));
        ask.env("AWS_ACCESS_KEY_ID", switchback_rehearsal::ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", "rehearsal");
        Did::of(ask.output().unwrap()).code(4);
        let file = std::fs::read_to_string(folder.path().join("out.csv")).unwrap_or_default();
        assert!(!file.contains("not_migrated"), "{file}");
    }
}

/// An account of the new pool is of no use to somebody who still signs in at the old provider.
#[test]
fn what_to_do_says_so_while_the_run_has_not_switched() {
    let place = TestHome::new();
    place
        .run(&["run", "new", "tis-cognito", "--target", "rehearsal"])
        .code(0);
    for (who, meaning) in [
        (ANNA, "can_sign_in"),
        ("nora.owen@example.nhs.test", "not_migrated_yet"),
    ] {
        let found = place.run(&["users", "find", who, "--json"]).code(0).json();
        assert_eq!(
            (&found["stage"], &found["meaning"]),
            (&"before".into(), &meaning.into()),
            "{found}"
        );
        let next = found["next_step"].as_str().unwrap();
        assert!(next.starts_with("The switch has not been made: "), "{next}");
    }
}
