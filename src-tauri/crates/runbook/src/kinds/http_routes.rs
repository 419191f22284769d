//! `http.routes`.

use switchback_model::routes::NOBODY;
use switchback_model::{Base, CheckKind, Mark, Route, RoutesCheck, RoutesExpected};
use toml::Spanned;
use toml::de::DeValue;

use super::Authored;
use super::key::{Key, Shape, written};
use crate::fields::cut;
use crate::notes::{At, Located};
use crate::reader::{Item, Reader, Table};

const BASES: Key = Key::needed(
    "bases",
    Shape::Texts,
    "Every URL that leads to the application, without port, query or IP address; behind ` at ` the address to dial \
     instead of asking DNS",
    "[\"https://apps.example.nhs.test/usermanagement\", \"https://lb.example.nhs.test/usermanagement at 192.0.2.10\"]",
);
const WRITES: Key = Key::needed(
    "writes",
    Shape::Texts,
    "Every route that writes, method and path behind the base; `{u}` stands for somebody who is nowhere",
    "[\"POST /createUser\", \"PUT /api/users/{u}\", \"DELETE /api/users/{u}\"]",
);
const READS: Key = Key::needed(
    "reads",
    Shape::Texts,
    "Routes that read, which stay open: GET, HEAD and OPTIONS alone",
    "[\"GET /api/users\", \"OPTIONS /api/users\"]",
);
const OTHERS: Key = Key {
    name: "others",
    words: "URLs of other applications, which the restriction must not meet; none where left out",
    example: "[\"https://apps.example.nhs.test/auth\"]",
    needed: false,
    ..BASES
};
const CLOSED: Key = Key::needed(
    "closed",
    Shape::Texts,
    "How the restriction answers: a status and a header that nobody else gives",
    "[\"403 x-restricted: by the rule\"]",
);
const OPEN: Key = Key::needed(
    "open",
    Shape::Texts,
    "How the application answers who brings no credentials: a status, and a header where the status says too little; 2xx \
     is understood",
    "[\"401\"]",
);
const EXPECTED: Key = Key::needed(
    "expected",
    Shape::Word(|| written(STATES)),
    "Whether the routes that write shall be closed, or open again",
    "\"closed\"",
);

const STATES: &[(&str, RoutesExpected)] =
    &[("closed", RoutesExpected::Closed), ("open", RoutesExpected::Open)];

/// Places, marks and routes of one list: a check ends within a minute.
const MOST_PLACES: usize = 16;
const MOST_MARKS: usize = 16;
const MOST_ROUTES: usize = 64;

/// Methods that are safe (RFC 9110, section 9.2.1), TRACE aside.
const READING: [&str; 3] = ["GET", "HEAD", "OPTIONS"];
/// The others that are asked (RFC 9110, section 9.3; RFC 5789). A GET may write, too.
const WRITING: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

pub(crate) struct HttpRoutes;

impl Authored for HttpRoutes {
    type Spec = CheckKind;
    const SAYS: &'static str = "Every route of an application that writes is closed by the restriction, or open again, under each of its names and in the spellings that routers forgive; asked without credentials, for somebody who is nowhere";
    const KEYS: &'static [Key] = &[BASES, WRITES, READS, OTHERS, CLOSED, OPEN, EXPECTED];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let bases = r.must(t, BASES.name, |r, item| list(r, item, MOST_PLACES, base));
        let writes = r.must(t, WRITES.name, |r, item| list(r, item, MOST_ROUTES, write));
        let reads = r.must(t, READS.name, |r, item| list(r, item, MOST_ROUTES, read));
        let others = r.optional(t, OTHERS.name, |r, item| list(r, item, MOST_PLACES, base));
        let closed = r.must(t, CLOSED.name, |r, item| list(r, item, MOST_MARKS, closed));
        let open = r.must(t, OPEN.name, |r, item| list(r, item, MOST_MARKS, open));
        let expected = r.must(t, EXPECTED.name, |r, item| r.choice(item, STATES));
        let routes = writes.zip(reads).and_then(|(writes, reads)| {
            let at = t.at_key(WRITES.name);
            told_apart(r, at, &writes, &reads).map(|()| (writes, reads))
        });
        let marks = closed
            .zip(open)
            .and_then(|(closed, open)| never_both(r, &closed, &open).map(|()| (closed, open)));
        let ((writes, reads), (closed, open)) = (routes?, marks?);
        Some(CheckKind::Routes(RoutesCheck {
            bases: alone(bases?),
            writes: alone(writes),
            reads: alone(reads),
            others: alone(others?.unwrap_or_default()),
            closed: alone(closed),
            open: alone(open),
            expected: expected?,
        }))
    }
}

/// The items of a list without their places.
pub(super) fn alone<T>(list: Vec<Located<T>>) -> Vec<T> {
    list.into_iter().map(|item| item.value).collect()
}

