#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn faults(text: &str) -> Vec<String> {
    Source::read(text.as_bytes())
        .unwrap()
        .faults()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn lines(source: &Source, typed: &str) -> Vec<u64> {
    source
        .find(&Query::parse(typed).unwrap())
        .iter()
        .map(|row| row.line)
        .collect()
}

#[test]
fn a_byte_order_mark_and_carriage_returns_change_nothing() {
    let plain = "email,given_name,active\nann@example.nhs.test,Ann,yes\n";
    let other = format!("\u{FEFF}{}", plain.replace('\n', "\r\n"));
    let read = Source::read(plain.as_bytes()).unwrap();
    assert_eq!(read, Source::read(other.as_bytes()).unwrap());
    assert_eq!(read.rows().len(), 1);
    assert_eq!(read.rows()[0].active, Some(true));
    let excel = plain.replace(',', ";");
    assert_eq!(read, Source::read(excel.as_bytes()).unwrap());
}

#[test]
fn what_is_wrong_with_a_row_is_told_by_line_and_never_by_content() {
    let text = "\
email,given_name,family_name,active
ann@example.nhs.test,Ann,\"Smith
Jones\",yes
ragged@example.nhs.test,Ragged
=cmd|' /C calc'!A0,Formula,Cell,yes
bob@example.nhs.test,Bob,Brown,perhaps
,,,yes

ANN@example.nhs.test,Ann,Smith,no
long@example.nhs.test,A,B,yes,extra
";
    insta::assert_snapshot!(faults(text).join("\n"));
    let source = Source::read(text.as_bytes()).unwrap();
    assert!(!source.is_whole());
    assert_eq!(lines(&source, "Ann@Example.nhs.test"), [2, 9]);
    assert_eq!(lines(&source, "bob"), [6]);
    assert_eq!(lines(&source, "Bob Bro"), [6]);
    assert_eq!(lines(&source, "Brown, Bob"), [6]);
    assert_eq!(lines(&source, "ragged@example.nhs.test"), Vec::<u64>::new());
}

#[test]
fn duplicates_leave_nobody_out() {
    let source = Source::read(b"name\nann@example.nhs.test\nann@example.nhs.test\n").unwrap();
    assert!(source.is_whole());
    assert_eq!(source.faults(), [RowFault::Duplicate { line: 3, first: 2 }]);
}

#[test]
fn machine_users_are_known_by_name_and_role() {
    let source = Source::read(
        b"name,roles\nCORE_ETL,\nreader@example.nhs.test,Admin; Machine User\nann@example.nhs.test,Admin\n",
    )
    .unwrap();
    let machines: Vec<bool> = source.rows().iter().map(|row| row.machine).collect();
    assert_eq!(machines, [true, true, false]);
}

#[test]
fn a_file_that_is_no_list_is_refused_without_its_content() {
    let refused = |bytes: &[u8]| Source::read(bytes).unwrap_err().to_string();
    insta::assert_snapshot!(
        [
            refused(b""),
            refused(b"ann@example.nhs.test,Ann\nbob@example.nhs.test,Bob\n"),
            refused(b"email,e-mail\n"),
            refused(b"email\nann@example.nhs.test\nj\xf6rg@example.nhs.test\n"),
            refused(&vec![b'x'; LARGEST + 1]),
        ]
        .join("\n")
    );
}

/// The word of each line as the comparison has it, against a pool without anybody.
fn judged(text: &str) -> Vec<(u64, &'static str)> {
    let source = Source::read(text.as_bytes()).unwrap();
    let pool = crate::PoolAnswer {
        pool: switchback_model::directory::PoolId::new("eu-west-2_EXAMPLE1").unwrap(),
        title: "Admins pool".to_owned(),
        role: switchback_model::directory::PoolRole::New,
        rules: None,
        read: crate::Read::Whole(Vec::new()),
    };
    let pools = [pool];
    let found = crate::reconcile(&source, &pools, jiff::Timestamp::UNIX_EPOCH);
    found.lines().map(|line| (line.line, line.word())).collect()
}

const LEFT: &str = "row_not_read";
const KNOWN: &str = "not_migrated_known";

