use switchback_engine::ports::ProviderErrorKind as Kind;

use aws_sdk_route53::operation::get_change::GetChangeError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};

use crate::error::{Context, Words, by_answer, provider_error, safe};
use crate::http::Proxy;
use crate::observe::{CallFacts, http_date};
use crate::service::Service;

#[test]
fn answers_are_sorted_by_whether_they_were_applied() {
    let stale = "[Tried to delete resource record set [name='apps.example.nhs.test.', type='A'] but the values \
                 provided do not match the current values]";
    let absent = "[Tried to delete resource record set [name='a.', type='A'] but it was not found]";
    let there = "[Tried to create resource record set [name='a.', type='A'] but it already exists]";
    let table = [
        (400, Some("Throttling"), Some("Rate exceeded"), Kind::Throttled),
        (503, Some("SlowDown"), None, Kind::Throttled),
        (
            400,
            Some("PriorRequestNotComplete"),
            Some("The request was rejected"),
            Kind::Busy,
        ),
        (400, Some("InvalidChangeBatch"), Some(stale), Kind::Conflict),
        (400, Some("InvalidChangeBatch"), Some(absent), Kind::Conflict),
        (400, Some("InvalidChangeBatch"), Some(there), Kind::Conflict),
        (
            400,
            Some("InvalidChangeBatch"),
            Some("RRSet with DNS name x is not permitted in zone y"),
            Kind::Conflict,
        ),
        (
            404,
            Some("NoSuchHostedZone"),
            Some("No hosted zone found with ID: Z1"),
            Kind::NotFound,
        ),
        (
            403,
            Some("ExpiredToken"),
            Some("The security token included in the request is expired"),
            Kind::Credentials,
        ),
        (403, Some("InvalidClientTokenId"), None, Kind::Credentials),
        (
            403,
            Some("SignatureDoesNotMatch"),
            Some("Signature=abc"),
            Kind::Credentials,
        ),
        (
            403,
            Some("AccessDenied"),
            Some("User: x is not authorized"),
            Kind::Denied,
        ),
        (400, Some("InvalidInput"), Some("Invalid XML"), Kind::Refused),
        (500, Some("InternalError"), None, Kind::Unclear),
        (503, Some("ServiceUnavailable"), None, Kind::Unclear),
        (501, Some("NotRehearsed"), None, Kind::Refused),
        (502, None, None, Kind::Unclear),
        (403, None, None, Kind::Unclear),
    ];
    for (status, code, said, kind) in table {
        assert_eq!(
            by_answer(Service::Route53, status, code, said, b"", Words::Said).0,
            kind,
            "{status} {code:?}"
        );
    }
    let (_, words, _) = by_answer(
        Service::Route53,
        403,
        Some("SignatureDoesNotMatch"),
        Some("Signature=abc AKIAEXAMPLE"),
        b"",
        Words::Said,
    );
    assert!(!words.contains("abc") && !words.contains("AKIA"));
}

/// A code that is none comes of something else than AWS, and so does the text beside it.
#[test]
fn where_a_code_is_withheld_so_is_what_stands_beside_it() {
    let secret = "Sup3rS3cret!pw anna.smith@example.nhs.test";
    for status in [400, 403, 500] {
        for code in [
            "anna.smith@example.nhs.test",
            "two words",
            "a.b-c",
            "Sup3rS3cret!pw",
        ] {
            for service in [Service::Route53, Service::Sts, Service::Cognito, Service::Lambda] {
                let (_, words, _) = by_answer(service, status, Some(code), Some(secret), b"", Words::Said);
                assert!(words.ends_with("(not repeated: no code of an error)"), "{words}");
                assert!(!words.contains("Sup3r") && !words.contains("anna"), "{words}");
            }
        }
        let (_, words, _) = by_answer(
            Service::Lambda,
            status,
            Some("Odd"),
            Some(secret),
            b"",
            Words::Said,
        );
        assert!(
            words.ends_with(": Sup3rS3cret!pw (not repeated: an e-mail address)"),
            "{words}"
        );
    }
}

