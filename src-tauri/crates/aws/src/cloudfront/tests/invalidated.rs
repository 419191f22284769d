//! An invalidation: its request, a lost answer, and what is refused.

use jiff::Timestamp;
use switchback_engine::ports::{Action as _, ProviderErrorKind, Sent};
use switchback_model::dns::DnsName;
use switchback_model::event::Receipt;
use switchback_model::{Finding, Invalidate, Way};

use super::led::{held_by, nothing_is_said, whole};
use super::{NS, OURS, answer, distribution};
use crate::Bound;
use crate::cloudfront::InvalidateChange;
use crate::tests::aws;
use crate::tests::server::{DATE_S, Play, server};

const TOKEN: &str = "switchback r step g1 apply 1 abcd";

fn change(url: &str) -> Bound<InvalidateChange> {
    of_host(url, None)
}

fn of_host(url: &str, host: Option<&str>) -> Bound<InvalidateChange> {
    let spec = Invalidate {
        distribution: "E1EXAMPLE".to_owned(),
        paths: vec!["/index.html".to_owned(), "/a&b*".to_owned()],
        host: host.map(|host| DnsName::new(host).unwrap()),
    };
    Bound::new(aws(url), InvalidateChange(spec))
}

fn invalidation(id: &str, status: &str, reference: &str) -> String {
    format!(
        "<Invalidation {NS}><Id>{id}</Id><Status>{status}</Status><CreateTime>2026-01-01T10:00:00.000Z</CreateTime>\
         <InvalidationBatch><Paths><Quantity>1</Quantity><Items><Path>/*</Path></Items></Paths>\
         <CallerReference>{reference}</CallerReference></InvalidationBatch></Invalidation>"
    )
}

fn list(of: &[(&str, &str)], next: Option<&str>) -> Play {
    let items: String = of
        .iter()
        .map(|(id, at)| {
            format!(
                "<InvalidationSummary><Id>{id}</Id><CreateTime>{at}</CreateTime><Status>Completed</Status></InvalidationSummary>"
            )
        })
        .collect();
    let next = next.map_or_else(String::new, |next| format!("<NextMarker>{next}</NextMarker>"));
    let truncated = !next.is_empty();
    answer(&format!(
        "<InvalidationList {NS}><Marker></Marker>{next}<MaxItems>100</MaxItems><IsTruncated>{truncated}</IsTruncated>\
         <Quantity>{}</Quantity><Items>{items}</Items></InvalidationList>",
        of.len()
    ))
}

fn sent(receipt: Option<&Receipt>) -> Sent<'_> {
    Sent {
        way: Way::Apply,
        token: TOKEN,
        at: Timestamp::from_second(DATE_S).unwrap(),
        witness: None,
        mark: None,
        receipt,
    }
}

#[tokio::test]
async fn an_invalidation_goes_out_under_its_own_reference_and_is_done_when_it_is_everywhere() {
    let played = server(vec![
        distribution(true),
        Play::Answer(201, invalidation("I1", "InProgress", TOKEN)),
        distribution(true),
        answer(&invalidation("I1", "InProgress", TOKEN)),
        distribution(true),
        answer(&invalidation("I1", "Completed", TOKEN)),
        distribution(true),
        Play::Answer(
            404,
            format!("<ErrorResponse {NS}><Error><Type>Sender</Type><Code>NoSuchInvalidation</Code><Message>no</Message></Error></ErrorResponse>"),
        ),
    ])
    .await;
    let change = change(&played.url);
    let now = change.read(None).await.unwrap().image;
    let preview = change.plan(&now, None).unwrap();
    assert_eq!(
        preview.changes[0].before,
        [
            "copies of /index.html /a&b* as they were fetched",
            "answers for a.example.nhs.test, reval.example.nhs.test; enabled"
        ]
    );
    let receipt = change.change.create(&aws(&played.url), TOKEN).await.unwrap();
    assert_eq!(receipt.change_id.as_deref(), Some("I1"));
    let sent = sent(Some(&receipt));
    let mut found = Vec::new();
    for _ in 0..3 {
        let now = change.read(Some(&sent)).await.unwrap();
        found.push(change.judge(&now, &preview.from, &preview.to, Some(&sent)));
    }
    let words = |finding: &Finding| match finding {
        Finding::Unclear { why } => why.clone(),
        other => other.word().to_owned(),
    };
    assert_eq!(
        found.iter().map(words).collect::<Vec<_>>(),
        [
            "The invalidation I1 is in progress.",
            Finding::After.word(),
            "CloudFront does not show the invalidation I1."
        ]
    );
    let requests = played.requests();
    assert!(
        requests[1].starts_with("POST /2020-05-31/distribution/E1EXAMPLE/invalidation "),
        "{}",
        requests[1]
    );
    assert!(
        requests[1].contains("/us-east-1/cloudfront/aws4_request"),
        "{}",
        requests[1]
    );
    assert!(
        requests[1]
            .contains("<Quantity>2</Quantity><Items><Path>/index.html</Path><Path>/a&amp;b*</Path></Items>"),
        "{}",
        requests[1]
    );
}

