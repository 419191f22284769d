//! DescribeParameters: what is known of parameters, without their values.

use serde::Deserialize;
use serde_json::{Value, json};

use super::part::{AccountRegion, Kind, Parameter, Ssm, Version};
use super::{constraint, page_size, wrong_token};
use crate::aws::AwsError;
use crate::aws::token::{self, Token};

/// So many parameters are looked at for one page. AWS stops at a limit of its own and gives what it has found
/// by then, "between zero and MaxResults" of them, and a token (API reference); its limit is not known, and is
/// low here so that every reader must page.
const LOOKED_AT: usize = 2;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Describe {
    filters: Option<Value>,
    parameter_filters: Option<Vec<Filter>>,
    max_results: Option<i64>,
    next_token: Option<String>,
    shared: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filter {
    key: String,
    option: Option<String>,
    values: Option<Vec<String>>,
}

/// What a filter looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Name,
    Type,
    KeyId,
    Tier,
    DataType,
    Path,
}

impl By {
    const ALL: [Self; 6] = [
        Self::Name,
        Self::Type,
        Self::KeyId,
        Self::Tier,
        Self::DataType,
        Self::Path,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Type => "Type",
            Self::KeyId => "KeyId",
            Self::Tier => "Tier",
            Self::DataType => "DataType",
            Self::Path => "Path",
        }
    }

    /// The options that it knows, the usual one first.
    fn options(self) -> &'static [How] {
        match self {
            Self::Name => &[How::Equals, How::BeginsWith, How::Contains],
            Self::Type | Self::KeyId | Self::Tier | Self::DataType => &[How::Equals, How::BeginsWith],
            Self::Path => &[How::OneLevel, How::Recursive],
        }
    }
}

/// How it compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Equals,
    BeginsWith,
    Contains,
    OneLevel,
    Recursive,
}

impl How {
    fn word(self) -> &'static str {
        match self {
            Self::Equals => "Equals",
            Self::BeginsWith => "BeginsWith",
            Self::Contains => "Contains",
            Self::OneLevel => "OneLevel",
            Self::Recursive => "Recursive",
        }
    }

    fn fits(self, found: &str, wanted: &str) -> bool {
        let below = |path: &str| {
            let path = path.trim_end_matches('/');
            found
                .strip_prefix(path)
                .and_then(|rest| rest.strip_prefix('/'))
                .map(str::to_owned)
        };
        match self {
            Self::Equals => found == wanted,
            Self::BeginsWith => found.starts_with(wanted),
            Self::Contains => found.contains(wanted),
            Self::OneLevel => below(wanted).is_some_and(|rest| !rest.contains('/')),
            Self::Recursive => below(wanted).is_some(),
        }
    }
}

/// A filter that can be applied.
struct Wanted {
    key: By,
    how: How,
    values: Vec<String>,
}

impl Wanted {
    fn matches(&self, parameter: &Parameter, version: &Version) -> bool {
        let found = match self.key {
            By::Name | By::Path => parameter.name.as_str(),
            By::Type => parameter.kind.word(),
            By::KeyId => version.key_id.as_deref().unwrap_or_default(),
            By::Tier => version.tier.word(),
            By::DataType => "text",
        };
        self.values.iter().any(|value| {
            // A root parameter is found with and without its slash.
            let root = self.key == By::Name && !found.starts_with('/');
            let value = if root {
                value.trim_start_matches('/')
            } else {
                value
            };
            self.how.fits(found, value)
        })
    }
}

fn list(words: impl Iterator<Item = &'static str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// Reads the filters; the words of refusals as getmoto/moto has them.
fn filters(asked: &[Filter]) -> Result<Vec<Wanted>, AwsError> {
    let mut all: Vec<Wanted> = Vec::new();
    for (at, filter) in asked.iter().enumerate() {
        if filter.key.starts_with("tag:") {
            return Err(AwsError::not_rehearsed(
                "DescribeParameters with a filter of tags",
            ));
        }
        if filter.key == "Label" {
            return Err(AwsError::new(
                "InvalidFilterKey",
                &format!(
                    "The following filter key is not valid: Label. Valid filter keys include: [{}].",
                    list(By::ALL.iter().map(|key| key.word()))
                ),
            ));
        }
        let key = By::ALL.into_iter().find(|key| key.word() == filter.key);
        let key = key.ok_or_else(|| {
            constraint(
                &format!("parameterFilters.{}.member.key", at + 1),
                &filter.key,
                "Member must satisfy regular expression pattern: tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType",
            )
        })?;
        if all.iter().any(|other| other.key == key) {
            return Err(AwsError::new(
                "InvalidFilterKey",
                &format!(
                    "The following filter is duplicated in the request: {}. A request can contain only one \
                     occurrence of a specific filter.",
                    key.word()
                ),
            ));
        }
        let how = match &filter.option {
            None => key.options().first().copied(),
            Some(word) => key.options().iter().copied().find(|how| how.word() == word),
        };
        let how = how.ok_or_else(|| {
            AwsError::new(
                "InvalidFilterOption",
                &format!(
                    "The following filter option is not valid: {}. Valid options include: [{}].",
                    filter.option.as_deref().unwrap_or_default(),
                    list(key.options().iter().map(|how| how.word()))
                ),
            )
        })?;
        let values = filter.values.clone().unwrap_or_default();
        if values.is_empty() || values.len() > 50 {
            return Err(AwsError::new(
                "InvalidFilterValue",
                &format!(
                    "The following filter values are missing : null for filter key {}.",
                    key.word()
                ),
            ));
        }
        if key == By::Type && how == How::Equals && values.iter().any(|word| Kind::of(word).is_none()) {
            return Err(AwsError::new(
                "InvalidFilterOption",
                &format!(
                    "The following filter value is not valid: {}. Valid values include: [String, StringList, \
                     SecureString].",
                    values.join(", ")
                ),
            ));
        }
        all.push(Wanted { key, how, values });
    }
    Ok(all)
}

/// A page; it may be shorter than asked for, or empty, and still have a token.
pub(super) fn describe(ssm: &Ssm, place: &AccountRegion, asked: &Describe) -> Result<Value, AwsError> {
    if asked.filters.is_some() {
        return Err(AwsError::not_rehearsed("DescribeParameters with Filters"));
    }
    if asked.shared == Some(true) {
        return Err(AwsError::not_rehearsed("DescribeParameters of shared parameters"));
    }
    let size = page_size(asked.max_results, 10)?.min(LOOKED_AT);
    let given = asked.parameter_filters.as_deref().unwrap_or_default();
    let wanted = filters(given)?;
    let question = format!("describe {} {given:?}", place.everything());
    let from = Token::read(asked.next_token.as_deref(), &question).ok_or_else(wrong_token)?;
    let all = ssm.listed(place);
    let at = from.at.min(all.len());
    let end = (at + size).min(all.len());
    let page: Vec<Value> = all[at..end]
        .iter()
        .filter_map(|parameter| Some((parameter, parameter.last()?)))
        .filter(|(parameter, version)| wanted.iter().all(|filter| filter.matches(parameter, version)))
        .map(|(parameter, version)| parameter.described(place, version))
        .collect();
    let mut answer = json!({ "Parameters": page });
    if end < all.len() {
        let next = token::PageStart { at: end, ..from };
        answer["NextToken"] = json!(Token::new(&question, next).text());
    }
    Ok(answer)
}
