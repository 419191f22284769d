#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::wire::{ReportLine, ReportRollback};

/// What somebody could type as a reason, or write into a runbook.
const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</table></body><h1>Nothing happened</h1>",
    "{{ r.run }}{% raw %}",
    "&lt;b&gt;",
    "javascript:alert(1)",
];

fn line(text: &str) -> ReportLine {
    ReportLine {
        seq: 1,
        at: text.to_owned(),
        step: Some(text.to_owned()),
        who: Some(text.to_owned()),
        what: text.to_owned(),
    }
}

/// A report of which every text is this one.
pub(super) fn all(text: &str) -> ReportView {
    let t = || text.to_owned();
    ReportView {
        schema_version: SCHEMA_VERSION,
        run: t(),
        title: t(),
        target: t(),
        word: t(),
        place: t(),
        summary: t(),
        opened: t(),
        made: t(),
        made_at: Timestamp::UNIX_EPOCH,
        plan_digest: t(),
        t0: Some(t()),
        to_seq: 1,
        journal_digest: t(),
        journal_sentence: t(),
        planned: t(),
        actual: t(),
        story: vec![line(text)],
        phases: vec![ReportPhase {
            title: t(),
            planned: t(),
            actual: t(),
            gate: Some(t()),
            steps: vec![ReportStep {
                id: t(),
                title: t(),
                plan_ref: t(),
                owner: Some(t()),
                state: t(),
                planned: t(),
                actual: t(),
                ended: t(),
            }],
        }],
        decisions: vec![ReportDecision {
            question: t(),
            value: Some(t()),
            who: Some(t()),
        }],
        people: vec![line(text)],
        deadlines: vec![ReportDeadline {
            title: t(),
            note: t(),
        }],
        rollbacks: vec![ReportRollback {
            at: t(),
            who: t(),
            why: Some(t()),
            items: vec![t()],
            overridden: vec![t()],
            outcome: t(),
            took: t(),
        }],
        timeline: vec![line(text)],
    }
}

/// The tags of a document, in order.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .map(|rest| rest.split(['>', ' ', '\n']).next().unwrap_or_default())
        .collect()
}

#[test]
fn hostile_texts_stay_texts() {
    let harmless = render(&all("x"), None).unwrap();
    for hostile in HOSTILE {
        let html = render(&all(hostile), None).unwrap();
        assert_eq!(tags(&html), tags(&harmless), "{hostile}");
        let escaped = html
            .replace("&#x2f;", "/")
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
        let escaped = escaped.replace("&amp;", "&").replace("&#x27;", "'");
        assert!(escaped.contains(hostile), "it is still to be read: {hostile}");
    }
}

#[test]
fn it_stands_alone_and_holds_no_script() {
    let html = render(&all("x"), None).unwrap();
    assert!(html.contains("default-src 'none'; style-src 'unsafe-inline'"));
    assert!(html.contains("@media print") && html.contains("@page"));
    for outside in ["<script", "<link", "<img", "src=", "href=", "@import", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
}

#[test]
fn an_empty_run_has_a_report_too() {
    let empty = ReportView {
        t0: None,
        actual: String::new(),
        story: Vec::new(),
        phases: Vec::new(),
        decisions: Vec::new(),
        people: Vec::new(),
        deadlines: Vec::new(),
        rollbacks: Vec::new(),
        timeline: Vec::new(),
        ..all("x")
    };
    let html = render(&empty, None).unwrap();
    assert!(html.contains("Nothing yet.") && html.contains("nothing was done yet"));
}

#[test]
fn texts_are_printable_and_in_order() {
    assert_eq!(plain("a\u{202e}b\u{2066}c\u{0}d\ne\u{1b}[1m"), "abc d e [1m");
}
