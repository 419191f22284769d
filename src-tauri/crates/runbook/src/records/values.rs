//! Values of a record set, each judged where it stands: what Route 53 would take and nobody meant is refused
//! with its mend.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use switchback_model::dns::{DnsName, RecordType, normal_values};
use toml::de::DeValue;

use crate::fields::cut;
use crate::notes::{At, Located};
use crate::reader::{Item, Reader};

impl Reader<'_> {
    /// Values that the type allows, in normal form and sorted. `at` is where the list stands.
    pub fn record_values(
        &mut self,
        kind: RecordType,
        values: Vec<Located<String>>,
        at: At,
    ) -> Option<Vec<String>> {
        const CODE: &str = "record-values";
        let mut sound = true;
        if values.is_empty() {
            let (what, fix) = match kind {
                RecordType::A => ("one or more IPv4 addresses", "Write them such as \"192.0.2.10\"."),
                RecordType::Aaaa => (
                    "one or more IPv6 addresses",
                    "Write them such as \"2001:db8::10\".",
                ),
                RecordType::Cname => (
                    "exactly one DNS name",
                    "Write it such as \"old.example.nhs.test\".",
                ),
            };
            let message = format!("A record set of type {kind} must have {what}.");
            self.notes.error(CODE, at, message, fix);
            return None;
        }
        let mut normal: Vec<String> = Vec::new();
        for value in values {
            if let Some((message, fix)) = fault(kind, &value.value) {
                sound = false;
                self.notes.error(CODE, value.at, message, fix);
                continue;
            }
            let spelt = normal_values(kind, vec![value.value.clone()]);
            if spelt.iter().any(|spelt| normal.contains(spelt)) {
                sound = false;
                let message = format!("The value {:?} stands here twice.", cut(&value.value));
                self.notes.error(
                    CODE,
                    value.at,
                    message,
                    "Keep one of them: Route 53 refuses both.",
                );
            } else if kind == RecordType::Cname && !normal.is_empty() {
                sound = false;
                self.notes.error(
                    CODE,
                    value.at,
                    "A CNAME leads to one name, and this is one more.",
                    "Keep one name; to share users out, write weighted record sets with a name each.",
                );
            }
            normal.extend(spelt);
        }
        normal.sort();
        sound.then_some(normal)
    }

    /// A list of texts with their places, each a template; nothing where no target has filled one of them.
    pub fn located_texts(&mut self, item: Item<'_>) -> Option<Vec<Located<String>>> {
        if let Some(filled) = self.whole_texts(item) {
            let at: At = item.span().into();
            let located = |value| Located { value, at };
            return filled.map(|texts| texts.into_iter().map(located).collect());
        }
        let DeValue::Array(items) = item.get_ref() else {
            self.wrong_type(item, "a list of strings");
            return None;
        };
        let texts: Vec<Option<Located<String>>> = items
            .iter()
            .map(|item| {
                Some(Located {
                    value: self.text(item)?,
                    at: item.span().into(),
                })
            })
            .collect();
        texts.into_iter().collect()
    }

    /// The name of a host: no address, no URL, no wildcard.
    pub fn host_name(&mut self, item: Item<'_>) -> Option<DnsName> {
        let name = self.dns_name(item)?;
        if let Some((message, fix)) = name_fault(name.host(), "an alias leads to a name") {
            self.notes.error("invalid-name", item.span().into(), message, fix);
            return None;
        }
        Some(name)
    }
}

/// What is wrong with a value of a type, and what to write instead.
pub(super) fn fault(kind: RecordType, value: &str) -> Option<(String, String)> {
    match kind {
        RecordType::A => {
            let fits = value.trim().parse::<Ipv4Addr>().is_ok();
            address_fault(value, fits, kind, ("IPv4", "192.0.2.10"))
        }
        RecordType::Aaaa => {
            let fits = value.trim().parse::<Ipv6Addr>().is_ok();
            address_fault(value, fits, kind, ("IPv6", "2001:db8::10"))
        }
        RecordType::Cname => name_fault(value, "a CNAME leads to a name"),
    }
}

/// An address somewhere in a text: bare, in brackets or quotes, with a port, a prefix length or as a URL.
fn address_in(text: &str) -> Option<IpAddr> {
    let bare = undressed(text);
    bare.parse()
        .ok()
        .or_else(|| bare.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| bare.split_once('/')?.0.parse().ok())
        .or_else(|| undressed(host_of_url(bare)?).parse().ok())
}

/// Without blanks, quotes and brackets around.
fn undressed(text: &str) -> &str {
    const AROUND: [char; 9] = ['"', '\'', '`', '[', ']', '(', ')', '<', '>'];
    let trimmed = text.trim();
    // The brackets of `[2001:db8::1]:443` belong to the port.
    if trimmed.parse::<SocketAddr>().is_ok() {
        return trimmed;
    }
    trimmed.trim_matches(|c: char| c.is_whitespace() || AROUND.contains(&c))
}

