//! What the error codes of a service mean, besides those that all services have. What a code says of the
//! object is hearsay all the same: the engine looks.

use switchback_engine::ports::ProviderErrorKind as Kind;

/// A code, what it comes to, our words for it, and what to do.
pub(crate) type Code = (&'static str, Kind, &'static str, Option<&'static str>);
/// The codes of one service.
pub(crate) type Codes = &'static [Code];

const UNKNOWN_OBJECT: &str = "AWS does not know the object";
const LOOK_AT_ID: Option<&str> = Some("Look at the id in the target.");

/// Route 53 (API reference, "Common Errors" and ChangeResourceRecordSets). `InvalidChangeBatch` has meanings
/// that only its words tell apart.
pub(crate) const ROUTE53: Codes = &[
    (
        "PriorRequestNotComplete",
        Kind::Busy,
        "Route 53 is still carrying out an earlier change",
        Some("Wait for the earlier change to end, then repeat."),
    ),
    ("NoSuchHostedZone", Kind::NotFound, UNKNOWN_OBJECT, LOOK_AT_ID),
    ("HostedZoneNotFound", Kind::NotFound, UNKNOWN_OBJECT, LOOK_AT_ID),
    ("NoSuchChange", Kind::NotFound, UNKNOWN_OBJECT, LOOK_AT_ID),
    ("NoSuchHealthCheck", Kind::NotFound, UNKNOWN_OBJECT, LOOK_AT_ID),
];

/// Cognito user pools (API reference). `CodeDeliveryFailureException` comes after the user was made.
pub(crate) const COGNITO: Codes = &[
    (
        "ResourceNotFoundException",
        Kind::NotFound,
        UNKNOWN_OBJECT,
        LOOK_AT_ID,
    ),
    (
        "CodeDeliveryFailureException",
        Kind::Unclear,
        "Cognito could not deliver a code; the rest may have been done",
        None,
    ),
];

/// Parameter Store (Systems Manager API reference, GetParameter and PutParameter).
pub(crate) const SSM: Codes = &[
    (
        "ParameterNotFound",
        Kind::NotFound,
        "There is no such parameter",
        Some("Look at the name in the runbook, and at the region of the target."),
    ),
    (
        "ParameterVersionNotFound",
        Kind::NotFound,
        "There is no such version of the parameter",
        None,
    ),
    (
        "TooManyUpdates",
        Kind::Busy,
        "Somebody else is changing the parameter",
        Some("Wait for the other change to end, then repeat."),
    ),
    (
        "ParameterAlreadyExists",
        Kind::Conflict,
        "The parameter is there already",
        None,
    ),
    (
        "ParameterMaxVersionLimitExceeded",
        Kind::Refused,
        "The oldest of the parameter's 100 versions has a label, so that none can be added",
        Some("Move the label of the oldest version, then repeat."),
    ),
    (
        "ParameterPatternMismatchException",
        Kind::Refused,
        "The value does not match the parameter's allowed pattern",
        Some("Correct the value in the runbook."),
    ),
    (
        "HierarchyTypeMismatchException",
        Kind::Refused,
        "The parameter is of another type",
        None,
    ),
    ("InvalidKeyId", Kind::Refused, "The key is not usable", None),
    (
        "InternalServerError",
        Kind::Unclear,
        "Parameter Store failed",
        None,
    ),
];

/// What a service's own code means.
pub(crate) fn of(codes: Codes, code: &str) -> Option<&'static Code> {
    codes.iter().find(|(known, ..)| *known == code)
}

/// ECS (ECS API reference, UpdateService and DescribeServices).
pub(crate) const ECS: Codes = &[];
