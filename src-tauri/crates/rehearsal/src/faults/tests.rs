#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;

#[test]
fn every_name_reads_bare_and_goes_through_json() {
    for name in Fault::NAMES {
        let fault: Fault = name.parse().unwrap();
        assert_eq!(fault.name(), name);
        let json = serde_json::to_value(&fault).unwrap();
        assert_eq!(json["kind"], name);
        assert_eq!(serde_json::from_value::<Fault>(json).unwrap(), fault);
        assert!(fault.describe().ends_with('.'));
    }
}

/// The panel and the command line offer the same, and nothing that exists is left out.
#[test]
fn every_kind_is_offered_and_everything_offered_can_be_read() {
    for (spelling, sentence) in Fault::SWITCHES {
        assert!(spelling.parse::<Fault>().is_ok(), "{spelling}");
        assert!(sentence.ends_with('.'), "{spelling}");
        let same = Fault::SWITCHES.iter().filter(|(other, _)| *other == spelling);
        assert_eq!(same.count(), 1, "{spelling} is offered twice");
    }
    for name in Fault::NAMES {
        let offered = Fault::SWITCHES
            .iter()
            .any(|(spelling, _)| spelling.split(':').next() == Some(name));
        assert!(offered, "{name} is offered nowhere");
    }
}

/// What is offered stands under a heading, and no heading is empty.
#[test]
fn every_fault_has_a_part_and_says_whether_it_can_be_lifted() {
    let mut parts = Vec::new();
    for (spelling, sentence) in Fault::SWITCHES {
        let fault: Fault = spelling.parse().unwrap();
        parts.push(fault.part());
        let for_good = sentence.ends_with("It can't be switched off again.");
        assert_eq!(fault.happens_at_once(), for_good, "{spelling}");
    }
    for part in FaultPart::ALL {
        assert!(parts.contains(&part), "{part:?} has no fault");
        assert!(!part.title().is_empty());
    }
    assert!(FaultPart::ALL.is_sorted(), "the panel sorts by it");
}

/// Every drill can be begun, and says all that its row shows.
#[test]
fn every_drill_has_a_fault_and_an_id_of_its_own() {
    const RUNBOOK: &str = include_str!("../../../../runbooks/tis-cognito/runbook.toml");
    for drill in Drill::ALL {
        assert!(drill.fault.parse::<Fault>().is_ok(), "{}", drill.id);
        let same = |of: fn(&Drill) -> &str| Drill::ALL.iter().filter(|one| of(one) == of(&drill)).count();
        assert_eq!(same(|one| one.id), 1, "{} is there twice", drill.id);
        assert_eq!(same(|one| one.title), 1, "{} is there twice", drill.title);
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(drill.id.chars().all(plain), "{}", drill.id);
        assert!(
            !drill.title.ends_with('.'),
            "a title is no sentence: {}",
            drill.title
        );
        let sentence = drill.sentence();
        assert!(!sentence.contains("switched off again"), "{sentence}");
        for words in [drill.when, drill.says, drill.then, &sentence] {
            assert!(words.ends_with('.') && !words.contains("  "), "{words}");
            // What stands between backticks is a step of the bundled runbook.
            for step in words.split('`').skip(1).step_by(2) {
                assert!(
                    RUNBOOK.contains(&format!("\nid = {step:?}\n")),
                    "{}: {step}",
                    drill.id
                );
            }
        }
        assert!(
            drill.when.contains('`'),
            "{} does not say before which step",
            drill.id
        );
    }
    assert!(
        Drill::ALL.is_sorted_by_key(|drill| drill.part),
        "by the parts of the night"
    );
}

