//! Lambda: the functions that a user pool calls at a sign-in.

use serde::{Deserialize, Serialize};

/// A user pool may invoke a function, and the function can answer in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerCheck {
    /// The ARN of the function, exactly as the pool names it: with its alias or version, or without any.
    pub function: String,
    /// The ARN of the pool.
    pub pool_arn: String,
}

/// The ARN of a function, in its parts (Service Authorization Reference, "AWS Lambda", resource types).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionArn<'a> {
    /// The region, such as `eu-west-2`.
    pub region: &'a str,
    /// The account: twelve digits.
    pub account: &'a str,
    /// The name.
    pub name: &'a str,
    /// The alias or version; absent where it names neither.
    pub qualifier: Option<&'a str>,
    /// All of it but the qualifier.
    pub bare: &'a str,
}

impl<'a> FunctionArn<'a> {
    /// Reads one; nothing where the text is none (Lambda API reference, GetPolicy, `FunctionName` and `Qualifier`).
    #[must_use]
    pub fn of(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let (place, name, qualifier) = match parts[..] {
            ["arn", partition, "lambda", region, account, "function", name] => {
                ((partition, region, account), name, None)
            }
            [
                "arn",
                partition,
                "lambda",
                region,
                account,
                "function",
                name,
                qualifier,
            ] => ((partition, region, account), name, Some(qualifier)),
            _ => return None,
        };
        let word = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let named = (1..=64).contains(&name.len()) && name.chars().all(word);
        let qualified = qualifier.is_none_or(|qualifier| {
            (1..=128).contains(&qualifier.len()) && qualifier.chars().all(|c| word(c) || c == '$')
        });
        let bare = match qualifier {
            Some(qualifier) => text.strip_suffix(qualifier)?.strip_suffix(':')?,
            None => text,
        };
        (is_place(place) && named && qualified).then_some(Self {
            region: place.1,
            account: place.2,
            name,
            qualifier,
            bare,
        })
    }
}

/// The ARN of a user pool, in its parts (Service Authorization Reference, "Amazon Cognito User Pools").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolArn<'a> {
    /// The region.
    pub region: &'a str,
    /// The account: twelve digits.
    pub account: &'a str,
    /// The id of the pool, such as `eu-west-2_EXAMPLE`.
    pub id: &'a str,
}

impl<'a> PoolArn<'a> {
    /// Reads one; nothing where the text is none.
    #[must_use]
    pub fn of(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "cognito-idp", region, account, pool] = parts[..] else {
            return None;
        };
        let id = pool.strip_prefix("userpool/")?;
        let fits = is_place((partition, region, account)) && crate::cognito::pool_region(id) == Some(region);
        fits.then_some(Self { region, account, id })
    }
}

/// Whether these can be a partition, a region and an account.
fn is_place((partition, region, account): (&str, &str, &str)) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    partition.starts_with("aws")
        && partition.bytes().all(plain)
        && !region.is_empty()
        && region.bytes().all(plain)
        && account.len() == 12
        && account.bytes().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const BARE: &str = "arn:aws:lambda:eu-west-2:123456789012:function:migrate-user";

    #[test]
    fn the_arn_of_a_function_is_read_with_its_qualifier() {
        let read = FunctionArn::of(BARE).unwrap();
        assert_eq!(
            (read.region, read.account, read.name, read.qualifier, read.bare),
            ("eu-west-2", "123456789012", "migrate-user", None, BARE)
        );
        for qualifier in ["live", "7", "$LATEST"] {
            let text = format!("{BARE}:{qualifier}");
            let read = FunctionArn::of(&text).unwrap();
            assert_eq!((read.qualifier, read.bare), (Some(qualifier), BARE));
        }
        for bad in [
            "",
            "migrate-user",
            "arn:aws:lambda:eu-west-2:123456789012:layer:migrate-user:3",
            "arn:aws:lambda:eu-west-2:123456789012:function:migrate-user:",
            "arn:aws:lambda:eu-west-2:123456789012:function:migrate-user:live:1",
            "arn:aws:lambda:eu-west-2:123456789012:function:",
            "arn:aws:lambda:eu-west-2:12345678901:function:migrate-user",
            "arn:aws:lambda:EU-WEST-2:123456789012:function:migrate-user",
            "arn:aws:lambda::123456789012:function:migrate-user",
            "arn:aws:lambda:eu-west-2:123456789012:function:migrate user",
            "arn:gcp:lambda:eu-west-2:123456789012:function:migrate-user",
        ] {
            assert_eq!(FunctionArn::of(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_arn_of_a_pool_names_its_region_twice() {
        let text = "arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE";
        let read = PoolArn::of(text).unwrap();
        assert_eq!(
            (read.region, read.account, read.id),
            ("eu-west-2", "123456789012", "eu-west-2_EXAMPLE")
        );
        for bad in [
            "eu-west-2_EXAMPLE",
            "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-2_EXAMPLE",
            "arn:aws:cognito-idp:eu-west-2:123456789012:eu-west-2_EXAMPLE",
            "arn:aws:cognito-idp:eu-west-2::userpool/eu-west-2_EXAMPLE",
            "arn:aws:cognito-identity:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE",
        ] {
            assert_eq!(PoolArn::of(bad), None, "{bad:?}");
        }
    }
}
