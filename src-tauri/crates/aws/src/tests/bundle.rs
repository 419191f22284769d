use crate::bundle::Bundle;

/// A certificate of a root, made for this test.
fn certificate() -> String {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.self_signed(&key).unwrap().pem()
}

#[test]
fn one_certificate_that_cannot_be_read_leaves_the_others() {
    let (a, b) = (certificate(), certificate());
    let half = &b[..b.len() / 2];
    let no_base64 = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    let key = "-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n";
    for (text, good, complaint) in [
        (format!("{a}{b}"), 2, None),
        (format!("# a comment\n{a}\n{key}{b}"), 2, None),
        // Cut at the end of the file, and before the next.
        (format!("{a}{half}"), 1, Some("certificate 2 (line ")),
        (
            format!("{half}\n{a}{b}"),
            2,
            Some("certificate 1 (line 1) can't be read: it is cut"),
        ),
        (
            format!("{a}{no_base64}{b}"),
            2,
            Some("can't be read: it is no base64 text; the other 2 count"),
        ),
        (format!("{a}{no_base64}{half}"), 1, Some("(and 1 more: line ")),
        ("none".to_owned(), 0, None),
    ] {
        let read = Bundle::read("x".to_owned(), text.as_bytes());
        assert_eq!(read.good, good);
        match (read.complaint(), complaint) {
            (Some(said), Some(wanted)) => assert!(said.contains(wanted), "{said}"),
            (said, wanted) => assert_eq!(said.as_deref(), wanted),
        }
    }
}
