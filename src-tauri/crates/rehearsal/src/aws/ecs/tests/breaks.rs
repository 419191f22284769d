//! Tasks that do not start, and the circuit breaker.

use super::{Bench, Fault, deployments, line, running, show};
use crate::aws::ssm::{MAINTENANCE_PARAMETER, PROFILES_PARAMETER};

#[test]
fn a_bad_parameter_ends_the_roll_and_its_rollback_but_not_the_old_tasks() {
    let mut bench = Bench::new();
    bench.put(0, "prod,nonsense");
    let number = bench.roll(0);
    for (second, shown) in [
        (9, &["PRIMARY IN_PROGRESS 0/1/0", "ACTIVE COMPLETED 2/0/0"][..]),
        (10, &["PRIMARY IN_PROGRESS 0/1/1", "ACTIVE COMPLETED 2/0/0"]),
        (29, &["PRIMARY IN_PROGRESS 0/1/2", "ACTIVE COMPLETED 2/0/0"]),
        (
            30,
            &[
                "PRIMARY IN_PROGRESS 0/1/0",
                "ACTIVE FAILED 0/0/3",
                "ACTIVE COMPLETED 2/0/0",
            ],
        ),
        (
            60,
            &[
                "PRIMARY FAILED 0/0/3",
                "ACTIVE FAILED 0/0/3",
                "ACTIVE COMPLETED 2/0/0",
            ],
        ),
        (
            100_000,
            &[
                "PRIMARY FAILED 0/0/3",
                "ACTIVE FAILED 0/0/3",
                "ACTIVE COMPLETED 2/0/0",
            ],
        ),
    ] {
        let service = bench.at(second);
        assert_eq!(deployments(&service), shown, "{second}");
        assert_eq!(running(&service), 2);
    }
    let service = bench.at(31);
    let back = service.primary().unwrap();
    assert_ne!(back.number, number);
    assert_eq!(back.definition, 7);
    assert_eq!(
        back.reason,
        format!(
            "ECS deployment circuit breaker: rolling back to deploymentId {}.",
            back.id()
        )
    );
    let shown = show::service(&service);
    assert_eq!(shown["deployments"][1]["id"], format!("ecs-svc/{number}"));
    assert_eq!(shown["deployments"][1]["desiredCount"], 0);
    assert_eq!(
        shown["deployments"][1]["rolloutStateReason"],
        "ECS deployment circuit breaker: tasks failed to start."
    );
    let dead = service
        .tasks
        .iter()
        .find(|task| task.stopped_ms.is_some())
        .unwrap();
    let dead = show::task(&service, dead);
    assert_eq!(dead["stopCode"], "EssentialContainerExited");
    assert_eq!(dead["containers"][0]["exitCode"], 1);
    assert_eq!(dead["startedBy"], format!("ecs-svc/{number}"));

    // Mended and rolled anew, all is well.
    bench.put(200, "prod,cognito");
    bench.roll(200);
    let service = bench.at(245);
    assert_eq!(deployments(&service), ["PRIMARY COMPLETED 2/0/0"]);
    assert_eq!(
        line(&service),
        "d3 RUNNING prod,cognito | d3 RUNNING prod,cognito"
    );
}

/// The trap of the breaker: what it rolls back to is the definition, and the tasks read the new value all the same.
#[test]
fn the_rollback_of_a_failed_roll_reads_the_new_value() {
    let mut bench = Bench::new();
    bench.put(0, "prod,cognito");
    bench.fault(0, Fault::RollFails { times: 1 });
    let number = bench.roll(0);
    assert!(bench.state.faults.is_empty(), "it is used up");
    let service = bench.at(50);
    assert_eq!(
        deployments(&service),
        [
            "PRIMARY IN_PROGRESS 1/1/0",
            "ACTIVE FAILED 0/0/3",
            "ACTIVE COMPLETED 1/0/0"
        ]
    );
    let service = bench.at(75);
    assert_eq!(deployments(&service), ["PRIMARY COMPLETED 2/0/0"]);
    assert_eq!(
        line(&service),
        "d2 RUNNING prod,cognito | d2 RUNNING prod,cognito"
    );
    let back = service.primary().unwrap();
    assert_eq!(back.reason, format!("ECS deployment {} completed.", back.id()));
    assert_ne!(back.number, number);

    // Somebody else's roll does not use it up.
    bench.fault(100, Fault::RollFails { times: 1 });
    bench.roll_as(100, "second-writer");
    assert_eq!(deployments(&bench.at(145)), ["PRIMARY COMPLETED 2/0/0"]);
    assert_eq!(bench.state.faults.len(), 1);
}

#[test]
fn once_a_task_has_run_the_breaker_looks_away() {
    let mut bench = Bench::new();
    bench.roll(0);
    bench.put(10, "nonsense");
    let service = bench.at(5_000);
    assert_eq!(running(&service), 2);
    let shown = deployments(&service);
    assert!(shown[0].starts_with("PRIMARY IN_PROGRESS 1/"), "{shown:?}");
    assert_eq!(shown[1], "ACTIVE COMPLETED 1/0/0");
    // The pauses grow, but it is tried again for ever.
    let failed = service.primary().unwrap().failed;
    assert!((4..20).contains(&failed), "{failed}");
    bench.put(5_000, "prod");
    assert_eq!(deployments(&bench.at(7_000)), ["PRIMARY COMPLETED 2/0/0"]);
}

#[test]
fn a_task_needs_both_parameters_and_a_flag_that_is_one() {
    for (name, value, code) in [
        (PROFILES_PARAMETER, None, "TaskFailedToStart"),
        (MAINTENANCE_PARAMETER, None, "TaskFailedToStart"),
        (MAINTENANCE_PARAMETER, Some("perhaps"), "EssentialContainerExited"),
        (PROFILES_PARAMETER, Some("prod,"), "EssentialContainerExited"),
        (
            PROFILES_PARAMETER,
            Some("prodcognito"),
            "EssentialContainerExited",
        ),
    ] {
        let mut bench = Bench::new();
        bench.change(0, |state, _| state.ssm.set(name, value));
        bench.lose_a_task(1);
        let service = bench.at(12);
        let dead: Vec<_> = service
            .tasks
            .iter()
            .filter_map(|task| task.stopped.as_ref())
            .map(|stopped| stopped.code.as_str())
            .collect();
        assert_eq!(dead, ["InfrastructureHealth", code], "{name} {value:?}");
        assert_eq!(running(&service), 1);
        assert_eq!(
            deployments(&service),
            ["PRIMARY COMPLETED 1/1/1"],
            "a lost task ends no deployment"
        );
    }
}
