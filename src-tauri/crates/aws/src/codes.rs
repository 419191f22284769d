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
    (
        "NoSuchChange",
        Kind::NotFound,
        "Route 53 says that it knows no such change",
        Some("Look at the endpoint and the account: the change was accepted there, or somewhere else."),
    ),
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
    // Whatever status it comes with, it is Cognito's own failure and no refusal (API reference, "Common errors").
    (
        "InternalErrorException",
        Kind::Unclear,
        "Cognito failed by itself; it may have been done",
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

/// ECS (ECS API reference, UpdateService, DescribeServices, ListTasks and DescribeTaskDefinition). What is a
/// client's own fault changed nothing; a server's may have made a deployment all the same.
pub(crate) const ECS: Codes = &[
    (
        "ServiceNotFoundException",
        Kind::NotFound,
        "There is no such service in the cluster",
        Some("Look at the names in the runbook, and at the region of the target."),
    ),
    (
        "ClusterNotFoundException",
        Kind::NotFound,
        "There is no such cluster",
        Some("Look at the names in the runbook, and at the region of the target."),
    ),
    (
        "ServiceNotActiveException",
        Kind::Refused,
        "The service is not active: it was deleted, or is being deleted",
        Some("Look at the service in the AWS console."),
    ),
    (
        "InvalidParameterException",
        Kind::Refused,
        "ECS does not take a value of the request",
        None,
    ),
    // Also what it says of a task definition that it does not know, or that is inactive.
    (
        "ClientException",
        Kind::Refused,
        "ECS does not know what the request names, or it can't be used",
        Some("Look whether the service's task definition is still active."),
    ),
    (
        "PlatformTaskDefinitionIncompatibilityException",
        Kind::Refused,
        "The service's platform version can't run its task definition",
        Some("Look at the service's platform version."),
    ),
    (
        "PlatformUnknownException",
        Kind::Refused,
        "The service's platform version does not exist",
        Some("Look at the service's platform version."),
    ),
    (
        "NamespaceNotFoundException",
        Kind::Refused,
        "The namespace of the service's Service Connect was not found",
        Some("Look at the service's namespace."),
    ),
    (
        "UnsupportedFeatureException",
        Kind::Refused,
        "ECS does not have this in the region of the target",
        None,
    ),
    (
        "BlockedException",
        Kind::Refused,
        "AWS has blocked this account",
        Some("Ask AWS Support."),
    ),
    (
        "UpdateInProgressException",
        Kind::Busy,
        "ECS is still carrying out an earlier change",
        Some("Wait for the earlier change to end, then repeat."),
    ),
    (
        "ConflictException",
        Kind::Busy,
        "Somebody else is changing the service",
        Some("Wait for the other change to end, then repeat."),
    ),
    ("ServerException", Kind::Unclear, "ECS failed", None),
];

/// WAF (WAF API reference, GetWebACL and UpdateWebACL). What it refuses changed nothing; `WAFInternalErrorException` may
/// have.
pub(crate) const WAF: Codes = &[
    (
        "WAFOptimisticLockException",
        Kind::Conflict,
        "Somebody else changed the web ACL a moment ago",
        Some("Read it again and look at the new plan."),
    ),
    (
        "WAFNonexistentItemException",
        Kind::NotFound,
        "There is no such web ACL",
        Some("Look at its name, its id and its scope in the runbook, and at the region of the target."),
    ),
    (
        "WAFInvalidParameterException",
        Kind::Refused,
        "WAF does not take a value of the request",
        None,
    ),
    (
        "WAFUnavailableEntityException",
        Kind::Busy,
        "WAF can't reach something that the web ACL names, yet",
        Some("Wait a minute, then repeat."),
    ),
    (
        "WAFLimitsExceededException",
        Kind::Refused,
        "The web ACL would exceed a limit of the account",
        Some("Look at the quotas of WAF."),
    ),
    (
        "WAFConfigurationWarningException",
        Kind::Refused,
        "WAF warns of the web ACL as it would be",
        None,
    ),
    (
        "WAFInvalidOperationException",
        Kind::Refused,
        "WAF does not do this with the web ACL",
        None,
    ),
    (
        "WAFSubscriptionNotFoundException",
        Kind::Refused,
        "The web ACL uses a rule group to which the account does not subscribe",
        None,
    ),
    ("WAFInternalErrorException", Kind::Unclear, "WAF failed", None),
];

/// API Gateway (REST API reference, GetStage and UpdateStage; "Gateway errors").
pub(crate) const API_GATEWAY: Codes = &[
    (
        "NotFoundException",
        Kind::NotFound,
        "There is no such REST API, or no such stage of it",
        Some("Look at both in the runbook, and at the region of the target. An HTTP API is none."),
    ),
    (
        "BadRequestException",
        Kind::Refused,
        "API Gateway does not take a value of the request",
        None,
    ),
    (
        "ConflictException",
        Kind::Busy,
        "Somebody else is changing the API",
        Some("Wait for the other change to end, then repeat."),
    ),
    (
        "LimitExceededException",
        Kind::Throttled,
        "API Gateway received too many requests for this account",
        Some("Wait, then repeat."),
    ),
    (
        "UnauthorizedException",
        Kind::Denied,
        "The role is not allowed to do this",
        Some("Ask for the permission, or use the role that the target names."),
    ),
    (
        "ServiceUnavailableException",
        Kind::Unclear,
        "API Gateway is not available at this moment",
        None,
    ),
];

/// Of CloudFront (CloudFront API reference, CreateInvalidation and GetDistribution).
pub(crate) const CLOUDFRONT: Codes = &[
    (
        "NoSuchDistribution",
        Kind::NotFound,
        "There is no such distribution",
        Some("Look at its id in the runbook, and at the account of the target."),
    ),
    (
        "NoSuchInvalidation",
        Kind::NotFound,
        "There is no such invalidation",
        None,
    ),
    (
        "TooManyInvalidationsInProgress",
        Kind::Busy,
        "Too many invalidations of this distribution are in progress",
        Some("Wait until some are completed, then repeat."),
    ),
    (
        "BatchTooLarge",
        Kind::Refused,
        "CloudFront does not take so many paths at once",
        Some("Name fewer, or \"/*\"."),
    ),
    (
        "InconsistentQuantities",
        Kind::Refused,
        "CloudFront does not take a value of the request",
        None,
    ),
    (
        "InvalidArgument",
        Kind::Refused,
        "CloudFront does not take a value of the request",
        None,
    ),
    // A reference is of one attempt alone: the same with other paths may be ours, of which an answer was lost.
    (
        "InvalidationBatchAlreadyExists",
        Kind::Unclear,
        "CloudFront has an invalidation of this reference already",
        None,
    ),
];

/// Lambda (Lambda API reference, GetPolicy, GetFunctionConfiguration, GetFunctionConcurrency and Invoke).
pub(crate) const LAMBDA: Codes = &[
    (
        "ResourceNotFoundException",
        Kind::NotFound,
        "There is no such function, or no such alias or version of it",
        Some("Look at the ARN in the target file, and at the account and the region of the target."),
    ),
    (
        "InvalidParameterValueException",
        Kind::Refused,
        "Lambda does not take a value of the request",
        None,
    ),
    (
        "ResourceNotReadyException",
        Kind::Busy,
        "The function is inactive, and Lambda makes it ready",
        Some("Wait a minute, then repeat."),
    ),
    (
        "ResourceConflictException",
        Kind::Busy,
        "The function is being changed",
        Some("Wait for the change to end, then repeat."),
    ),
    ("ServiceException", Kind::Unclear, "Lambda failed", None),
];

/// What a service's own code means.
pub(crate) fn of(codes: Codes, code: &str) -> Option<&'static Code> {
    codes.iter().find(|(known, ..)| *known == code)
}
