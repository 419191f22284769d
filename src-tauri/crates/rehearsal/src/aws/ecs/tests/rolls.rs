//! Rolls that go well, and what happens beside them.

use super::{Bench, Fault, deployments, line, running};
use crate::aws::ecs::{IMAGE_DIGEST, OTHER_IMAGE_DIGEST};
use crate::aws::ssm::MAINTENANCE_PARAMETER;

#[test]
fn one_task_after_the_other_is_replaced() {
    let mut bench = Bench::new();
    assert_eq!(line(&bench.at(0)), "d0 RUNNING prod | d0 RUNNING prod");
    assert_eq!(deployments(&bench.at(0)), ["PRIMARY COMPLETED 2/0/0"]);
    bench.put(5, "prod,cognito");
    let number = bench.roll(10);
    for (second, tasks, shown) in [
        (
            10,
            "d0 RUNNING prod | d0 RUNNING prod | d1 PENDING prod,cognito",
            &["PRIMARY IN_PROGRESS 0/1/0", "ACTIVE COMPLETED 2/0/0"][..],
        ),
        (
            29,
            "d0 RUNNING prod | d0 RUNNING prod | d1 PENDING prod,cognito",
            &["PRIMARY IN_PROGRESS 0/1/0", "ACTIVE COMPLETED 2/0/0"],
        ),
        (
            30,
            "d0 DEACTIVATING prod | d0 RUNNING prod | d1 RUNNING prod,cognito | d1 PENDING prod,cognito",
            &["PRIMARY IN_PROGRESS 1/1/0", "ACTIVE COMPLETED 1/0/0"],
        ),
        (
            35,
            "d0 RUNNING prod | d1 RUNNING prod,cognito | d1 PENDING prod,cognito",
            &["PRIMARY IN_PROGRESS 1/1/0", "ACTIVE COMPLETED 1/0/0"],
        ),
        (
            50,
            "d0 DEACTIVATING prod | d1 RUNNING prod,cognito | d1 RUNNING prod,cognito",
            &["PRIMARY IN_PROGRESS 2/0/0", "ACTIVE COMPLETED 0/0/0"],
        ),
        (
            54,
            "d0 DEACTIVATING prod | d1 RUNNING prod,cognito | d1 RUNNING prod,cognito",
            &["PRIMARY IN_PROGRESS 2/0/0", "ACTIVE COMPLETED 0/0/0"],
        ),
        (
            55,
            "d1 RUNNING prod,cognito | d1 RUNNING prod,cognito",
            &["PRIMARY COMPLETED 2/0/0"],
        ),
        (
            90_000,
            "d1 RUNNING prod,cognito | d1 RUNNING prod,cognito",
            &["PRIMARY COMPLETED 2/0/0"],
        ),
    ] {
        let service = bench.at(second);
        assert_eq!(line(&service), tasks, "{second}");
        assert_eq!(deployments(&service), shown, "{second}");
        assert_eq!(service.primary().unwrap().number, number);
    }
    let words: Vec<String> = bench
        .at(60)
        .events
        .iter()
        .rev()
        .map(|e| e.message.clone())
        .collect();
    assert_eq!(
        words[0],
        "(service tis-usermanagement) has reached a steady state."
    );
    assert_eq!(
        words[1],
        format!("(service tis-usermanagement) (deployment ecs-svc/{number}) deployment completed.")
    );
}

/// Who looks often, who looks once and who saves in between find the same, ids and all.
#[test]
fn it_makes_no_difference_when_somebody_looks() {
    let mut bench = Bench::new();
    bench.roll(1);
    bench.put(3, "nonsense");
    let once = bench.at(2_000);
    let again = bench.at(2_000);
    assert_eq!(once, again);
    for second in 3..2_000 {
        bench.state.settle(bench.ms(second));
    }
    assert_eq!(bench.at(2_000), once);
    // A clock that is set back makes nothing happen twice.
    bench.state.settle(bench.ms(5));
    assert_eq!(bench.at(2_000), once);
}

#[test]
fn a_task_keeps_what_it_read_when_it_was_started() {
    let mut bench = Bench::new();
    bench.roll(0);
    bench.put(10, "prod,cognito");
    // The first was started before the put, the second after it.
    assert_eq!(line(&bench.at(60)), "d1 RUNNING prod | d1 RUNNING prod,cognito");
    bench.put(70, "prod,keycloak");
    bench.change(71, |state, _| state.ssm.set(MAINTENANCE_PARAMETER, Some("true")));
    assert_eq!(
        line(&bench.at(9_000)),
        "d1 RUNNING prod | d1 RUNNING prod,cognito"
    );
    bench.roll(100);
    let service = bench.at(145);
    assert_eq!(
        line(&service),
        "d2 RUNNING prod,keycloak | d2 RUNNING prod,keycloak"
    );
    let read = |task: &super::Task| task.read.as_ref().map(|read| read.under_maintenance.clone());
    assert_eq!(read(service.tasks.last().unwrap()).as_deref(), Some("true"));
}

