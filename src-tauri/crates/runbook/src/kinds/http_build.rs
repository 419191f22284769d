//! `http.build`.

use switchback_model::CheckKind;

use super::Authored;
use super::key::{Key, Shape};
use super::shared::ADDRESS;
use crate::reader::{Reader, Table};

const URL: Key = Key::needed(
    "url",
    Shape::Text,
    "The URL, without port or IP address",
    "\"https://apps.example.nhs.test/version.json\"",
);
const BUILD: Key = Key::optional(
    "build",
    Shape::Text,
    "The build expected; any where left out",
    "\"2026.11.3\"",
);

pub(crate) struct HttpBuild;

impl Authored for HttpBuild {
    type Spec = CheckKind;
    const SAYS: &'static str =
        "A site answers under its real name with this build, at this address where one is given";
    const KEYS: &'static [Key] = &[URL, ADDRESS, BUILD];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let url = r.must(t, URL.name, Reader::url);
        let address = r.optional(t, ADDRESS.name, Reader::ip);
        let build = r.optional(t, BUILD.name, Reader::text);
        Some(CheckKind::HttpBuild {
            url: url?,
            address: address?,
            build: build?,
        })
    }
}
