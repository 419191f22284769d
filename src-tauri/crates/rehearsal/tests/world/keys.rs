//! Who may call: keys, signatures and roles, refused as AWS refuses them.

use std::net::SocketAddr;

use serde_json::Value;
use switchback_rehearsal::{ACCESS_KEY, OTHER_ACCESS_KEY, SECRET_KEY};
use tokio::net::TcpStream;

use crate::support::{Reply, Signing, ZONE, exchange, world};

const WHO: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

fn signing<'a>(key: &'a str, secret: &'a str, token: Option<&'a str>, service: &'a str) -> Signing<'a> {
    Signing {
        key,
        secret,
        token,
        region: "eu-west-2",
        service,
    }
}

async fn ask(addr: SocketAddr, signing: &Signing<'_>, line: &str, body: &str) -> Reply {
    let headers: &[(&str, &str)] = match signing.service {
        "cognito-idp" => &[
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", "AWSCognitoIdentityProviderService.ListUserPools"),
        ],
        _ => &FORM,
    };
    let request = signing.request(addr, line, headers, body);
    exchange(TcpStream::connect(addr).await.unwrap(), &request)
        .await
        .unwrap()
}

async fn assume(addr: SocketAddr, key: &str, more: &str) -> Reply {
    let body = format!("Action=AssumeRole&Version=2011-06-15&{more}");
    ask(addr, &signing(key, SECRET_KEY, None, "sts"), "POST /", &body).await
}

#[tokio::test]
async fn wrong_keys_secrets_and_tokens_are_refused_in_each_services_words() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let addr = world.handle().aws_addr();
    let zone = format!("GET {ZONE}");
    let table = [
        (
            "AKIANOBODY0000000000",
            SECRET_KEY,
            None,
            "InvalidClientTokenId",
            "UnrecognizedClientException",
        ),
        (
            "",
            "",
            None,
            "InvalidClientTokenId",
            "UnrecognizedClientException",
        ),
        (
            ACCESS_KEY,
            "another",
            None,
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
        ),
        (
            OTHER_ACCESS_KEY,
            "Rehearsal",
            None,
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
        ),
        (
            ACCESS_KEY,
            SECRET_KEY,
            Some("a token"),
            "InvalidClientTokenId",
            "UnrecognizedClientException",
        ),
    ];
    for (key, secret, token, xml, json) in table {
        for (service, line, body) in [("sts", "POST /", WHO), ("route53", zone.as_str(), "")] {
            let reply = ask(addr, &signing(key, secret, token, service), line, body).await;
            assert_eq!(
                (reply.status, reply.tag("Code")),
                (403, Some(xml)),
                "{service} {key}"
            );
        }
        let reply = ask(
            addr,
            &signing(key, secret, token, "cognito-idp"),
            "POST /",
            "{\"MaxResults\":60}",
        )
        .await;
        let said: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(
            (reply.status, said["__type"].as_str()),
            (400, Some(json)),
            "{key}"
        );
        assert_eq!(reply.header("x-amzn-errortype"), Some(json));
    }
    // What was signed and what arrived differ.
    let request = signing(ACCESS_KEY, SECRET_KEY, None, "sts").request(addr, "POST /", &FORM, WHO);
    let changed = request.replace("Action=GetCallerIdentity", "Action=GetCallerIdentitx");
    let reply = exchange(TcpStream::connect(addr).await.unwrap(), &changed)
        .await
        .unwrap();
    assert_eq!(reply.tag("Code"), Some("SignatureDoesNotMatch"));
    assert!(world.log().iter().all(|entry| entry.code.is_some()));
}

#[tokio::test]
async fn a_role_that_is_there_gives_a_session_and_any_other_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let world = world(dir.path(), 1).await;
    let addr = world.handle().aws_addr();
    let role = "RoleArn=arn:aws:iam::123456789012:role/operator";
    let reply = assume(addr, ACCESS_KEY, &format!("{role}&RoleSessionName=night")).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let [key, secret, token] =
        ["AccessKeyId", "SecretAccessKey", "SessionToken"].map(|tag| reply.tag(tag).unwrap());
    let who = ask(addr, &signing(key, secret, Some(token), "sts"), "POST /", WHO).await;
    assert_eq!(
        who.tag("Arn"),
        Some("arn:aws:sts::123456789012:assumed-role/operator/night")
    );
    // Without its token, with a part of it, with another's secret: nobody's.
    for (secret, token, code) in [
        (secret, None, "InvalidClientTokenId"),
        (secret, Some(&token[1..]), "InvalidClientTokenId"),
        (SECRET_KEY, Some(token), "SignatureDoesNotMatch"),
    ] {
        let reply = ask(addr, &signing(key, secret, token, "sts"), "POST /", WHO).await;
        assert_eq!((reply.status, reply.tag("Code")), (403, Some(code)));
    }
    for (key, more, status, code) in [
        (
            ACCESS_KEY,
            "RoleArn=arn:aws:iam::123456789012:role/nobody&RoleSessionName=night",
            403,
            "AccessDenied",
        ),
        (
            ACCESS_KEY,
            "RoleArn=arn:aws:iam::999999999999:role/operator&RoleSessionName=night",
            403,
            "AccessDenied",
        ),
        (
            ACCESS_KEY,
            "RoleArn=arn:aws:iam::123456789012:role/Operator&RoleSessionName=night",
            403,
            "AccessDenied",
        ),
        (
            OTHER_ACCESS_KEY,
            &format!("{role}&RoleSessionName=night"),
            403,
            "AccessDenied",
        ),
        (
            ACCESS_KEY,
            "RoleArn=operator&RoleSessionName=night",
            400,
            "ValidationError",
        ),
        (
            ACCESS_KEY,
            &format!("{role}&RoleSessionName=n"),
            400,
            "ValidationError",
        ),
        (
            ACCESS_KEY,
            &format!("{role}&RoleSessionName=night&DurationSeconds=60"),
            400,
            "ValidationError",
        ),
    ] {
        let reply = assume(addr, key, more).await;
        assert_eq!((reply.status, reply.tag("Code")), (status, Some(code)), "{more}");
    }
}