#[test]
fn a_second_roll_takes_over_from_the_first() {
    let mut bench = Bench::new();
    let first = bench.roll(0);
    let second = bench.roll(30);
    assert_ne!(first, second);
    // What the first had begun to start is stopped; what it had made run is replaced like the rest.
    let service = bench.at(30);
    assert_eq!(
        line(&service),
        "d0 RUNNING prod | d1 RUNNING prod | d2 PENDING prod"
    );
    assert_eq!(
        deployments(&service),
        [
            "PRIMARY IN_PROGRESS 0/1/0",
            "ACTIVE IN_PROGRESS 1/0/0",
            "ACTIVE COMPLETED 1/0/0"
        ]
    );
    assert_eq!(
        line(&bench.at(50)),
        "d0 DEACTIVATING prod | d1 RUNNING prod | d2 RUNNING prod | d2 PENDING prod"
    );
    assert_eq!(
        deployments(&bench.at(60)),
        ["PRIMARY IN_PROGRESS 1/1/0", "ACTIVE IN_PROGRESS 1/0/0"]
    );
    let service = bench.at(75);
    assert_eq!(line(&service), "d2 RUNNING prod | d2 RUNNING prod");
    assert_eq!(deployments(&service), ["PRIMARY COMPLETED 2/0/0"]);
    assert_eq!(service.primary().unwrap().number, second);
}

#[test]
fn a_stuck_roll_stays_half_done_until_it_is_lifted() {
    let mut bench = Bench::new();
    bench.fault(0, Fault::RollStuck);
    bench.put(1, "prod,cognito");
    bench.roll(2);
    for second in [22, 45, 47, 100, 100_000] {
        let service = bench.at(second);
        let left = service.tasks.iter().filter(|task| task.runs()).count();
        assert_eq!(left, 2, "{second}");
        assert_eq!(
            deployments(&service),
            ["PRIMARY IN_PROGRESS 1/0/0", "ACTIVE COMPLETED 1/0/0"]
        );
        assert!(line(&service).ends_with("d0 RUNNING prod | d1 RUNNING prod,cognito"));
    }
    bench.put(200, "prod,keycloak");
    bench.change(300, |state, _| state.faults.clear());
    assert_eq!(
        line(&bench.at(325)),
        "d1 RUNNING prod,cognito | d1 RUNNING prod,keycloak"
    );
    assert_eq!(deployments(&bench.at(325)), ["PRIMARY COMPLETED 2/0/0"]);
}

/// What makes a parameter seen although nobody rolled.
#[test]
fn a_task_that_is_replaced_reads_the_parameters_as_they_are() {
    let mut bench = Bench::new();
    bench.put(0, "prod,cognito");
    let number = bench.at(0).primary().unwrap().number.clone();
    bench.lose_a_task(10);
    bench.put(11, "prod,keycloak");
    let service = bench.at(12);
    assert_eq!(line(&service), "d0 RUNNING prod | d0 PENDING prod,cognito");
    assert_eq!(deployments(&service), ["PRIMARY COMPLETED 1/1/0"]);
    let service = bench.at(30);
    assert_eq!(line(&service), "d0 RUNNING prod | d0 RUNNING prod,cognito");
    assert_eq!(deployments(&service), ["PRIMARY COMPLETED 2/0/0"]);
    assert_eq!(service.primary().unwrap().number, number);
}

#[test]
fn a_deployment_runs_the_image_that_the_tag_meant_when_it_began() {
    let mut bench = Bench::new();
    bench.fault(0, Fault::RollOtherImage);
    bench.lose_a_task(1);
    let digests = |service: super::Service| -> Vec<String> {
        let runs = service.tasks.iter().filter(|task| task.runs());
        runs.map(|task| task.digest.clone()).collect()
    };
    assert_eq!(digests(bench.at(30)), [IMAGE_DIGEST; 2]);
    bench.roll(40);
    assert_eq!(digests(bench.at(60)), [IMAGE_DIGEST, OTHER_IMAGE_DIGEST]);
    assert_eq!(digests(bench.at(85)), [OTHER_IMAGE_DIGEST; 2]);
    // The tag means the old image again, and the tasks run the other one until somebody rolls.
    bench.change(90, |state, _| state.faults.clear());
    assert_eq!(digests(bench.at(900)), [OTHER_IMAGE_DIGEST; 2]);
    bench.roll(1_000);
    assert_eq!(digests(bench.at(1_045)), [IMAGE_DIGEST; 2]);
    assert_eq!(running(&bench.at(1_045)), 2);
}