/// What AWS says is left out as a whole and as the field that it is, whatever else of the sentence reads the same.
#[test]
fn hushed_words_leave_the_rest_of_a_sentence_as_it_is() {
    for said in ["x", "Exception", "role", "NotAuthorizedException", "(", " a  b "] {
        let of = |code: &str, words| by_answer(Service::Cognito, 400, Some(code), Some(said), b"", words);
        for code in ["NotAuthorizedException", "OddException"] {
            let (kind, words, hint) = of(code, Words::Hushed);
            let (same_kind, full, same_hint) = of(code, Words::Said);
            assert_eq!((kind, hint), (same_kind, same_hint));
            let ours = full.strip_suffix(&safe(said)).unwrap();
            assert_eq!(words, format!("{ours}(AWS's own words are not kept)"));
        }
        let (_, words, _) = by_answer(
            Service::Cognito,
            400,
            Some("OddException"),
            None,
            b"",
            Words::Hushed,
        );
        assert!(words.ends_with("(OddException)"), "{words}");
    }
}

#[test]
fn a_batch_refused_under_its_own_root_is_read() {
    let body = b"<?xml version=\"1.0\"?>\n<InvalidChangeBatch xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
        <Messages><Message>Tried to delete resource record set [name=&apos;a.&apos;] but it was not found</Message>\
        </Messages></InvalidChangeBatch>";
    let (kind, words, _) = by_answer(Service::Route53, 400, None, None, body, Words::Said);
    assert_eq!(kind, Kind::Conflict);
    assert!(words.contains("[name='a.']"), "{words}");
    assert_eq!(
        by_answer(
            Service::Route53,
            400,
            None,
            None,
            b"<InvalidChangeBatchOther/>",
            Words::Said
        )
        .0,
        Kind::Unclear
    );
    assert_eq!(
        by_answer(Service::Route53, 200, None, None, b"<html>", Words::Said).0,
        Kind::Unclear
    );
}

#[test]
fn texts_of_others_are_made_safe() {
    assert_eq!(
        safe("a\n b\u{1b}[31m AKIAIOSFODNN7EXAMPLE c"),
        "a b[31m (removed) c"
    );
    // Neither what is not shown nor the limit hides a shape.
    assert_eq!(
        safe("for anna\u{200b}.smith@exam\u{202e}ple.nhs.test"),
        "for (not repeated: an e-mail address)"
    );
    let long = format!("{} anna.smith@example.nhs.test", "x".repeat(285));
    assert!(!safe(&long).contains("anna"));
    assert_eq!(safe(&"x".repeat(400)).len(), 300);
    assert_eq!(
        safe("arn:aws:iam::123456789012:role/a 1234567890123"),
        "arn:aws:iam::…9012:role/a 1234567890123"
    );
}

#[test]
fn the_date_header_is_read() {
    assert_eq!(
        http_date("Thu, 01 Jan 2026 10:00:00 GMT").unwrap().as_second(),
        1_767_261_600
    );
    assert!(http_date("yesterday").is_none());
}

#[test]
fn only_what_was_handed_over_may_have_been_applied() {
    type Failure = SdkError<GetChangeError, HttpResponse>;
    let broken = || std::io::Error::from(std::io::ErrorKind::ConnectionReset).into();
    let failures: [fn(Box<dyn std::error::Error + Send + Sync>) -> Failure; 3] = [
        |cause| SdkError::timeout_error(cause),
        |cause| SdkError::dispatch_failure(ConnectorError::io(cause)),
        |cause| SdkError::dispatch_failure(ConnectorError::timeout(cause)),
    ];
    for failure in failures {
        let context = Context {
            service: Service::Route53,
            to: "AWS".to_owned(),
            custom: false,
            proxy: None,
            direct: None,
            host: None,
        };
        let left = provider_error(
            "GetChange",
            &failure(broken()),
            &CallFacts::handed_over(),
            &context,
            Words::Said,
        );
        assert_eq!(left.kind, Kind::NoAnswer);
        let kept = provider_error(
            "GetChange",
            &failure(broken()),
            &CallFacts::default(),
            &context,
            Words::Said,
        );
        assert!(!kept.may_have_applied(), "{kept:?}");
    }
}

