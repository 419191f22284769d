//! Typed fields: texts with placeholders, names, addresses, URLs, durations, numbers.

use std::net::IpAddr;

use switchback_model::dns::DnsName;
use toml::de::DeValue;

use crate::notes::{At, suggestion};
use crate::reader::{Item, Reader};
use crate::values::{Value, ValueType};

/// The longest duration that a file may give: one year.
const MAX_SECONDS: u32 = 366 * 24 * 3600;

impl Reader<'_> {
    /// A text with its placeholders replaced. `None` when an error was reported, or when no target
    /// has filled a value that it names.
    pub fn text(&mut self, item: Item<'_>) -> Option<String> {
        let text = self.expanded(item, None)?;
        if text.trim().is_empty() {
            self.notes.error(
                "empty-text",
                item.span().into(),
                "This text is empty.",
                "Write something here.",
            );
            return None;
        }
        Some(text)
    }

    /// Replaces `${name}` once, from left to right: what a value brings in is not looked at again.
    fn expanded(&mut self, item: Item<'_>, only: Option<&[ValueType]>) -> Option<String> {
        let literal = self.literal(item)?;
        if !self.templates {
            return Some(literal.value);
        }
        self.filled(&literal.value, literal.at, only, true)
    }

    fn filled(
        &mut self,
        text: &str,
        at: At,
        only: Option<&[ValueType]>,
        may_bring_notices: bool,
    ) -> Option<String> {
        let (mut out, mut rest, mut whole) = (String::new(), text, true);
        while let Some(start) = rest.find("${") {
            out.push_str(&rest[..start]);
            let after = &rest[start + 2..];
            let Some(end) = after.find('}') else {
                self.notes.error(
                    "bad-placeholder",
                    at,
                    "This placeholder starts with \"${\" but has no \"}\".",
                    "Write ${name}.",
                );
                return None;
            };
            let name = &after[..end];
            let found = match name.strip_prefix("notice:") {
                Some(notice) if may_bring_notices && only.is_none() => self.notice(notice, at),
                _ => self.placeholder(name, at, only),
            };
            match found {
                Some(text) => out.push_str(&text),
                None => whole = false,
            }
            rest = &after[end + 1..];
        }
        out.push_str(rest);
        whole.then_some(out)
    }

    fn placeholder(&mut self, name: &str, at: At, only: Option<&[ValueType]>) -> Option<String> {
        let at = self.notes.within(at, &format!("${{{name}}}"));
        let Some(declared) = self.values.0.get(name) else {
            let known: Vec<&str> = self.values.0.keys().map(String::as_str).collect();
            let fix = suggestion(name, &known);
            let message = format!("The runbook declares no value `{name}`.");
            self.notes.error("unknown-placeholder", at, message, fix);
            return None;
        };
        self.used.insert(name.to_owned());
        let allowed = !declared.ty.is_list() && only.is_none_or(|types| types.contains(&declared.ty));
        if !allowed {
            let message = format!(
                "The value `{name}` is of type {} and can't stand here.",
                declared.ty.word()
            );
            self.notes
                .error("placeholder-type", at, message, "Use a value of another type.");
            return None;
        }
        declared.bound.as_ref().and_then(Value::text)
    }

    /// The text of `notices/NAME.txt`, in which values are replaced as in the runbook.
    fn notice(&mut self, name: &str, at: At) -> Option<String> {
        let at = self.notes.within(at, &format!("${{notice:{name}}}"));
        let source = self.notes.source();
        let Some(text) = source.notices.get(name) else {
            let known: Vec<&str> = source.notices.keys().map(String::as_str).collect();
            let message = format!("There is no file notices/{name}.txt beside the runbook.");
            self.notes
                .error("unknown-notice", at, message, suggestion(name, &known));
            return None;
        };
        self.used_notices.insert(name.to_owned());
        crate::parse::sane(&mut self.notes, text, at);
        self.filled(text.trim_end(), at, None, false)
    }

    /// The record sets that the string names as a whole placeholder; `Some(None)` when no target
    /// fills it, `None` when the string is no whole placeholder of that type.
    pub fn whole_records(&mut self, item: Item<'_>) -> Option<Option<Vec<crate::records::Entry>>> {
        let name = item.get_ref().as_str()?.strip_prefix("${")?.strip_suffix('}')?;
        let declared = self
            .values
            .0
            .get(name)
            .filter(|d| self.templates && d.ty == ValueType::Records)?;
        self.used.insert(name.to_owned());
        Some(match &declared.bound {
            Some(Value::Records(entries)) => Some(entries.clone()),
            _ => None,
        })
    }

    /// The same of a list of texts.
    pub fn whole_texts(&mut self, item: Item<'_>) -> Option<Option<Vec<String>>> {
        let name = item.get_ref().as_str()?.strip_prefix("${")?.strip_suffix('}')?;
        let declared = self.values.0.get(name);
        let declared = declared.filter(|declared| self.templates && declared.ty == ValueType::Texts)?;
        self.used.insert(name.to_owned());
        Some(match &declared.bound {
            Some(Value::Texts(texts)) => Some(texts.clone()),
            _ => None,
        })
    }

    pub fn dns_name(&mut self, item: Item<'_>) -> Option<DnsName> {
        let text = self.expanded(item, Some(&[ValueType::Dns, ValueType::Text]))?;
        let name = DnsName::new(&text).ok();
        if name.is_none() {
            let fix = match text.chars().any(char::is_alphabetic) && !text.is_ascii() {
                true => "Write the name in its ASCII form, such as xn--bcher-kva.example.nhs.test.",
                false => "Write labels of 1 to 63 characters joined by dots, such as apps.example.nhs.test.",
            };
            self.notes.error(
                "invalid-name",
                item.span().into(),
                format!("{:?} is not a DNS name.", cut(&text)),
                fix,
            );
        }
        name
    }

    pub fn ip(&mut self, item: Item<'_>) -> Option<IpAddr> {
        let text = self.expanded(item, Some(&[ValueType::Ip, ValueType::Text]))?;
        let address = text.trim().parse().ok();
        if address.is_none() {
            self.notes.error(
                "invalid-ip",
                item.span().into(),
                format!("{:?} is not an IP address.", cut(&text)),
                "Write an IPv4 or IPv6 address without a port.",
            );
        }
        address
    }

    pub fn url(&mut self, item: Item<'_>) -> Option<String> {
        let text = self.expanded(item, None)?;
        match url_fault(&text) {
            None => Some(text),
            Some((what, fix)) => {
                let message = format!("{:?} can't be used as a URL: {what}.", cut(&text));
                self.notes.error("url", item.span().into(), message, fix);
                None
            }
        }
    }

    /// A hosted zone's id, with or without the `/hostedzone/` that some API answers carry.
    pub fn zone_id(&mut self, item: Item<'_>) -> Option<String> {
        let text = self.text(item)?;
        let id = text.trim().trim_start_matches("/hostedzone/");
        if (1..=32).contains(&id.len()) && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) {
            return Some(id.to_owned());
        }
        self.notes.error(
            "zone-id",
            item.span().into(),
            format!("{:?} is not the id of a hosted zone.", cut(&text)),
            "Copy it from Route 53: capital letters and digits, starting with Z.",
        );
        None
    }

    /// Reports a name that the zone can't hold.
    pub fn inside(&mut self, name: &DnsName, zone: &DnsName, at: At) {
        if !name.is_within(zone) {
            self.notes.error(
                "outside-zone",
                at,
                format!("{} is not in the zone {}.", name.host(), zone.host()),
                "Correct the name, or name the zone that holds it.",
            );
        }
    }

    /// A duration: whole seconds, or text such as "5 min" or "1 h 30 min".
    pub fn seconds(&mut self, item: Item<'_>) -> Option<u32> {
        const WANTED: &str =
            "a duration: whole seconds, or text such as \"90 s\", \"5 min\" or \"1 h 30 min\"";
        let seconds = match item.get_ref() {
            DeValue::Integer(number) => integer(number.as_str(), number.radix()),
            DeValue::String(_) => {
                let text = self.expanded(item, Some(&[ValueType::Seconds, ValueType::Number]))?;
                duration(&text)
            }
            _ => {
                self.wrong_type(item, WANTED);
                return None;
            }
        };
        let seconds = seconds.filter(|s| *s <= MAX_SECONDS);
        if seconds.is_none() {
            let at = item.span().into();
            let message = "This is not a duration of 0 s to 366 days.";
            self.notes
                .error("duration", at, message, format!("Write {WANTED}."));
        }
        seconds
    }

    /// A duration that can't be zero.
    pub fn period(&mut self, item: Item<'_>) -> Option<u32> {
        let seconds = self.seconds(item)?;
        if seconds == 0 {
            let at = item.span().into();
            self.notes.error(
                "duration",
                at,
                "This duration is zero.",
                "Write at least 1 second.",
            );
            return None;
        }
        Some(seconds)
    }

    /// A whole number from 0 to 4,294,967,295.
    pub fn number(&mut self, item: Item<'_>) -> Option<u32> {
        let number = match item.get_ref() {
            DeValue::Integer(number) => integer(number.as_str(), number.radix()),
            DeValue::String(text) if self.templates && text.starts_with("${") => {
                let text = self.expanded(item, Some(&[ValueType::Seconds, ValueType::Number]))?;
                text.parse().ok()
            }
            _ => {
                self.wrong_type(item, "a whole number");
                return None;
            }
        };
        if number.is_none() {
            let at = item.span().into();
            self.notes.error(
                "number",
                at,
                "This is not a whole number from 0 to 4,294,967,295.",
                "Correct it.",
            );
        }
        number
    }
}

