//! What says to which account, region and role a target belongs, and what to write where it nearly does.

use toml::de::DeValue;

use crate::fields::cut;
use crate::notes::nearest;
use crate::reader::{Item, Reader};

/// AWS regions with the places that people call them by (AWS Regions and Availability Zones). New ones come:
/// a region that is only well formed is believed.
const REGIONS: &[(&str, &[&str])] = &[
    ("eu-west-2", &["london", "england", "uk"]),
    ("eu-west-1", &["ireland", "dublin"]),
    ("eu-west-3", &["paris"]),
    ("eu-central-1", &["frankfurt"]),
    ("eu-central-2", &["zurich"]),
    ("eu-north-1", &["stockholm"]),
    ("eu-south-1", &["milan"]),
    ("eu-south-2", &["spain"]),
    ("us-east-1", &["virginia", "global"]),
    ("us-east-2", &["ohio"]),
    ("us-west-1", &["california"]),
    ("us-west-2", &["oregon"]),
    ("ca-central-1", &["canada", "montreal"]),
    ("ca-west-1", &["calgary"]),
    ("sa-east-1", &["sao paulo"]),
    ("ap-south-1", &["mumbai"]),
    ("ap-south-2", &["hyderabad"]),
    ("ap-east-1", &["hong kong"]),
    ("ap-northeast-1", &["tokyo"]),
    ("ap-northeast-2", &["seoul"]),
    ("ap-northeast-3", &["osaka"]),
    ("ap-southeast-1", &["singapore"]),
    ("ap-southeast-2", &["sydney"]),
    ("ap-southeast-3", &["jakarta"]),
    ("ap-southeast-4", &["melbourne"]),
    ("me-south-1", &["bahrain"]),
    ("me-central-1", &["uae"]),
    ("il-central-1", &["tel aviv"]),
    ("af-south-1", &["cape town"]),
];

const DIRECTIONS: [&str; 9] = [
    "north",
    "south",
    "east",
    "west",
    "central",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
];

impl Reader<'_> {
    /// The twelve digits of an AWS account.
    pub fn account(&mut self, item: Item<'_>) -> Option<String> {
        const FIX: &str = "Write the twelve digits in quotes, such as \"123456789012\".";
        let text = match item.get_ref() {
            DeValue::Integer(number) => {
                let message =
                    format!("The account {number} is written as a number, which loses leading zeros.");
                self.notes.error("account", item.span().into(), message, FIX);
                return None;
            }
            _ => self.literal(item)?,
        };
        let value = text.value.as_str();
        if is_account(value) {
            return Some(text.value);
        }
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let only = |separators: &[char]| {
            value
                .chars()
                .all(|c| c.is_ascii_digit() || separators.contains(&c))
        };
        let message = format!("{:?} is not an AWS account.", cut(value));
        let fix = if let Some(account) = account_of_arn(value) {
            format!("That is an ARN: write the account alone, \"{account}\".")
        } else if !only(&[' ', '-', '\u{a0}', '\u{2011}', '\u{2013}', '.', '_']) || digits.is_empty() {
            if value.chars().any(char::is_alphabetic) {
                "That is a name: write the twelve digits, which `aws sts get-caller-identity` shows."
                    .to_owned()
            } else {
                FIX.to_owned()
            }
        } else {
            match digits.len() {
                12 => format!("Write the digits alone: \"{digits}\"."),
                11 => format!(
                    "It has 11 digits and an account has twelve: a leading zero may be lost, as in \"0{digits}\"."
                ),
                length => format!("It has {length} digits and an account has twelve: look it up again."),
            }
        };
        self.notes.error("account", text.at, message, fix);
        None
    }

    /// The AWS region.
    pub fn region(&mut self, item: Item<'_>) -> Option<String> {
        let text = self.literal(item)?;
        if is_region(&text.value) {
            return Some(text.value);
        }
        let (message, fix) = region_mend(&text.value);
        self.notes.error("region", text.at, message, fix);
        None
    }

    /// The name of a role.
    pub fn role(&mut self, item: Item<'_>) -> Option<String> {
        let text = self.literal(item)?;
        let value = text.value.as_str();
        // IAM, "CreateRole": a role name has 1 to 64 of these characters; a colon or slash means an ARN.
        let fits = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
        if (1..=64).contains(&value.len()) && value.chars().all(fits) {
            return Some(text.value);
        }
        let message = format!("{:?} is not the name of a role.", cut(value));
        let fix = match role_in(value).filter(|name| (1..=64).contains(&name.len()) && name.chars().all(fits))
        {
            Some(name) => format!("Write the role's name without its ARN, account or path: \"{name}\"."),
            None if value.contains(":user/") => {
                "That is a user: write the name of the role that the operator assumes.".to_owned()
            }
            None if value.len() > 64 => {
                format!(
                    "It has {} characters, and a role's name has at most 64.",
                    value.chars().count()
                )
            }
            None => match value.chars().find(|c| !fits(*c)) {
                Some(odd) if !value.contains([':', '/']) => {
                    format!("A role's name has no {odd:?}: write letters, digits and + = , . @ _ - only.")
                }
                _ => "Write the role's name without its ARN, account or path.".to_owned(),
            },
        };
        self.notes.error("role", text.at, message, fix);
        None
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The account in an ARN such as `arn:aws:iam::123456789012:role/operator`.
fn account_of_arn(text: &str) -> Option<&str> {
    let account = text.trim().strip_prefix("arn:")?.split(':').nth(3)?;
    is_account(account).then_some(account)
}

/// The role's name in an ARN, in a path, or before the session's name.
fn role_in(text: &str) -> Option<&str> {
    let text = text.trim();
    let resource = match text.strip_prefix("arn:") {
        Some(arn) => arn.split(':').nth(4)?,
        None => text,
    };
    if let Some(rest) = resource.strip_prefix("assumed-role/") {
        return rest.split('/').next();
    }
    if let Some(rest) = resource.strip_prefix("role/") {
        return rest.rsplit('/').next();
    }
    if text.starts_with("arn:") || text.contains(':') {
        return None;
    }
    // IAM Identity Center's roles are known by their prefix; what follows them is the session.
    let mut parts = resource.split('/');
    let sso = parts.find(|part| part.starts_with("AWSReservedSSO_"));
    sso.or_else(|| resource.rsplit('/').next())
        .filter(|name| *name != text || !name.contains(char::is_whitespace))
}

/// Whether a text is formed as AWS forms a region's name: `eu-west-2`, `us-gov-east-1`, `eusc-de-east-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [first, middle @ .., direction, number] = parts.as_slice() else {
        return false;
    };
    (2..=4).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && middle.len() <= 1
        && middle
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()))
        && DIRECTIONS.contains(direction)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