/// The host of a URL, or of a text that goes on with a port or a path.
fn host_of_url(text: &str) -> Option<&str> {
    let after = text.split_once("://").map(|(_, rest)| rest);
    let rest = after.unwrap_or(text).trim_start_matches('/');
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next()?,
        None if authority.parse::<IpAddr>().is_ok() => authority,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    (host != text && !host.is_empty()).then_some(host)
}

/// `version` is the version of the addresses of this type, and one of them.
fn address_fault(
    value: &str,
    fits: bool,
    kind: RecordType,
    (version, example): (&str, &str),
) -> Option<(String, String)> {
    if fits {
        return None;
    }
    let shown = cut(value);
    let message =
        format!("{shown:?} is no {version} address, and a record set of type {kind} has nothing else.");
    let octal = without_zeros(value).filter(|_| kind == RecordType::A);
    let fix = match (address_in(value), octal) {
        (Some(IpAddr::V4(four)), _) if kind == RecordType::Aaaa => {
            format!("Put {four} into a record set of type A.")
        }
        (Some(IpAddr::V6(six)), _) if kind == RecordType::A => {
            format!("Put {six} into a record set of type AAAA.")
        }
        (Some(address), _) => format!("Write only the address: \"{address}\"."),
        (None, None) if value.split([',', ';', ' ']).filter_map(address_in).count() > 1 => {
            "Write each address as a string of its own.".to_owned()
        }
        (None, Some(octal)) => format!("Write it without leading zeros: \"{octal}\"."),
        (None, None) if value.chars().any(char::is_alphabetic) && !value.contains("::") => {
            let host = host_of_url(undressed(value)).unwrap_or(undressed(value));
            format!(
                "Write its address, such as \"{example}\"; to lead to the name {}, use `type = \"CNAME\"` or an alias.",
                cut(host)
            )
        }
        (None, None) => format!("Write it such as \"{example}\"."),
    };
    Some((message, fix))
}

/// An IPv4 address with its leading zeros taken off, which some programs read as octal.
fn without_zeros(value: &str) -> Option<Ipv4Addr> {
    let octets: Vec<u8> = value
        .trim()
        .split('.')
        .map(|octet| octet.parse().ok())
        .collect::<Option<_>>()?;
    let octets: [u8; 4] = octets.try_into().ok()?;
    Some(octets.into())
}

fn name_fault(value: &str, what: &str) -> Option<(String, String)> {
    let shown = cut(value);
    let said = |why: &str| format!("{shown:?} {why}, and {what}.");
    if let Some(address) = address_in(value) {
        let kind = if address.is_ipv4() { "A" } else { "AAAA" };
        return Some((
            said("is an address"),
            format!("Write `type = \"{kind}\"` with `values = [\"{address}\"]`, or the name of the host."),
        ));
    }
    let bare = undressed(value);
    if bare != value.trim() {
        return Some((
            format!("{shown:?} has quotes or brackets around the name."),
            format!("Write it without them: \"{}\".", cut(bare)),
        ));
    }
    if let Some(host) = host_of_url(bare).filter(|_| bare.contains(['/', ':', '@', '?'])) {
        return Some((
            said("is a URL or has a port, a path or a user"),
            format!("Write only the host's name: \"{}\".", cut(host)),
        ));
    }
    if bare.contains('*') || bare.contains("\\052") {
        return Some((
            said("has a wildcard"),
            "Write the full name of the host: nothing fills in the \"*\".".to_owned(),
        ));
    }
    let Ok(name) = DnsName::new(bare) else {
        let fix = if bare.is_ascii() {
            "Write labels of 1 to 63 characters joined by dots, such as old.example.nhs.test."
        } else {
            "Write the name in its ASCII form, such as xn--bcher-kva.example.nhs.test."
        };
        return Some((format!("{shown:?} is not a DNS name."), fix.to_owned()));
    };
    let odd = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '\\'));
    if let Some(odd) = name.host().chars().find(odd) {
        return Some((
            format!("{shown:?} holds {odd:?}, which no host has in its name."),
            "Write letters, digits, hyphens and dots, such as old.example.nhs.test.".to_owned(),
        ));
    }
    let last = name.host().rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|b| b.is_ascii_digit()) {
        return Some((
            said("looks like an address, but is none"),
            "Write the name of the host; an address stands in a record set of type A.".to_owned(),
        ));
    }
    if !name.host().contains('.') {
        return Some((
            said("is one word"),
            "Write the full name: Route 53 adds no zone to it.".to_owned(),
        ));
    }
    None
}
