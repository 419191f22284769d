//! What the body of an answer is, whatever its status says.

/// Whether an error's body is a web page: AWS's services answer errors in JSON, XML or CBOR, and emulators and proxies in HTML
/// where they don't know a call or let it not through.
pub(super) fn is_page(body: &[u8]) -> bool {
    // What is no text any more further on may begin as a page all the same.
    let start: Vec<u8> = body.iter().copied().take(1_000).collect();
    let text = String::from_utf8_lossy(&start).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<!doctype html") || text.starts_with("<html")
}

/// Whether an error's body is there to its end: XML to the end of its root, JSON as a whole. An empty one
/// is; the code may stand in a header.
pub(super) fn is_whole(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return false;
    };
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        return serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    }
    let root = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, root)| root.trim_start()),
        None => text,
    };
    let Some(tag) = root.strip_prefix('<') else {
        return !text.starts_with('<');
    };
    let name: &str = tag
        .split(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
        .next()
        .unwrap_or_default();
    let closed = root.strip_suffix('>').map(str::trim_end);
    closed.is_some_and(|rest| {
        let ended = rest.strip_suffix(name).is_some_and(|rest| rest.ends_with("</"));
        let single = rest.ends_with('/') && !rest.contains('>');
        ended || single
    })
}

/// The messages of a body whose root is `InvalidChangeBatch`; none for any other body.
pub(super) fn legacy_batch(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim_start();
    let root = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>")?.1.trim_start(),
        None => text,
    };
    let after = root.strip_prefix("<InvalidChangeBatch")?;
    if !after.starts_with(['>', ' ', '\t', '\r', '\n', '/']) {
        return None;
    }
    let messages: Vec<&str> = after
        .split("<Message>")
        .skip(1)
        .filter_map(|part| part.split_once("</Message>").map(|(message, _)| message))
        .collect();
    let plain = messages
        .join(" ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    Some(
        plain
            .replace("&apos;", "'")
            .replace("&#39;", "'")
            .replace("&amp;", "&"),
    )
}
