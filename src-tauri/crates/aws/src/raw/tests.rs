use super::*;

#[test]
fn hosts_are_those_of_the_region_and_the_settings() {
    for (service, region, fips, dual, right) in [
        (
            Service::Waf,
            "eu-west-2",
            false,
            false,
            Some("wafv2.eu-west-2.amazonaws.com"),
        ),
        (
            Service::Waf,
            "us-east-1",
            true,
            false,
            Some("wafv2-fips.us-east-1.amazonaws.com"),
        ),
        (
            Service::ApiGateway,
            "eu-west-2",
            false,
            true,
            Some("apigateway.eu-west-2.api.aws"),
        ),
        (
            Service::ApiGateway,
            "cn-north-1",
            false,
            false,
            Some("apigateway.cn-north-1.amazonaws.com.cn"),
        ),
        (
            Service::ApiGateway,
            "us-gov-west-1",
            true,
            true,
            Some("apigateway-fips.us-gov-west-1.api.aws"),
        ),
        (
            Service::Lambda,
            "eu-west-2",
            false,
            false,
            Some("lambda.eu-west-2.amazonaws.com"),
        ),
        (
            Service::Lambda,
            "us-east-1",
            true,
            true,
            Some("lambda-fips.us-east-1.api.aws"),
        ),
        (Service::Waf, "evil.example/x", false, false, None),
        (Service::Waf, "", false, false, None),
        (Service::Ssm, "eu-west-2", false, false, None),
    ] {
        assert_eq!(host(service, region, fips, dual).as_deref(), right);
    }
}

#[test]
fn a_code_is_read_without_what_stands_around_it() {
    for (code, right) in [
        ("WAFOptimisticLockException", "WAFOptimisticLockException"),
        (
            "com.amazonaws.wafv2#WAFInternalErrorException",
            "WAFInternalErrorException",
        ),
        (
            "NotFoundException:http://internal.amazon.com/coral/",
            "NotFoundException",
        ),
        ("aws.api#Throttling:http://x/y#z", "Throttling"),
    ] {
        assert_eq!(bare(code), right);
    }
}