#[test]
fn arguments_are_read_and_wrong_ones_named() {
    assert_eq!(
        "site-slow:old:50".parse::<Fault>().unwrap(),
        Fault::SiteSlow {
            site: Site::Old,
            ms: 50
        }
    );
    assert_eq!(
        "error-before:GetChange:InternalFailure:2"
            .parse::<Fault>()
            .unwrap(),
        Fault::ErrorBefore {
            operation: "GetChange".into(),
            code: "InternalFailure".into(),
            times: 2
        }
    );
    let changed = |name: &str, value: Option<&str>| Fault::ParameterChanged {
        name: name.to_owned(),
        value: value.map(str::to_owned),
    };
    let profiles = crate::PROFILES_PARAMETER;
    for (text, fault, sentence) in [
        (
            "parameter-changed",
            changed(profiles, None),
            "Somebody else changes the parameter /tis/usermanagement/profiles.",
        ),
        (
            "parameter-changed:/tis/reval/origins",
            changed("/tis/reval/origins", None),
            "Somebody else changes the parameter /tis/reval/origins.",
        ),
        // A value may have colons and blanks in it.
        (
            "parameter-changed::https://a.example.nhs.test:8443, b",
            changed(profiles, Some("https://a.example.nhs.test:8443, b")),
            "Somebody else sets the parameter /tis/usermanagement/profiles to https://a.example.nhs.test:8443, b.",
        ),
    ] {
        let read = text.parse::<Fault>().unwrap();
        assert_eq!((read.describe().as_str(), &read), (sentence, &fault));
    }
    for (text, fault, sentence) in [
        (
            "roll-fails",
            Fault::RollFails { times: 1 },
            "No task of a roll of user management starts, and ECS takes the roll back once.",
        ),
        (
            "roll-fails:0",
            Fault::RollFails { times: 0 },
            "No task of a roll of user management starts, and ECS takes the roll back until it is lifted.",
        ),
        (
            "rolled-by-somebody",
            Fault::RolledBySomebody,
            "Somebody else rolls user management.",
        ),
        (
            "leak",
            Fault::Leak { leak: Leak::Route },
            "POST /api/users/{u}/mfa/reset gets past the restriction of user management.",
        ),
        (
            "leak:late",
            Fault::Leak { leak: Leak::Late },
            "A change of the firewall or the gateway takes 40 s until it is everywhere.",
        ),
        (
            "leak:override",
            Fault::Leak { leak: Leak::Override },
            "The application takes another method from a header, and the restriction does not see it.",
        ),
        (
            "throttle-set",
            Fault::ThrottleSet {
                on: "POST /createUser".to_owned(),
            },
            "Somebody else gives POST /createUser a throttle of its own at the gateway.",
        ),
        (
            "throttle-set:PUT /api/users/{u}",
            Fault::ThrottleSet {
                on: "PUT /api/users/{u}".to_owned(),
            },
            "Somebody else gives PUT /api/users/{u} a throttle of its own at the gateway.",
        ),
        (
            "site-down:gateway",
            Fault::SiteDown { site: Site::Gateway },
            "The gateway site answers 503.",
        ),
    ] {
        let read = text.parse::<Fault>().unwrap();
        assert_eq!((read.describe().as_str(), &read), (sentence, &fault));
    }
    for wrong in [
        "roll-stuck:1",
        "roll-fails:often",
        "task-replaced:now",
        "leak:header",
        "leak:name:old",
        "rule-set:block",
        "throttle-set:50",
        "throttle-set:POST",
        "throttle-set:createUser POST",
        "throttle-set:POST createUser",
        "throttle-set:post /createUser",
        "throttle-set:ANY /createUser",
        "throttle-set:POST /create User",
        "throttle-set:POST /createUser:50",
        "site-down:middle",
        "site-slow:old:fast",
        "fire",
        "site-down:old:1",
        "other-zone:mine",
        "routed:round-robin",
    ] {
        assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
    }
    for leak in Leak::ALL {
        let spelling = format!("leak:{}", leak.name());
        let read = spelling.parse::<Fault>().unwrap();
        assert!(read == Fault::Leak { leak } && read.is_named(&spelling) && read.describe().ends_with('.'));
    }
    assert!("site-down:old".parse::<Fault>().unwrap().is_named("site-down"));
    assert!(
        !"site-down:old"
            .parse::<Fault>()
            .unwrap()
            .is_named("site-down:new")
    );
}