/// What is wrong with a text that is no region, and the region that was likely meant.
fn region_mend(text: &str) -> (String, String) {
    let shown = format!("{:?}", cut(text));
    let write = |region: &str| format!("Write \"{region}\".");
    let small = text.trim().to_lowercase();
    // An availability zone is a region and a letter; a local or wavelength zone goes on behind it.
    let zone_of = (1..small.len())
        .filter(|end| small.is_char_boundary(*end))
        .rev()
        .find(|end| is_region(&small[..*end]))
        .map(|end| small.split_at(end));
    if let Some((region, rest)) = zone_of {
        let letter = rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_lowercase());
        if letter {
            return (
                format!("{shown} is an availability zone, not a region."),
                write(region),
            );
        }
        if rest.starts_with('-') && rest.len() > 1 {
            return (format!("{shown} is a zone inside a region."), write(region));
        }
    }
    let plain = |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
    let wanted = plain(&small);
    let spelt = |region: &str| plain(region) == wanted;
    if is_region(&small) {
        return (format!("{shown} is not spelt as AWS spells it."), write(&small));
    }
    for (region, places) in REGIONS {
        let code = short(region);
        if spelt(region) {
            return (format!("{shown} is not spelt as AWS spells it."), write(region));
        }
        if wanted
            .strip_prefix(&code)
            .is_some_and(|rest| rest.starts_with("az"))
        {
            return (
                format!("{shown} is the id of an availability zone, not a region."),
                write(region),
            );
        }
        if wanted == code {
            return (format!("{shown} is short for a region."), write(region));
        }
        let words: Vec<&str> = small.split(|c: char| !c.is_alphabetic()).collect();
        let named = |place: &&str| match place.contains(' ') {
            true => small.contains(*place),
            false => words.contains(place),
        };
        if places.iter().any(named) {
            return (format!("{shown} is a place, not a region."), write(region));
        }
    }
    let message = format!("{shown} is not an AWS region.");
    let hyphened: String = small
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    match nearest(&hyphened, REGIONS.iter().map(|(region, _)| *region)) {
        Some(near) if hyphened.len() > 4 => (message, format!("Did you mean \"{near}\"?")),
        _ => (message, "Write it such as \"eu-west-2\".".to_owned()),
    }
}

/// As bills and zone ids shorten a region: `euw2`, `apne1`.
fn short(region: &str) -> String {
    let mut parts = region.split('-');
    let first = parts.next().unwrap_or_default();
    let direction = match parts.next().unwrap_or_default() {
        "northeast" => "ne",
        "northwest" => "nw",
        "southeast" => "se",
        "southwest" => "sw",
        other => other.get(..1).unwrap_or_default(),
    };
    format!("{first}{direction}{}", parts.next().unwrap_or_default())
}