fn integer(digits: &str, radix: u32) -> Option<u32> {
    u32::from_str_radix(digits, radix).ok()
}

/// Adds up terms such as `1 h 30 min` or `60 s + 1 min`; a bare number is seconds.
pub(crate) fn duration(text: &str) -> Option<u32> {
    let spaced: String = text
        .chars()
        .zip(text.chars().skip(1).map(Some).chain([None]))
        .flat_map(|(c, next)| {
            let unit_follows = c.is_ascii_digit() && next.is_some_and(|n| n.is_ascii_alphabetic());
            [Some(c), unit_follows.then_some(' ')]
        })
        .flatten()
        .collect();
    let words: Vec<&str> = spaced.split_whitespace().filter(|word| *word != "+").collect();
    if let [seconds] = words[..] {
        return seconds.parse().ok();
    }
    let (terms, rest) = words.as_chunks::<2>();
    if terms.is_empty() || !rest.is_empty() {
        return None;
    }
    terms.iter().try_fold(0_u32, |total, [number, unit]| {
        let unit = match *unit {
            "s" | "sec" | "second" | "seconds" => 1,
            "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            _ => return None,
        };
        total.checked_add(number.parse::<u32>().ok()?.checked_mul(unit)?)
    })
}

/// Why a text can't be a URL to probe, and what to do.
fn url_fault(text: &str) -> Option<(&'static str, &'static str)> {
    let use_name = "Use the name that users type; the address to dial belongs in `address`.";
    let Some(rest) = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
    else {
        return Some((
            "it does not start with https:// or http://",
            "Start it with https://.",
        ));
    };
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        return Some((
            "it holds a blank or a character outside ASCII",
            "Percent-encode it.",
        ));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Some(("it holds a user name", "Remove everything up to the @."));
    }
    if authority.starts_with('[') {
        return Some(("its host is an IP address", use_name));
    }
    if authority.contains(':') {
        return Some((
            "it names a port",
            "Remove the port: 443 or 80 follows from the scheme.",
        ));
    }
    let host = authority.trim_end_matches('.');
    // A last label that is a number makes the host an IPv4 address (WHATWG URL, "ends in a number").
    let last = host.rsplit('.').next().unwrap_or_default();
    if last.starts_with("0x") || (!last.is_empty() && last.chars().all(|c| c.is_ascii_digit())) {
        return Some(("its host is an IP address", use_name));
    }
    if host.contains('*') {
        return Some((
            "its host is a wildcard",
            "Write one of the names that the wildcard covers.",
        ));
    }
    DnsName::new(authority)
        .is_err()
        .then_some(("its host is not a DNS name", use_name))
}

/// The start of a text, for messages.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}