#[tokio::test]
async fn a_lost_answer_is_found_by_its_reference_and_others_are_not_taken_for_ours() {
    let at = "2026-01-01T10:00:05.000Z";
    let old = "2026-01-01T08:00:00.000Z";
    let played = server(vec![
        distribution(true),
        list(&[("I9", at)], Some("next")),
        answer(&invalidation("I9", "Completed", "somebody's")),
        list(&[("I8", at), ("I7", old)], None),
        answer(&invalidation("I8", "Completed", TOKEN)),
        distribution(true),
        list(&[("I7", old)], None),
    ])
    .await;
    let change = change(&played.url);
    let lost = sent(None);
    let found = change.read(Some(&lost)).await.unwrap();
    let image = found.image.clone();
    assert_eq!(change.judge(&found, &image, &image, Some(&lost)), Finding::After);
    let none = change.read(Some(&lost)).await.unwrap();
    assert_eq!(change.judge(&none, &image, &image, Some(&lost)), Finding::Before);
    let requests = played.requests();
    assert!(requests[3].contains("Marker=next"), "{}", requests[3]);
    // What is older than the request is not read one by one.
    assert_eq!(requests.len(), 7);
}

#[tokio::test]
async fn what_answers_nobody_what_is_cut_and_what_is_refused() {
    let refusal = |code: &str| {
        format!(
            "<ErrorResponse {NS}><Error><Type>Sender</Type><Code>{code}</Code><Message>words</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        )
    };
    let played = server(vec![
        distribution(false),
        answer("<Distribution><Id>E1EXAMPLE</Id><Distribu"),
        Play::Answer(404, refusal("NoSuchDistribution")),
        Play::Answer(400, refusal("TooManyInvalidationsInProgress")),
        Play::Answer(409, refusal("InvalidationBatchAlreadyExists")),
        Play::Answer(201, invalidation("I1", "Completed", "another reference")),
    ])
    .await;
    let change = change(&played.url);
    let error = change.read(None).await.unwrap_err();
    assert!(error.message.contains("is disabled"), "{}", error.message);
    assert_eq!(
        change.read(None).await.unwrap_err().kind,
        ProviderErrorKind::Untrue
    );
    assert_eq!(
        change.read(None).await.unwrap_err().kind,
        ProviderErrorKind::NotFound
    );
    let aws = aws(&played.url);
    for kind in [
        ProviderErrorKind::Busy,
        ProviderErrorKind::Unclear,
        // An old invalidation drops nothing.
        ProviderErrorKind::Untrue,
    ] {
        let error = change.change.create(&aws, TOKEN).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    }
}

/// A distribution that does not answer for the name is not the one that is meant.
#[tokio::test]
async fn another_distribution_than_that_of_the_name_is_refused() {
    for (host, is_meant) in [
        ("reval.example.nhs.test", true),
        ("REVAL.example.nhs.test.", true),
        ("next.example.nhs.test", false),
        ("x.a.example.nhs.test", false),
    ] {
        let server = server(vec![distribution(true)]).await;
        let change = of_host(&server.url, Some(host));
        let now = change.read(None).await.unwrap().image;
        match change.plan(&now, None) {
            Ok(_) => assert!(is_meant, "{host}"),
            Err(error) => {
                assert!(!is_meant, "{host}: {error}");
                assert_eq!(error.kind, ProviderErrorKind::Refused);
                assert!(
                    error
                        .message
                        .contains("but for a.example.nhs.test, reval.example.nhs.test"),
                    "{error}"
                );
            }
        }
    }
}

/// How many invalidations are under way is part of every answer: where it is missing, nobody knows that there is none.
#[tokio::test]
async fn without_a_count_of_invalidations_nothing_is_said() {
    let Play::Answer(status, body) = whole("Deployed", 0, &["/usermanagement/*"], OURS) else {
        panic!("an answer");
    };
    let count = "<InProgressInvalidationBatches>0</InProgressInvalidationBatches>";
    assert!(body.contains(count));
    for other in [
        "",
        "<InProgressInvalidationBatches>-1</InProgressInvalidationBatches>",
    ] {
        let played = server(vec![
            Play::Answer(status, body.replace(count, other)),
            held_by(None),
        ])
        .await;
        nothing_is_said(&played).await;
    }
}
