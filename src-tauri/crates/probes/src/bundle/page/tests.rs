#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn of(html: &str) -> Page {
    let at = Url::parse("https://apps.example.nhs.test/um/").unwrap();
    read(html, &at, Duration::from_secs(10)).unwrap()
}

#[track_caller]
fn loads(html: &str, paths: &[&str]) {
    let page = of(html);
    let found: Vec<String> = page.loads.iter().map(Url::to_string).collect();
    let host = "https://apps.example.nhs.test";
    let found: Vec<&str> = found
        .iter()
        .map(|url| url.strip_prefix(host).unwrap_or(url))
        .collect();
    assert_eq!(found, paths, "{html}");
}

#[test]
fn scripts_are_found_where_a_browser_finds_them() {
    for (html, paths) in [
        ("<script src=a.js></script>", &["/um/a.js"][..]),
        ("<SCRIPT SRC='/a.js'/>", &["/a.js"]),
        (
            "<script defer nomodule src=\" a.js \" type=\"\"></script>",
            &["/um/a.js"],
        ),
        ("<script type=module src=../a.js></script>", &["/a.js"]),
        ("<script type=text/JavaScript src=a.js></script>", &["/um/a.js"]),
        (
            "<script src=\"a.js?v=1&amp;w=2#x\"></script>",
            &["/um/a.js?v=1&w=2"],
        ),
        (
            "<script src=//cdn.test/a.js></script>",
            &["https://cdn.test/a.js"],
        ),
        (
            "<script src=a.js></script><script src=./a.js></script>",
            &["/um/a.js"],
        ),
        ("<link rel=modulepreload href=a.js>", &["/um/a.js"]),
        ("<link rel='x MODULEPRELOAD' href=a.js as=script>", &["/um/a.js"]),
        ("<link rel=preload as=script href=a.js>", &["/um/a.js"]),
        // A script that ends with the page is still loaded: its tag was whole.
        ("<script src=a.js>", &["/um/a.js"]),
        // Text of a script that has a source is nobody's.
        ("<script src=a.js>var x;</script>", &["/um/a.js"]),
    ] {
        loads(html, paths);
        assert_eq!(of(html).inline, [""; 0], "{html}");
    }
}

#[test]
fn what_is_no_script_is_not_loaded() {
    for html in [
        "<!-- <script src=a.js></script> -->",
        "<script type=application/json src=a.js></script>",
        "<script type=importmap>{}</script>",
        "<script type='text/javascript; charset=utf-8' src=a.js></script>",
        "<template><script src=a.js></script><base href=/x/></template>",
        "<noscript><script src=a.js></script></noscript>",
        "<style><script src=a.js></script></style>",
        "<title><script src=a.js></script></title>",
        "<textarea><script src=a.js></script></textarea>",
        "<iframe><script src=a.js></script></iframe>",
        "<script src></script>",
        "<script src='  '></script>",
        "<link rel=stylesheet href=a.js>",
        "<link rel=preload as=font href=a.js>",
        "<link rel=modulepreload as=style href=a.js>",
        "<p title='<script src=a.js></script>'>",
        "&lt;script src=a.js>&lt;/script>",
        "<script",
        "",
    ] {
        loads(html, &[]);
        assert_eq!(of(html).inline, [""; 0], "{html}");
    }
}

#[test]
fn scripts_that_stand_in_the_page_are_read_to_their_real_end() {
    let page = of("<script>a='<script src=x.js>'</script><script>\n </script><script>b</script>");
    assert_eq!(page.inline, ["a='<script src=x.js>'", "b"]);
    // What a script writes as text does not end it (HTML Standard, "script data double escaped state").
    let page = of("<script><!-- <script>x</script> --></script><script src=y.js></script>");
    assert_eq!((page.inline.len(), page.loads.len()), (1, 1));
}

#[test]
fn the_base_counts_from_where_it_stands_and_only_the_first() {
    loads("<base href=/app/><script src=a.js></script>", &["/app/a.js"]);
    loads(
        "<script src=a.js></script><base href=/app/><base href=/x/><script src=b.js></script>",
        &["/um/a.js", "/app/b.js"],
    );
    loads(
        "<base target=_top><base href='https://cdn.test/'><script src=a.js></script>",
        &["https://cdn.test/a.js"],
    );
}

#[test]
fn a_place_that_can_not_be_read_is_counted() {
    let page = of("<script src='https://:x/a.js'></script><script src=a.js></script>");
    assert_eq!((page.nowhere, page.loads.len()), (1, 1));
}

#[test]
fn a_page_is_read_in_pieces_as_in_one() {
    // Characters of several bytes at every place of a piece's end.
    for shift in 0..4 {
        let html = format!(
            "{}{}<script src=a.js></script><script>{}</script>",
            "x".repeat(shift),
            "\u{1f600}".repeat(3000),
            "y".repeat(9000)
        );
        let page = of(&html);
        assert_eq!((page.loads.len(), page.inline[0].len()), (1, 9000));
    }
}

#[test]
fn javascript_has_many_names() {
    for media in [
        "text/javascript",
        "Application/JavaScript; charset=utf-8",
        "application/x-javascript",
    ] {
        assert!(is_javascript(media), "{media}");
    }
    for media in [
        "",
        "text/html",
        "text/plain",
        "application/json",
        "javascript",
        "text/javascriptx",
    ] {
        assert!(!is_javascript(media), "{media}");
    }
}