/// A list of 1 to `most`, each of which stands there once and is read by itself, so that one run shows every mistake.
pub(super) fn list<T: PartialEq>(
    r: &mut Reader<'_>,
    item: Item<'_>,
    most: usize,
    read: impl Fn(&mut Reader<'_>, &Located<String>) -> Option<T>,
) -> Option<Vec<Located<T>>> {
    let texts = r.located_texts(item)?;
    if texts.is_empty() || texts.len() > most {
        let message = format!("This list has {} items: it needs 1 to {most}.", texts.len());
        let fix = "Name those that are meant.";
        r.notes.error("list-length", item.span().into(), message, fix);
        return None;
    }
    let mut all: Vec<Located<T>> = Vec::new();
    for text in &texts {
        let Some(value) = read(r, text) else {
            continue;
        };
        if all.iter().any(|other| other.value == value) {
            let message = format!("{:?} stands twice in the list.", cut(&text.value));
            r.notes
                .error("list-twice", text.at, message, "Leave one of them out.");
        } else {
            all.push(Located { value, at: text.at });
        }
    }
    // One that could not be read must not become a proof of fewer.
    (all.len() == texts.len()).then_some(all)
}

/// A URL, and behind ` at ` the address to dial.
fn base(r: &mut Reader<'_>, text: &Located<String>) -> Option<Base> {
    let at = text.at;
    let text = text.value.trim();
    let part = |part: &str| Spanned::new(at.start..at.end, DeValue::String(part.to_owned().into()));
    let (url, address) = match text.split_once(" at ") {
        Some((url, address)) => (url.trim(), Some(address)),
        None => (text, None),
    };
    // What a value brings in is not filled again, so that no brace reaches what reads URLs and addresses.
    if text.contains(['{', '}']) {
        let fault = "it holds a brace, but only routes have a place for somebody";
        return base_fault(r, at, text, fault);
    }
    let url = r.url(&part(url)).and_then(|url| {
        let url = url.trim_end_matches('/');
        let behind = url.split_once("://").map_or("", |(_, behind)| behind);
        match faulty(behind) {
            _ if url.contains(['?', '#']) => base_fault(
                r,
                at,
                url,
                "it has a query or a fragment, but routes stand behind it",
            ),
            Some(fault) => base_fault(r, at, url, fault),
            None if behind
                .split('/')
                .skip(1)
                .any(|segment| somebody(segment).is_some()) =>
            {
                base_fault(
                    r,
                    at,
                    url,
                    "a part of its path is somebody, but a base holds nobody",
                )
            }
            None => Some(url.to_owned()),
        }
    });
    let address = match address {
        Some(address) => r.ip(&part(address)).map(Some),
        None => Some(None),
    };
    Some(Base {
        url: url?,
        address: address?,
    })
}

fn base_fault<T>(r: &mut Reader<'_>, at: At, url: &str, fault: &str) -> Option<T> {
    let message = format!("{:?} can't be a base: {fault}.", cut(url));
    let fix =
        "Write what stands before the routes, such as \"https://apps.example.nhs.test/usermanagement\".";
    r.notes.error("base", at, message, fix);
    None
}

/// What is wrong with the segments of a path: it would be asked in another spelling (RFC 3986, section 5.2.4).
fn faulty(path: &str) -> Option<&'static str> {
    let dots = |segment: &str| matches!(segment, "." | "..");
    if path.contains("//") {
        Some("it has two slashes in a row")
    } else if path.split('/').any(dots) {
        Some("it has a segment of dots, which leads elsewhere")
    } else {
        None
    }
}

fn write(r: &mut Reader<'_>, text: &Located<String>) -> Option<Route> {
    let route = route(r, text)?;
    // Nothing is asked for somebody who may be there.
    let who = route.path.split('/').find_map(somebody);
    // What changes or removes something says of whom in its path: nobody, or somebody that no rule here knows.
    let names = matches!(route.method.as_str(), "PUT" | "PATCH" | "DELETE");
    let unknown = "somebody or something whose place is not marked";
    let who = who.or_else(|| (names && !route.path.contains(NOBODY)).then_some(unknown));
    let Some(who) = who else {
        return Some(route);
    };
    // Whose it is, is not said again.
    r.notes.error(
        "route-somebody",
        text.at,
        format!("A segment of this path is {who}: a leak would let this check write to it."),
        format!("Write {NOBODY} in its place: that becomes somebody who is nowhere."),
    );
    None
}

fn read(r: &mut Reader<'_>, text: &Located<String>) -> Option<Route> {
    let route = route(r, text)?;
    if READING.contains(&route.method.as_str()) {
        return Some(route);
    }
    r.notes.error(
        "route-writes",
        text.at,
        format!("{} writes: it can't stand among what reads.", route.method),
        format!("Move it to `{}`, or write GET, HEAD or OPTIONS.", WRITES.name),
    );
    None
}

