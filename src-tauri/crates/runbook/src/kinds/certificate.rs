//! `tls.certificate`.

use switchback_model::CheckKind;

use super::Authored;
use super::key::{Key, Shape};
use super::shared::ADDRESS;
use crate::reader::{Reader, Table};

const HOST: Key = Key::needed(
    "host",
    Shape::Text,
    "The host that the certificate must cover",
    "\"apps.example.nhs.test\"",
);
const DAYS: Key = Key::needed(
    "days",
    Shape::Number,
    "Whole days that the certificate must live",
    "14",
);

pub(crate) struct Certificate;

impl Authored for Certificate {
    type Spec = CheckKind;
    const SAYS: &'static str = "The certificate at an address covers the host and lives this long";
    const KEYS: &'static [Key] = &[HOST, ADDRESS, DAYS];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let host = r.must(t, HOST.name, Reader::dns_name);
        let address = r.optional(t, ADDRESS.name, Reader::ip);
        let days = r.must(t, DAYS.name, Reader::number);
        Some(CheckKind::Certificate {
            host: host?,
            address: address?,
            days: days?,
        })
    }
}