#[test]
fn a_quote_that_never_ends_is_named_and_nobody_whom_it_swallows_is_judged() {
    let list = |rest: &str| format!("email,given_name,family_name\nann@e.test,Ann,Ames\n{rest}");
    let bob = "bob@e.test,Bob,\"Carter\n";
    for (rest, words, last) in [
        // To the end of the file, with and without a last line end.
        (
            format!("{bob}dan@e.test,Dan,Evans\neve@e.test,Eve,Fox\n"),
            "swallows lines 4 to 5; lines 3 to 5",
            5,
        ),
        (
            format!("{bob}dan@e.test,Dan,Evans"),
            "swallows line 4; lines 3 to 4",
            4,
        ),
        (
            bob.to_owned(),
            "does not end with its cell; line 3 is left out",
            3,
        ),
        (
            bob.trim().to_owned(),
            "does not end with its cell; line 3 is left out",
            3,
        ),
        // Closed by somebody else's quote, at the beginning of a cell, within one, and alone.
        (
            format!("{bob}eve@e.test,Eve,\"Fox\"\n"),
            "swallows line 4; lines 3 to 4",
            4,
        ),
        (
            format!("{bob}\"eve@e.test\",Eve,Fox\n"),
            "swallows line 4; lines 3 to 4",
            4,
        ),
        (
            format!("{bob}eve@e.test,Eve,\"\"\nfay@e.test,Fay,Gray\n"),
            "swallows lines 4 to 5; lines 3 to 5",
            5,
        ),
        (
            format!("{bob}eve@e.test,Eve,Fox\"\n"),
            "swallows line 4; lines 3 to 4",
            4,
        ),
        (
            format!("{bob}dan@e.test,Dan,Evans\neve@e.test,Eve,\"\n"),
            "swallows lines 4 to 5; lines 3 to 5",
            5,
        ),
    ] {
        for text in [
            list(&rest),
            list(&rest).replace('\n', "\r\n"),
            list(&rest).replace('\n', "\r"),
        ] {
            let told = faults(&text);
            assert!(
                told.len() == 1
                    && told[0].starts_with("line 3: a quote begins here")
                    && told[0].contains(words),
                "{text}: {told:?}"
            );
            let expected: Vec<_> = std::iter::once((2, KNOWN))
                .chain((3..=last).map(|line| (line, LEFT)))
                .collect();
            assert_eq!(judged(&text), expected, "{text}");
        }
    }
    // Whoever stands below a row that is closed again is read as ever.
    let below = format!(
        "{}gus@e.test,Gus,Hill\n",
        list("bob@e.test,Bob,\"Carter\neve@e.test,Eve,\"Fox\"\n")
    );
    assert_eq!(judged(&below), [(2, KNOWN), (3, LEFT), (4, LEFT), (5, KNOWN)]);
    // The heading's own quote leaves nothing to read.
    let heading = Source::read(b"email,\"name\nann@e.test,Ann\n").unwrap_err();
    assert_eq!(heading, NotASource::OpenHeading { line: 1 });
}

#[test]
fn a_line_end_within_closed_quotes_is_no_fault() {
    for text in [
        "email,given_name,family_name\nann@e.test,Ann,\"Ames\nBaker\"\nbob@e.test,Bob,Carter\n",
        "email,note,active\nann@e.test,\"1 High St,\nFlat 2\",yes\nbob@e.test,\"\",yes\n",
        "email,note,active\nann@e.test,\"write to\nann@e.test\n\",yes\nbob@e.test,x,yes\n",
        "email,\"given\nname\"\nann@e.test,Ann\n\nbob@e.test,Bob\n",
        "email,given_name\nann@e.test,Ann \"the\" Ames\nbob@e.test,\"Bob \"\"B\"\" C\"\n",
    ] {
        assert_eq!(faults(text), Vec::<String>::new(), "{text}");
        assert_eq!(Source::read(text.as_bytes()).unwrap().rows().len(), 2, "{text}");
    }
}

#[test]
fn a_wide_or_foreign_encoding_is_named_by_its_place() {
    let plain = "email\njosé@e.test\n";
    let wide = |of: &dyn Fn(u16) -> [u8; 2]| plain.encode_utf16().flat_map(of).collect::<Vec<u8>>();
    let four = |of: &dyn Fn(u32) -> [u8; 4]| plain.chars().flat_map(|c| of(c.into())).collect::<Vec<u8>>();
    for (bytes, says) in [
        (wide(&u16::to_be_bytes), "Line 1 is not UTF-8 text"),
        (wide(&u16::to_le_bytes), "Line 1 is not UTF-8 text"),
        (
            [&[0xFE, 0xFF][..], &wide(&u16::to_be_bytes)].concat(),
            "Line 1 is not UTF-8 text",
        ),
        (four(&u32::to_be_bytes), "Line 1 is not UTF-8 text"),
        (four(&u32::to_le_bytes), "Line 1 is not UTF-8 text"),
        (
            b"email\njos\xe9@e.test\n".to_vec(),
            "Line 2 is not UTF-8 text, from its character 4 on.",
        ),
        (
            b"email\nann\x92s@e.test\n".to_vec(),
            "Line 2 is not UTF-8 text, from its character 4 on.",
        ),
        (
            "email\nann@e.test\nb\0b@e.test\n".as_bytes().to_vec(),
            "Line 3 is not UTF-8 text: its character 2 is NUL",
        ),
    ] {
        let refused = Source::read(&bytes).unwrap_err().to_string();
        assert!(
            refused.starts_with(says) && refused.contains("CSV UTF-8"),
            "{refused}"
        );
    }
}