/// A route of which each request can be made as it is written.
fn route(r: &mut Reader<'_>, text: &Located<String>) -> Option<Route> {
    let route: Result<Route, _> = text.value.parse();
    let known = |method: &str| READING.contains(&method) || WRITING.contains(&method);
    let (code, fault, fix) = match route {
        Err(fault) => (
            "route",
            format!("{:?} is no route: {fault}.", cut(&text.value)),
            "Write method and path, such as \"POST /api/users\".".to_owned(),
        ),
        Ok(route) if !known(&route.method) => (
            "route-method",
            format!("The method {} is never asked.", cut(&route.method)),
            format!("Write one of {}, {}.", READING.join(", "), WRITING.join(", ")),
        ),
        Ok(route) if route.path.replace(NOBODY, "").contains(['{', '}']) => (
            "route-place",
            format!("{:?} has braces that nothing is put into.", cut(&route.path)),
            format!("Write {NOBODY} where somebody is meant, and else the segment itself."),
        ),
        Ok(route) => match faulty(&route.path) {
            None => return Some(route),
            Some(fault) => (
                "route",
                format!("{:?} is no route: {fault}.", cut(&text.value)),
                "Write the path as the application declares it.".to_owned(),
            ),
        },
    };
    r.notes.error(code, text.at, fault, fix);
    None
}

/// Why a segment may be somebody's.
fn somebody(segment: &str) -> Option<&'static str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let hex = segment.replace('-', "");
    // A UUID, with its hyphens or without (RFC 9562, section 4).
    let uuid = hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    if segment.contains('@') {
        Some("somebody's address")
    } else if uuid {
        Some("somebody's id, a UUID")
    } else if digits(segment) {
        Some("somebody's id, a number")
    } else {
        None
    }
}

/// What reads is none of what writes, and both together are not too many.
fn told_apart(r: &mut Reader<'_>, at: At, writes: &[Located<Route>], reads: &[Located<Route>]) -> Option<()> {
    let mut sound = true;
    for read in reads {
        if writes.iter().any(|write| write.value == read.value) {
            sound = false;
            r.notes.error(
                "route-writes",
                read.at,
                format!("{} stands among what writes, too.", read.value),
                "Leave it where it belongs: what may write is no read.",
            );
        }
    }
    let all = writes.len() + reads.len();
    if all > MOST_ROUTES {
        sound = false;
        let message = format!("These are {all} routes: {MOST_ROUTES} at most can be asked in time.");
        let fix = "Split the list into two checks.";
        r.notes.error("list-length", at, message, fix);
    }
    sound.then_some(())
}

fn closed(r: &mut Reader<'_>, text: &Located<String>) -> Option<Mark> {
    let mark = mark(r, text)?;
    if mark.header.is_some() {
        return Some(mark);
    }
    mark_fault(
        r,
        text.at,
        format!("A bare {} may be anybody's.", mark.status),
        "Let the restriction give a header of its own, and write it here: \"403 x-restricted: by the rule\".",
    )
}

fn open(r: &mut Reader<'_>, text: &Located<String>) -> Option<Mark> {
    mark(r, text)
}

fn mark(r: &mut Reader<'_>, text: &Located<String>) -> Option<Mark> {
    match text.value.parse::<Mark>() {
        Ok(mark) if (200..300).contains(&mark.status) => mark_fault(
            r,
            text.at,
            format!("{} is how the application answers what it has done.", mark.status),
            "Write a status of 300 to 599; 2xx is understood as open.",
        ),
        Ok(mark) => Some(mark),
        Err(fault) => mark_fault(
            r,
            text.at,
            format!("{:?} is no mark: {fault}.", cut(&text.value)),
            "Write a status and a header, such as \"403 x-restricted: by the rule\", or a status alone.",
        ),
    }
}

fn mark_fault(r: &mut Reader<'_>, at: At, message: String, fix: &str) -> Option<Mark> {
    r.notes.error("mark", at, message, fix);
    None
}

/// No answer of the restriction bears a mark of the application for what it is itself known by.
fn never_both(r: &mut Reader<'_>, closed: &[Located<Mark>], open: &[Located<Mark>]) -> Option<()> {
    let mut sound = true;
    for open in open {
        let same = |closed: &Located<Mark>| {
            let (closed, open) = (&closed.value, &open.value);
            closed.status == open.status && (open.header.is_none() || open.header == closed.header)
        };
        if closed.iter().any(same) {
            sound = false;
            r.notes.error(
                "mark-both",
                open.at,
                format!("The restriction answers {} as well.", open.value),
                "Name a header that the application alone gives, or another status of the restriction.",
            );
        }
    }
    sound.then_some(())
}
