//! What WAF makes of a part of a request before it looks at it (developer guide, "Using text transformations").

use serde_json::Value;

use crate::http as web;

/// The text after all transformations, in the order of their priorities; nothing where one of them is not rehearsed.
pub(super) fn transformed(text: &[u8], transformations: &Value) -> Option<Vec<u8>> {
    let mut all: Vec<&Value> = transformations.as_array()?.iter().collect();
    all.sort_by_key(|one| one["Priority"].as_u64());
    let mut text = text.to_vec();
    for one in all {
        text = match one["Type"].as_str()? {
            "NONE" => text,
            "LOWERCASE" => text.to_ascii_lowercase(),
            "URL_DECODE" => web::percent_decoded(&text),
            "NORMALIZE_PATH" => normal_path(&text),
            "COMPRESS_WHITE_SPACE" => compressed(&text),
            _ => return None,
        };
    }
    Some(text)
}

/// Without repeated slashes, references to the same folder, and those to the folder above but for the first.
fn normal_path(text: &[u8]) -> Vec<u8> {
    let is_rooted = text.first() == Some(&b'/');
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut is_open = false;
    for part in text.split(|byte| *byte == b'/') {
        // What ends with a slash, or with a name that is taken away, ends with a slash.
        is_open = matches!(part, b"" | b"." | b"..");
        match part {
            b"" | b"." => {}
            b".." if kept.last().is_some_and(|last| *last != b"..") => {
                kept.pop();
            }
            b".." if is_rooted => {}
            part => kept.push(part),
        }
    }
    let mut path = if is_rooted { vec![b'/'] } else { Vec::new() };
    path.extend(kept.join(&b'/'));
    if is_open && !kept.is_empty() {
        path.push(b'/');
    }
    path
}

/// Every run of blanks is one space.
fn compressed(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        let is_blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0xa0);
        match (is_blank, out.last()) {
            (true, Some(b' ')) => {}
            (true, _) => out.push(b' '),
            (false, _) => out.push(*byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn each_transformation_in_the_order_of_its_priority() {
        let made = |kinds: &[&str], text: &str| {
            let all = kinds.iter().enumerate().rev();
            let all = all.map(|(at, kind)| json!({"Priority": at, "Type": kind}));
            let made = transformed(text.as_bytes(), &Value::Array(all.collect()));
            made.map(|text| String::from_utf8(text).unwrap())
        };
        for (kinds, text, right) in [
            (&["NONE"][..], "/A%20b", "/A%20b"),
            (&["LOWERCASE"], "/A%2FB", "/a%2fb"),
            (&["URL_DECODE"], "/%41%2f%zz%4", "/A/%zz%4"),
            // Once, not again.
            (&["URL_DECODE"], "/%2541", "/%41"),
            (&["URL_DECODE", "URL_DECODE"], "/%2541", "/A"),
            (&["URL_DECODE", "LOWERCASE"], "/%41", "/a"),
            (&["LOWERCASE", "URL_DECODE"], "/%41", "/A"),
            (&["COMPRESS_WHITE_SPACE"], "a \t\n b", "a b"),
            (&["NORMALIZE_PATH"], "//a/./b//../c/", "/a/c/"),
            (&["NORMALIZE_PATH"], "/../a/..", "/"),
            (&["NORMALIZE_PATH"], "../a/b/..", "../a/"),
            (&[], "x", "x"),
        ] {
            assert_eq!(made(kinds, text).as_deref(), Some(right), "{kinds:?} {text}");
        }
        assert_eq!(made(&["NONE", "MD5"], "x"), None);
    }
}