#[test]
fn a_clock_that_is_wrong_is_told_from_a_key_that_is_wrong() {
    for (code, said) in [
        ("RequestTimeTooSkewed", "The difference is too large."),
        (
            "SignatureDoesNotMatch",
            "Signature expired: 20260101T100000Z is now earlier than 20260101T101500Z",
        ),
        (
            "InvalidSignatureException",
            "Signature not yet current: 20260101T120000Z is still later than 20260101T101500Z",
        ),
    ] {
        let (kind, message, hint) =
            by_answer(Service::Route53, 403, Some(code), Some(said), b"", Words::Said);
        assert_eq!(kind, Kind::Credentials);
        assert!(message.contains("clock"), "{message}");
        assert!(hint.unwrap().contains("clock"));
    }
    let (_, message, _) = by_answer(
        Service::Route53,
        403,
        Some("SignatureDoesNotMatch"),
        Some("no match"),
        b"",
        Words::Said,
    );
    assert!(!message.contains("clock"));
}

#[test]
fn a_proxy_comes_from_the_environment_and_is_never_shown() {
    let from = |set: &[(&str, &str)]| {
        let set: Vec<(String, String)> = set
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Proxy::from(move |name| set.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()))
    };
    assert!(from(&[]).unwrap().is_none());
    assert!(
        from(&[("HTTPS_PROXY", " "), ("NO_PROXY", "*")])
            .unwrap()
            .is_none()
    );
    for (name, value) in [
        ("HTTPS_PROXY", "http://proxy.example.nhs.test:8080"),
        ("https_proxy", "proxy.example.nhs.test:8080"),
        ("ALL_PROXY", "http://me:hunter2@proxy.example.nhs.test:8080"),
    ] {
        let proxy = from(&[(name, value)]).unwrap().unwrap();
        assert_eq!(proxy.variable, name);
        assert!(!format!("{proxy:?}").contains("proxy.example"));
    }
    assert_eq!(
        from(&[("HTTPS_PROXY", "http://a.test"), ("https_proxy", "http://b.test")])
            .unwrap()
            .unwrap()
            .variable,
        "https_proxy"
    );
    for bad in [
        "socks5://me:hunter2@proxy.test:1080",
        "ftp://hunter2.test",
        "http://",
        "http://hunter2 b",
    ] {
        let error = from(&[("HTTPS_PROXY", bad)]).unwrap_err();
        assert_eq!(error.kind, Kind::Guard);
        assert!(
            error.message.contains("HTTPS_PROXY") && !error.message.contains("hunter2"),
            "{error}"
        );
    }
}

#[test]
fn no_proxy_is_minded_in_every_spelling() {
    let way = |exceptions: &str, proxy: &str| {
        let (exceptions, proxy) = (exceptions.to_owned(), proxy.to_owned());
        let get = move |name: &str| match name {
            "HTTPS_PROXY" => Some(proxy.clone()),
            "NO_PROXY" => Some(exceptions.clone()),
            _ => None,
        };
        let proxy = Proxy::from(get).unwrap().unwrap();
        proxy.way("sts.eu-west-2.amazonaws.com")
    };
    let proxy = "http://proxy.example.nhs.test:8080";
    for direct in [
        ".amazonaws.com",
        "amazonaws.com",
        "*.amazonaws.com",
        "sts.eu-west-2.amazonaws.com:443",
        ".amazonaws.com:443",
        "*",
        "10.0.0.0/8, .amazonaws.com",
        "a.test .AMAZONAWS.COM",
    ] {
        assert!(way(direct, proxy).is_none(), "{direct}");
    }
    for through in [
        "",
        ".amazonaws.com:8443",
        "onaws.com",
        "10.0.0.0/8",
        "::1",
        "[::1]:443",
        "*.test",
    ] {
        assert!(way(through, proxy).is_some(), "{through}");
    }
    // An IPv6 address is dialled without its brackets.
    let six = way("", "http://[::1]:8095").unwrap();
    assert_eq!((six.host.as_str(), six.port), ("::1", 8095));
    assert_eq!(way("", "[2001:db8::7]").unwrap().host, "2001:db8::7");
}

#[test]
fn an_endpoint_is_looked_at_before_it_is_kept() {
    for good in ["http://127.0.0.1:4566", "https://aws.example.nhs.test"] {
        crate::check_endpoint(good).unwrap();
    }
    for bad in [
        "",
        "foo",
        "127.0.0.1:4566",
        "ftp://a.test",
        "http://me:hunter2@127.0.0.1:1",
        "http://",
    ] {
        let error = crate::check_endpoint(bad).unwrap_err();
        assert!(!error.message.contains("hunter2"), "{bad}");
    }
}
