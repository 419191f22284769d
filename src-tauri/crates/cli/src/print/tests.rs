use comfy_table::Table;

use super::{MARK, Style, harmless, table, table_in};

#[test]
fn only_our_own_styles_are_obeyed() {
    let theirs = "\x1b[2J\x1b[1;31m\x1b[H\u{9b}2J\u{202e}\u{200b}";
    let shown = harmless(&format!("{theirs}{}", Style::Old.of("- x")), false);
    assert_eq!(shown, "?[2J?[1;31m?[H\u{b7}2J\u{fffd}\u{fffd}\x1b[31m- x\x1b[0m");
    // In a style as well: what is coloured was neutralised before.
    let inside = harmless(&Style::New.of("+ a\x1b[2J\n0:00 done"), false);
    assert_eq!(inside, "\x1b[32m+ a?[2J⏎0:00 done\x1b[0m");
    assert!(!harmless(&MARK.as_str()[..9], false).contains('\x1b'));
}

#[test]
fn in_json_every_such_character_is_escaped_and_says_the_same() {
    let text = "a\x7f\u{202e}\u{200b}\u{e0041}b";
    let json = harmless(&serde_json::json!({ "reason": text }).to_string(), true);
    assert!(json.is_ascii(), "{json}");
    let read: serde_json::Value = serde_json::from_str(&json).unwrap_or_default();
    assert_eq!(read["reason"], text);
}

#[test]
fn a_cell_is_one_line_and_never_a_row() {
    let rows = vec![vec!["one\ntwo  done".to_owned(), "a\tb\r\nc".to_owned()]];
    let table = table(&["step", "state"], rows);
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(
        table.contains("one⏎two  done") && table.contains("a b⏎c"),
        "{table}"
    );
}

/// As in a container whose terminal was given no size.
#[test]
fn a_terminal_without_a_size_is_as_wide_as_terminals_are() {
    let shown = |width| {
        let mut table = Table::new();
        table.set_width(width);
        let row = vec![
            "lower-ttl".to_owned(),
            "Waiting until every server has it".to_owned(),
        ];
        table_in(table, &["step", "note"], vec![row])
    };
    assert_eq!(shown(0), shown(80));
    assert_eq!(shown(0).lines().count(), 2, "{}", shown(0));
    assert!(shown(12).lines().count() > 2, "a narrow one is minded");
}
