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
