//! `http.bundle`.

use switchback_model::{BundleCheck, CheckKind};

use super::Authored;
use super::http_routes::{alone, list};
use super::key::{Key, Shape};
use super::shared::{ADDRESS, plain_url};
use crate::fields::cut;
use crate::notes::Located;
use crate::reader::{Item, Reader, Table};

const URL: Key = Key::needed(
    "url",
    Shape::Text,
    "The URL of the start page, without port, query or IP address",
    "\"https://apps.example.nhs.test/um/\"",
);
const HOLDS: Key = Key::needed(
    "holds",
    Shape::Texts,
    "Texts of 8 characters and more, each of which stands in one of the scripts, such as the user pool's id, its client and the URL of the API",
    "[\"eu-west-2_NEWEXAMPLE\", \"https://api.example.nhs.test/\"]",
);
const LACKS: Key = Key::optional(
    "lacks",
    Shape::Texts,
    "Texts that stand in none of the scripts, such as what the last release was built with; none where left out",
    "[\"eu-west-2_OLDEXAMPLE\"]",
);
const MANIFEST: Key = Key::optional(
    "manifest",
    Shape::Text,
    "The path of the manifest of an Angular service worker, which then is of these very files; where left out, there is \
     no service worker",
    "\"/um/ngsw.json\"",
);

/// Texts of one list: more are a sign that something else is meant.
const MOST: usize = 32;
/// Characters of a text: what is looked for is an id, a name or a URL.
const LONGEST: usize = 500;
/// Characters of a text that must be there.
const SHORTEST: usize = 8;

pub(crate) struct HttpBundle;

impl Authored for HttpBundle {
    type Spec = CheckKind;
    const SAYS: &'static str = "The scripts that a page loads are scripts, and hold what they were built with; browsers that come back are given the same";
    const KEYS: &'static [Key] = &[URL, ADDRESS, HOLDS, LACKS, MANIFEST];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let url = r.must(t, URL.name, plain_url);
        let address = r.optional(t, ADDRESS.name, Reader::ip);
        let holds = r.must(t, HOLDS.name, |r, item| list(r, item, MOST, held));
        let lacks = r.optional(t, LACKS.name, |r, item| list(r, item, MOST, text));
        let manifest = r.optional(t, MANIFEST.name, manifest);
        let (holds, lacks) = (holds?, lacks?.unwrap_or_default());
        never_both(r, &holds, &lacks)?;
        Some(CheckKind::Bundle(BundleCheck {
            url: url?,
            address: address?,
            holds: alone(holds),
            lacks: alone(lacks),
            manifest: manifest?,
        }))
    }
}

/// What is looked for, as it stands in the script.
fn text(r: &mut Reader<'_>, text: &Located<String>) -> Option<String> {
    let (message, fix) = match text.value.as_str() {
        // A list that a target gives as a whole is not read text by text.
        blank if blank.trim().is_empty() => ("This text is empty.".to_owned(), "Write something here."),
        long if long.chars().count() > LONGEST => (
            format!(
                "This text has {} characters: {LONGEST} at most are looked for.",
                long.chars().count()
            ),
            "Write the id, the name or the URL alone.",
        ),
        lines if lines.contains(['\n', '\r']) => (
            "This text has more than one line, but scripts are built without line ends.".to_owned(),
            "Write what stands on one line.",
        ),
        sound => return Some(sound.to_owned()),
    };
    let code = match text.value.trim().is_empty() {
        true => "empty-text",
        false => "bundle-text",
    };
    r.notes.error(code, text.at, message, fix);
    None
}

/// What must be there: a text that is so short stands in every script by chance, and proves nothing.
fn held(r: &mut Reader<'_>, one: &Located<String>) -> Option<String> {
    let sound = text(r, one)?;
    let length = sound.trim().chars().count();
    if length >= SHORTEST {
        return Some(sound);
    }
    r.notes.error(
        "bundle-text",
        one.at,
        format!(
            "{:?} is too short, with {length} of {SHORTEST} characters at least: it stands in any script by chance.",
            cut(&sound)
        ),
        "Write the whole id, name or URL that the script was built with.",
    );
    None
}

/// A script that holds a text holds every part of it.
fn never_both(r: &mut Reader<'_>, holds: &[Located<String>], lacks: &[Located<String>]) -> Option<()> {
    let mut sound = true;
    for lacked in lacks {
        let Some(held) = holds.iter().find(|held| held.value.contains(&lacked.value)) else {
            continue;
        };
        sound = false;
        let message = match held.value == lacked.value {
            true => format!("{:?} stands in `{}`, too.", cut(&lacked.value), HOLDS.name),
            false => format!(
                "{:?} is a part of {:?} in `{}`: a script that holds this holds that.",
                cut(&lacked.value),
                cut(&held.value),
                HOLDS.name
            ),
        };
        r.notes.error(
            "bundle-both",
            lacked.at,
            message,
            "Leave one of them out, or write more of the text that shall be gone.",
        );
    }
    sound.then_some(())
}

/// A path of the page's own origin.
fn manifest(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let text = r.text(item)?;
    let fault = if !text.starts_with('/') {
        "it does not start with '/'"
    } else if text.contains("//") || text.contains('\\') {
        "it has two slashes in a row or a backslash, which may lead to another host"
    } else if text.contains(['?', '#']) {
        "it has a query or a fragment, but browsers ask for the path alone"
    } else if text.split('/').any(|segment| matches!(segment, "." | "..")) {
        "it has a segment of dots, which leads elsewhere"
    } else if !text.chars().all(|c| c.is_ascii_graphic()) {
        "it holds a blank or a character outside ASCII"
    } else if text == "/" {
        "it names no file"
    } else {
        return Some(text);
    };
    r.notes.error(
        "bundle-manifest",
        item.span().into(),
        format!("{:?} can't be the path of a manifest: {fault}.", cut(&text)),
        "Write the path from the host's root on, such as \"/um/ngsw.json\".",
    );
    None
}
