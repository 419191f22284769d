//! The built-in runbook.

use crate::{bundled, check, resolve};

#[test]
fn every_target_resolves_without_a_lint_of_ours() {
    for runbook in bundled::ALL {
        assert_eq!(
            check(&runbook.source(), None),
            crate::Report::default(),
            "{}",
            runbook.name
        );
        for (name, _) in runbook.targets {
            let target = runbook.target(name).unwrap();
            let report = check(&runbook.source(), Some(&target));
            assert_eq!(report.errors, [], "{name}");
            // The addresses of CloudFront change; and the examples leave deadlines to people.
            let left = |code: &str| code == "alias-answers" || code == "undecided-deadline";
            let lints: Vec<_> = report.lints.iter().map(|lint| lint.code).collect();
            match name.ends_with(".example") {
                true => assert!(lints.iter().all(|code| left(code)), "{name}: {:?}", report.lints),
                false => assert_eq!(report.lints, [], "{name}"),
            }
            assert!(resolve(&runbook.source(), &target).is_ok(), "{name}");
        }
    }
}

#[test]
fn the_switch_of_the_rehearsal() {
    let runbook = bundled::find("dns-switch").unwrap();
    let plan = resolve(&runbook.source(), &runbook.target("rehearsal").unwrap()).unwrap();
    let steps: Vec<_> = plan
        .steps()
        .map(|s| (s.id.as_str(), s.plan_ref.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            ("lower-ttl", "mid.3"),
            ("switch", "mid.3"),
            ("restore-ttl", "mid.3")
        ]
    );
    let switch = plan.step(&"switch".parse().unwrap()).unwrap();
    let checks = |checks: &[switchback_model::CheckSpec]| {
        checks
            .iter()
            .map(|c| format!("{} {} {:?}", c.id, c.kind.id(), c.within_s))
            .collect::<Vec<_>>()
            .join("\n")
    };
    insta::assert_snapshot!(checks(&switch.before), @r#"
    identity aws.identity None
    zone route53.zone None
    record-is-old route53.record None
    ttl-wait dns.ttl_wait None
    new-side-answers http.build None
    new-certificate tls.certificate None
    old-side-answers http.build None
    "#);
    insta::assert_snapshot!(checks(&switch.verify), @r#"
    record-is-new route53.record Some(60)
    authoritative-new dns.authoritative Some(180)
    resolvers-new dns.resolvers Some(240)
    build-is-new http.build Some(240)
    "#);
    insta::assert_snapshot!(checks(&switch.undo_verify), @r#"
    authoritative-old dns.authoritative Some(180)
    resolvers-old dns.resolvers Some(480)
    build-is-old http.build Some(480)
    "#);
    assert_eq!(plan.decisions[0].decided.as_deref(), Some("12"));
    assert!(
        plan.rules.iter().all(|rule| rule.then.is_empty()),
        "a notice would need a person"
    );
}
