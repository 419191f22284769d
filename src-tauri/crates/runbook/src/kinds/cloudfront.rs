//! `cloudfront.invalidate` and `cloudfront.distribution`.

use switchback_model::dns::DnsName;
use switchback_model::{ActionSpec, CheckKind, DistributionCheck, Invalidate};

use super::Authored;
use super::key::{Key, Shape};
use super::shared::{all_texts, aws_name};
use crate::reader::{Item, Reader, Table};

const DISTRIBUTION: Key = Key::needed(
    "distribution",
    Shape::Text,
    "The distribution's id",
    "\"E1EXAMPLE\"",
);
const PATHS: Key = Key::needed(
    "paths",
    Shape::Texts,
    "The paths whose copies are dropped, such as \"/index.html\"; \"/*\" is all of them",
    "[\"/*\"]",
);

/// Paths of one invalidation here, by far fewer than CloudFront takes (CloudFront developer guide, "Quotas": 3,000 files
/// in progress, 15 of them with a `*`).
const MOST: usize = 100;
const MOST_WILD: usize = 15;
/// Characters of a path (CloudFront developer guide, "What you need to know when invalidating files").
const LONGEST: usize = 4_000;

const HOST: Key = Key::optional(
    "host",
    Shape::Text,
    "The name that the distribution must answer for, so that no other is invalidated",
    "\"reval.example.nhs.test\"",
);

const HOSTS: Key = Key::needed(
    "hosts",
    Shape::Texts,
    "The names that the distribution answers for, and that no other distribution holds",
    "[\"apps.example.nhs.test\"]",
);
const ROUTED: Key = Key::optional(
    "routed",
    Shape::Texts,
    "Paths that must not fall to the default behaviour, each as a browser asks for it; a behaviour with the origin of the default one counts only where its pattern names the path",
    "[\"/usermanagement/api/users\"]",
);

pub(crate) struct Answers;

impl Authored for Answers {
    type Spec = CheckKind;
    const SAYS: &'static str = "A distribution is enabled and deployed, answers for these names with a certificate of us-east-1, no other holds them, these paths have a behaviour of their own, and no invalidation is under way";
    const KEYS: &'static [Key] = &[DISTRIBUTION, HOSTS, ROUTED];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let distribution = r.must(t, DISTRIBUTION.name, aws_name);
        let hosts = r.must(t, HOSTS.name, hosts);
        let routed = r.optional(t, ROUTED.name, routed);
        Some(CheckKind::Distribution(DistributionCheck {
            distribution: distribution?,
            hosts: hosts?,
            routed: routed?.unwrap_or_default(),
        }))
    }
}

fn hosts(r: &mut Reader<'_>, item: Item<'_>) -> Option<Vec<DnsName>> {
    let mut hosts = Vec::new();
    for text in all_texts(r, item)? {
        match DnsName::new(&text) {
            Ok(host) if !hosts.contains(&host) => hosts.push(host),
            Ok(_) => {
                return refused(
                    r,
                    item,
                    format!("{text:?} stands here twice."),
                    "Leave one of them out.",
                );
            }
            Err(error) => {
                let fix = "Write each name as in the zone, such as \"apps.example.nhs.test\".";
                return refused(r, item, format!("{text:?} is no name: {error}."), fix);
            }
        }
    }
    match hosts.is_empty() {
        true => refused(
            r,
            item,
            "This list is empty.".to_owned(),
            "Name at least one host.",
        ),
        false => Some(hosts),
    }
}

fn routed(r: &mut Reader<'_>, item: Item<'_>) -> Option<Vec<String>> {
    let paths = all_texts(r, item)?;
    if paths.is_empty() {
        let fix =
            "Name the paths that lead to other applications, or leave the key out where there are none.";
        return refused(
            r,
            item,
            "This list is empty, so it would prove nothing.".to_owned(),
            fix,
        );
    }
    let is_path = |path: &String| {
        path.starts_with('/') && path.chars().all(|c| c.is_ascii_graphic() && !"*?#".contains(c))
    };
    match paths.iter().find(|path| !is_path(path)) {
        None => Some(paths),
        Some(path) => refused(
            r,
            item,
            format!("{path:?} is no path that a browser asks for."),
            "Write the path alone, with its leading slash and without a * or a query, such as \"/api/users\".",
        ),
    }
}

fn refused<T>(r: &mut Reader<'_>, item: Item<'_>, message: String, fix: &str) -> Option<T> {
    r.notes.error("distribution", item.span().into(), message, fix);
    None
}

pub(crate) struct Invalidates;

impl Authored for Invalidates {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Has every edge of a distribution drop its copies of some paths; its step names in `publishes` the release that is seen then";
    const KEYS: &'static [Key] = &[DISTRIBUTION, PATHS, HOST];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let distribution = r.must(t, DISTRIBUTION.name, aws_name);
        let paths = r.must(t, PATHS.name, paths);
        let host = r.optional(t, HOST.name, Reader::dns_name);
        Some(ActionSpec::Invalidate(Invalidate {
            distribution: distribution?,
            paths: paths?,
            host: host?,
        }))
    }
}

fn paths(r: &mut Reader<'_>, item: Item<'_>) -> Option<Vec<String>> {
    let texts = all_texts(r, item)?;
    let mut paths: Vec<String> = Vec::new();
    for text in texts {
        let fault = if !text.starts_with('/') {
            Some("a path here begins with a slash")
        } else if text.strip_suffix('*').unwrap_or(&text).contains('*') {
            // CloudFront developer guide, "What you need to know when invalidating files": only the last character.
            Some("a * that is not its last character stands for nothing")
        } else if text.len() > LONGEST || !text.chars().all(|c| c.is_ascii_graphic()) {
            Some("it is too long, or has blanks or letters that a URL writes with %")
        } else if paths.contains(&text) {
            Some("it stands here twice")
        } else {
            None
        };
        if let Some(fault) = fault {
            r.notes.error(
                "path",
                item.span().into(),
                format!("{text:?} can't be invalidated: {fault}."),
                "Write \"/*\", or each path as a browser asks for it, such as \"/index.html\".",
            );
            return None;
        }
        paths.push(text);
    }
    let wild = paths.iter().filter(|path| path.ends_with('*')).count();
    if paths.is_empty() || paths.len() > MOST || wild > MOST_WILD {
        r.notes.error(
            "path",
            item.span().into(),
            format!(
                "This list has {} paths, {wild} of them with a *: it needs 1 to {MOST}, and {MOST_WILD} with a * at most.",
                paths.len()
            ),
            "Name those that change, or write \"/*\".",
        );
        return None;
    }
    Some(paths)
}