#[test]
fn what_goes_wrong_with_reval_has_its_words() {
    for (text, fault, sentence) in [
        (
            "reval-released",
            Fault::RevalReleased {
                release: RevalRelease::New,
            },
            "Somebody releases the new build of Reval at its origin.",
        ),
        (
            "reval-released:wrong",
            Fault::RevalReleased {
                release: RevalRelease::Wrong,
            },
            "Somebody releases a build of Reval at its origin that names neither pool.",
        ),
        (
            "invalidation-stuck",
            Fault::InvalidationStuck,
            "No invalidation of CloudFront completes.",
        ),
        (
            "edge-stale",
            Fault::EdgeStale,
            "An edge of CloudFront keeps its copies although an invalidation is completed.",
        ),
        (
            "distribution-disabled",
            Fault::DistributionDisabled { app: App::Reval },
            "The distribution before Reval is disabled.",
        ),
        (
            "alias-elsewhere",
            Fault::AliasElsewhere { app: App::Reval },
            "Reval's name is an alias of another distribution.",
        ),
        (
            "unfinished-work",
            Fault::UnfinishedWork { app: App::Reval },
            "Somebody else adds POST /api/doctors to Reval's API and does not deploy it.",
        ),
        (
            "authorizer-edited",
            Fault::AuthorizerEdited { app: App::Reval },
            "Somebody else adds a third pool to the authoriser of Reval's API.",
        ),
        (
            "stage-moved",
            Fault::StageMoved { app: App::Reval },
            "Somebody else deploys Reval's API.",
        ),
        (
            "stage-canary",
            Fault::StageCanary { app: App::Reval },
            "A canary on the stage of Reval's API serves every tenth request from an earlier deployment.",
        ),
        (
            "unfinished-work:admins",
            Fault::UnfinishedWork { app: App::Admins },
            "Somebody else adds POST /profile/api/users/{u}/roles to the new API of Admins and does not deploy it.",
        ),
        (
            "method-open:admins",
            Fault::MethodOpen { app: App::Admins },
            "PUT /profile/api/users/{u} of the new API of Admins asks no authoriser.",
        ),
        (
            "refusals-unreadable:admins",
            Fault::RefusalsUnreadable { app: App::Admins },
            "No page may read a refusal of the new API of Admins.",
        ),
        (
            "distribution-disabled:admins",
            Fault::DistributionDisabled { app: App::Admins },
            "The distribution before Admins-UI is disabled.",
        ),
        (
            "certificate-elsewhere:admins",
            Fault::CertificateElsewhere { app: App::Admins },
            "The certificate of Admins-UI was issued in eu-west-2: its distribution has neither it nor the name.",
        ),
        (
            "behaviour-missing",
            Fault::BehaviourMissing {
                path: "/auth".to_owned(),
            },
            "The distribution of Admins-UI has no behaviour for /auth.",
        ),
        (
            "sign-in-challenge",
            Fault::SignInChallenge,
            "Whoever signs in with a password is asked for a new one.",
        ),
        (
            "token-clock-ahead",
            Fault::TokenClockAhead,
            "The tokens of a sign-in are dated ten minutes ahead of this computer's clock.",
        ),
    ] {
        let read = text.parse::<Fault>().unwrap();
        assert_eq!((read.describe().as_str(), &read), (sentence, &fault));
    }
    for release in RevalRelease::ALL {
        let spelling = format!("reval-released:{release}");
        let read = spelling.parse::<Fault>().unwrap();
        assert!(read == Fault::RevalReleased { release } && read.is_named(&spelling));
        assert!(Fault::SWITCHES.iter().any(|(offered, _)| *offered == spelling));
    }
    for wrong in [
        "reval-released:6b24",
        "reval-released:new:old",
        "invalidation-stuck:1",
        "edge-stale:2",
        "distribution-disabled:others",
        "alias-elsewhere:reval:admins",
        "unfinished-work:1",
        "authorizer-edited:re7al1",
        "stage-moved:prod",
        "stage-canary:50",
        "method-open:POST",
        "behaviour-missing:/other",
        "behaviour-missing:auth",
        "wrong-bundle:admins",
        "invalidation-begun:new",
        "sign-in-challenge:old",
        "token-clock-ahead:300",
    ] {
        assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
    }
}

/// Worlds that were saved before there were two applications go on: what was of one then is Reval's.
#[test]
fn a_fault_that_names_no_application_is_of_reval() {
    let read: Fault = serde_json::from_value(serde_json::json!({"kind": "stage-canary"})).unwrap();
    assert_eq!(read, Fault::StageCanary { app: App::Reval });
    assert!(read.is_named("stage-canary") && read.is_named("stage-canary:reval"));
    assert!(!read.is_named("stage-canary:admins"));
    for app in App::ALL {
        let spelling = format!("stage-canary:{app}");
        assert_eq!(spelling.parse::<Fault>().unwrap(), Fault::StageCanary { app });
    }
}

#[test]
fn what_goes_wrong_with_the_triggers_has_its_words() {
    let missing = |permission| Fault::MigratePermissionMissing { permission };
    for (text, fault, sentence) in [
        (
            "migrate-permission-missing",
            missing(Permission::Gone),
            "No policy lets the new pool invoke its migrate-user trigger.",
        ),
        (
            "migrate-permission-missing:alias",
            missing(Permission::Alias),
            "The new pool may invoke an alias of its migrate-user trigger, which it does not name.",
        ),
        (
            "trigger-source-other-pool",
            Fault::TriggerSourceOtherPool,
            "The permissions of the new pool's triggers are for the old pool.",
        ),
        (
            "migrate-slow",
            Fault::MigrateSlow,
            "The migrate-user trigger takes 8 s; Cognito waits 5 s, three times.",
        ),
    ] {
        let read = text.parse::<Fault>().unwrap();
        assert_eq!((read.describe().as_str(), &read), (sentence, &fault));
        assert_eq!(read.part(), FaultPart::Triggers);
        assert!(Fault::SWITCHES.iter().any(|(offered, _)| *offered == text));
    }
    for permission in Permission::ALL {
        let spelling = format!("migrate-permission-missing:{}", permission.name());
        let read = spelling.parse::<Fault>().unwrap();
        assert!(read == missing(permission) && read.is_named(&spelling));
    }
    for wrong in [
        "migrate-permission-missing:live",
        "migrate-permission-missing:gone:now",
        "trigger-inactive:migrate",
        "trigger-concurrency-zero:0",
        "migrate-slow:8",
        "pre-token-empty:groups",
    ] {
        assert!(wrong.parse::<Fault>().is_err(), "{wrong}");
    }
}
