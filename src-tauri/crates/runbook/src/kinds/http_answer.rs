//! `http.answer`.

use switchback_model::CheckKind;

use super::Authored;
use super::key::{Key, Shape};
use super::shared::ADDRESS;
use crate::reader::{Item, Reader, Table};

const URL: Key = Key::needed(
    "url",
    Shape::Text,
    "The URL of a read, without port or IP address",
    "\"https://apps.example.nhs.test/usermanagement/api/users\"",
);
const STATUS: Key = Key::needed("status", Shape::Number, "The HTTP status that is right", "200");

pub(crate) struct HttpAnswer;

impl Authored for HttpAnswer {
    type Spec = CheckKind;
    const SAYS: &'static str =
        "A site answers a GET under its real name with this status, at this address where one is given";
    const KEYS: &'static [Key] = &[URL, ADDRESS, STATUS];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let url = r.must(t, URL.name, Reader::url);
        let address = r.optional(t, ADDRESS.name, Reader::ip);
        let status = r.must(t, STATUS.name, status);
        Some(CheckKind::HttpAnswer {
            url: url?,
            address: address?,
            status: status?,
        })
    }
}

fn status(r: &mut Reader<'_>, item: Item<'_>) -> Option<u16> {
    let at = item.span().into();
    let number = r.number(item)?;
    // Those of 1xx are never the last answer (RFC 9110, section 15.2).
    let status = u16::try_from(number)
        .ok()
        .filter(|status| (200..600).contains(status));
    if status.is_none() {
        r.notes.error(
            "number",
            at,
            format!("{number} is no status of an answer."),
            "Write one of 200 to 599.",
        );
    }
    status
}