#[test]
fn an_address_is_read_as_it_is_typed() {
    let text = "email,given_name\nAnna Baker <anna.baker@e.test>,Anna\nmailto:cleo.davis@e.test,Cleo\n\
                dan.evans@e.test\u{200B},Dan\n\u{430}nna@e.test,Anna\neve@e.test.,Eve\n\u{A0}fay@e.test,Fay\n\
                gus @e.test,Gus\njose\u{301}@e.test,Jose\n";
    assert_eq!(
        faults(text),
        [
            "line 2, column email: read without a name beside the address",
            "line 3, column email: read without mailto:",
            "line 4, column email: character 17 can't be seen (U+200B); the row is left out",
            "line 5, column email: character 1 is а (U+0430, Cyrillic), a letter of another alphabet that looks like a; the row is left out",
            "line 6, column email: read without a full stop, comma or semicolon",
            "line 7, column email: read without a space that can't be told from others (such as U+00A0)",
            "line 8, column email: this is not one whole e-mail address: character 4 is white space; the row is left out",
        ]
    );
    let source = Source::read(text.as_bytes()).unwrap();
    for (typed, line) in [
        ("Anna.Baker@e.test", 2),
        ("<cleo.davis@e.test>", 3),
        ("fay@E.test", 7),
        ("jos\u{e9}@e.test", 9),
        ("JOSE\u{301}@e.test", 9),
    ] {
        assert_eq!(lines(&source, typed), [line], "{typed}");
    }
}

#[test]
fn the_headings_say_who_is_meant() {
    let keys = |text: &str| -> Vec<String> {
        let source = Source::read(text.as_bytes()).unwrap();
        let rows = source.rows().iter();
        rows.map(|row| row.email.as_ref().unwrap().revealed().to_owned())
            .collect()
    };
    let anna = ["anna@e.test"];
    assert_eq!(keys("Username,Name,Email\nab1,Anna Baker,anna@e.test\n"), anna);
    assert_eq!(keys("Name,Email\nAnna Baker,anna@e.test\n"), anna);
    assert_eq!(keys("Name,User name\nAnna Baker,ab1\n"), ["ab1"]);
    assert_eq!(
        keys("Display name;Name;E-Mail\nAnna;Anna Baker;anna@e.test\n"),
        anna
    );
    assert_eq!(keys("name\nanna@e.test\n"), anna);
    assert_eq!(keys("Mail,Email\nother@e.test,anna@e.test\n"), anna);
    assert_eq!(
        faults("Mail,Email\nother@e.test,anna@e.test\n"),
        ["line 1: column 1 is not read, because column 2 says the same better"]
    );
    let refused = |text: &str| Source::read(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        refused("E-Mail Address,Name,Mail\nx,y,z\n"),
        "Line 1 has two columns for the email: \"E-Mail Address\" (column 1) and \"Mail\" (column 3). Keep one, or give the other another heading."
    );
    assert!(refused("Display name,Surname\nx,y\n").starts_with("Line 1 has no column \"email\""));
    // By what they are called they are found, too.
    let source = Source::read(b"Username,Name,Email\nab1,Anna Baker,anna@e.test\n").unwrap();
    assert_eq!(lines(&source, "anna b"), [2]);
    assert_eq!(lines(&source, "ANNA BAKER"), [2]);
}

#[test]
fn nothing_is_written_in_many_ways() {
    for nothing in ["", "-", "–", "—", "--", "\u{2212}", "n/a", "N/A", " - "] {
        let text = format!("email,username,given_name\nanna@e.test,{nothing},{nothing}\n");
        assert_eq!(faults(&text), Vec::<String>::new(), "{nothing}");
        let source = Source::read(text.as_bytes()).unwrap();
        assert_eq!(
            (&source.rows()[0].name, &source.rows()[0].given_name),
            (&None, &None),
            "{nothing}"
        );
        let nobody = format!("email,active\n{nothing},yes\n");
        assert_eq!(
            faults(&nobody),
            ["line 2 has neither an e-mail address nor a name; the row is left out"]
        );
    }
    for formula in ["-1+1", "=1", "-x", "+44", "@x"] {
        let text = format!("email,given_name\nanna@e.test,{formula}\n");
        assert!(faults(&text)[0].contains("begins like a formula"), "{formula}");
    }
}

#[test]
fn what_stands_between_cells_is_found_and_a_sep_line_is_obeyed() {
    let plain = "email,given_name,active\nann@e.test,Ann,yes\n";
    let read = Source::read(plain.as_bytes()).unwrap();
    for delimiter in [";", "\t", "|"] {
        let other = plain.replace(',', delimiter);
        assert_eq!(read, Source::read(other.as_bytes()).unwrap(), "{delimiter}");
    }
    for (said, delimiter) in [
        ("sep=;", ";"),
        ("SEP=,", ","),
        ("\"sep=;\"", ";"),
        ("sep=\t", "\t"),
        ("sep=|", "|"),
    ] {
        let text = format!("\u{FEFF}{said}\r\n{}", plain.replace(',', delimiter));
        let source = Source::read(text.as_bytes()).unwrap();
        assert_eq!(source.rows()[0].line, 3, "{said}");
        assert_eq!(source.rows()[0].active, Some(true), "{said}");
    }
    let refused = Source::read(b"sep=;\nfoo;bar\n").unwrap_err().to_string();
    assert!(refused.starts_with("Line 2 has no column"), "{refused}");
}
