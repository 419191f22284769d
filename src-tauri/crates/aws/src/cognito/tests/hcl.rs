use super::super::hcl::{Line, Resource, right, text, texts, wrong};

#[test]
fn a_string_cannot_leave_its_quotes() {
    for (value, written) in [
        ("plain", "\"plain\""),
        ("a\"b\\c", "\"a\\\"b\\\\c\""),
        ("${file(\"x\")} %{if}", "\"$${file(\\\"x\\\")} %%{if}\""),
        ("$5 100%", "\"$5 100%\""),
        ("a\nb\tc", "\"a\\nb\\tc\""),
        ("\u{1b}[31m\u{202e}", "\"\\u001B[31m\\u202E\""),
    ] {
        assert_eq!(text(value), written);
    }
    assert_eq!(texts::<&str>(&[]), "[]");
    assert_eq!(texts(&["a", "b"]), "[\"a\", \"b\"]");
}

#[test]
fn a_comment_cannot_end_early() {
    let resource = Resource {
        kind: "aws_cognito_user_pool",
        object: "pool\nresource \"evil\" \"x\" {}",
    };
    let written = resource.with(vec![wrong("name", text("a"), "b\n} evil")]);
    assert_eq!(written.lines().count(), 4, "{written}");
}

#[test]
fn signs_and_comments_stand_below_each_other() {
    let resource = Resource {
        kind: "aws_cognito_user_pool",
        object: "eu-west-2_EXAMPLE",
    };
    let written = resource.with(vec![
        wrong("a", "1", "2"),
        right("longer", "\"a value that is long\""),
        wrong("b", "true", "false"),
        Line::Block("block", vec![Line::Comment("Words."), right("inner", "1")]),
        right("last", "1"),
    ]);
    insta::assert_snapshot!("layout", written);
}
