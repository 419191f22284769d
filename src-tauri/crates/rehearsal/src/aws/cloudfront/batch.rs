//! What a CreateInvalidation asks for, read and checked.

use serde::Deserialize;

use crate::aws::AwsError;

/// The longest path (CloudFront developer guide, "What you need to know when invalidating paths").
const LONGEST_PATH: usize = 4_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct InvalidationBatch {
    #[serde(rename = "@xmlns", default)]
    _xmlns: Option<String>,
    paths: Paths,
    caller_reference: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Paths {
    quantity: usize,
    #[serde(default)]
    items: Items,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Items {
    #[serde(rename = "Path", default)]
    paths: Vec<String>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    pub reference: String,
    pub paths: Vec<String>,
}

impl Batch {
    /// Reads the body of a request, which is an `InvalidationBatch` by itself.
    pub(super) fn read(body: &[u8]) -> Result<Self, AwsError> {
        if body.is_empty() {
            return Err(AwsError::new("MissingBody", "This operation requires a body."));
        }
        let malformed = |why: &dyn std::fmt::Display| AwsError::new("MalformedInput", &why.to_string());
        let text = std::str::from_utf8(body).map_err(|error| malformed(&error))?;
        let asked: InvalidationBatch = quick_xml::de::from_str(text).map_err(|error| malformed(&error))?;
        let batch = Self {
            reference: asked.caller_reference,
            paths: asked.paths.items.paths,
        };
        if asked.paths.quantity != batch.paths.len() {
            return Err(AwsError::new(
                "InconsistentQuantities",
                "The value of Quantity and the size of Items do not match.",
            ));
        }
        match batch {
            Self { reference, .. } if reference.is_empty() => Err(invalid("The caller reference is empty.")),
            Self { paths, .. } if paths.is_empty() => Err(invalid(
                "Your request must contain at least one invalidation path.",
            )),
            Self { paths, .. } if !paths.iter().all(|path| is_valid(path)) => Err(invalid(
                "Your request contains one or more invalid invalidation paths.",
            )),
            batch => Ok(batch),
        }
    }

    /// How many of its paths end in the wildcard.
    pub(super) fn wildcards(paths: &[String]) -> usize {
        paths.iter().filter(|path| path.ends_with('*')).count()
    }

    /// Whether these are the same paths, in whichever order.
    pub(super) fn covers_the_same(&self, paths: &[String]) -> bool {
        let sorted = |paths: &[String]| {
            let mut paths = paths.to_vec();
            paths.sort();
            paths
        };
        sorted(&self.paths) == sorted(paths)
    }
}

pub(super) fn invalid(message: &str) -> AwsError {
    AwsError::new("InvalidArgument", message)
}

/// Through the API, a path begins with a slash; the wildcard is its last character or is not there; characters that a URL
/// does not have are escaped (CloudFront developer guide, as above).
fn is_valid(path: &str) -> bool {
    let before = path.strip_suffix('*').unwrap_or(path);
    path.starts_with('/')
        && path.len() <= LONGEST_PATH
        && !before.contains('*')
        && path.chars().all(|c| c.is_ascii_graphic())
}
