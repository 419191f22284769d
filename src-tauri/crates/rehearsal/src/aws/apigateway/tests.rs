#![expect(clippy::unwrap_used, reason = "tests")]

use super::path::{self, Target};
use super::setting::{Name, Setting};

#[test]
fn a_path_names_a_key_or_a_setting() {
    let key = "~1usermanagement~1api~1users~1{u}/PUT";
    for (path, right) in [
        ("/*/*", Target::Key("*/*".to_owned())),
        (
            "/*/*/throttling/rateLimit",
            Target::Setting("*/*".to_owned(), Name::RateLimit),
        ),
        (
            "/~1usermanagement~1api~1users~1{u}/PUT",
            Target::Key(key.to_owned()),
        ),
        (
            "/~1usermanagement~1api~1users~1{u}/PUT/throttling/burstLimit",
            Target::Setting(key.to_owned(), Name::BurstLimit),
        ),
        ("/~1/GET", Target::Key("~1/GET".to_owned())),
        ("/deploymentId", Target::Deployment),
        ("/deploymentId/1", Target::None),
        ("/description", Target::NotRehearsed),
        ("/variables/one", Target::NotRehearsed),
        ("/canarySettings/percentTraffic", Target::NotRehearsed),
        ("/", Target::None),
        ("", Target::None),
        ("/tags/one", Target::None),
        ("/*/POST", Target::None),
        ("/~1a/*", Target::None),
        ("/~1a/ANY", Target::None),
        ("/~1a/post", Target::None),
        ("/a/POST", Target::None),
        ("/~1a~2b/POST", Target::None),
        ("/~1a~/POST", Target::None),
        ("~1a/POST", Target::None),
        (
            "/usermanagement/createUser/POST/throttling/rateLimit",
            Target::None,
        ),
        ("/~1a/POST/throttling", Target::None),
        ("/~1a/POST/throttling/ratelimit", Target::None),
        ("/~1a/POST/throttling/rateLimit/", Target::None),
    ] {
        assert_eq!(path::target(path), right, "{path}");
    }
    assert_eq!(path::key("/a/{u}", "GET"), "~1a~1{u}/GET");
}

#[test]
fn each_setting_takes_its_own_values() {
    for (word, good, bad) in [
        ("metrics/enabled", &["true", "false"][..], &["TRUE", "1", ""][..]),
        ("logging/loglevel", &["OFF", "ERROR", "INFO"], &["error", "DEBUG"]),
        ("logging/dataTrace", &["true"], &["yes"]),
        (
            "throttling/burstLimit",
            &["0", "5000", "-1"],
            &["-2", "1.5", "x", ""],
        ),
        (
            "throttling/rateLimit",
            &["0", "0.0", "-0", "0.5", "10000", "-1"],
            &["-0.5", "-2", "x", "NaN", "inf", ""],
        ),
        ("caching/enabled", &["true"], &["on"]),
        ("caching/ttlInSeconds", &["0", "3600"], &["-1", "3601", "x"]),
        ("caching/dataEncrypted", &["false"], &["x"]),
        ("caching/requireAuthorizationForCacheControl", &["false"], &["x"]),
        (
            "caching/unauthorizedCacheControlHeaderStrategy",
            &["FAIL_WITH_403"],
            &["FAIL"],
        ),
    ] {
        let name = Name::of(word).unwrap();
        for value in good {
            assert_eq!(Setting::default().set(name, value), Some(()), "{word} {value}");
        }
        for value in bad {
            assert_eq!(Setting::default().set(name, value), None, "{word} {value}");
        }
    }
    assert_eq!(Name::of("throttling/limit"), None);
}

#[test]
fn a_limit_of_nothing_closes() {
    for (name, value, closes) in [
        (Name::RateLimit, "0", true),
        (Name::RateLimit, "0.01", false),
        (Name::RateLimit, "-1", false),
        (Name::BurstLimit, "0", true),
        (Name::BurstLimit, "1", false),
        (Name::BurstLimit, "-1", false),
    ] {
        let mut setting = Setting::default();
        setting.set(name, value).unwrap();
        assert_eq!(setting.closes(), closes, "{name:?} {value}");
    }
}
