//! The look-up through the real program, over a pool that boto3 filled on other people's emulators.

use crate::sandbox::{Emulator, Sandbox, venv};

fn people_are_found_and_reconciled(place: &Sandbox) {
    let made = place.pool(&["create"]);
    let pool = made["pool"].as_str().unwrap();
    for (typed, verdict, matches) in [
        // Invited just now, and not signed in yet.
        ("anna.baker@example.nhs.test", "invitation_open", 1),
        ("Chloe", "invitation_open", 1),
        ("nobody@example.nhs.test", "not_migrated", 0),
        ("Zzz", "no_such_name", 0),
        ("User", "several", 60),
    ] {
        let found = place.switchback(0, &["users", "find", typed, "--pool", pool]);
        assert_eq!(
            (found["verdict"].as_str(), found["matches"].as_u64()),
            (Some(verdict), Some(matches)),
            "{typed}: {found:#}"
        );
    }
    let away = place.switchback(4, &["users", "find", "Anna", "--pool", "eu-west-2_NOTHERE"]);
    assert_eq!(away["pools"][0]["state"], "no_such_pool", "{away:#}");

    // Two pages and a bit, every one of them read.
    let (list, out) = (place.path("list.csv"), place.path("out.csv"));
    std::fs::write(
        &list,
        "email\nanna.baker@example.nhs.test\nuser059@example.nhs.test\nnobody@example.nhs.test\n",
    )
    .unwrap();
    let (list, out) = (list.to_str().unwrap(), out.to_str().unwrap());
    let ask = [
        "users",
        "reconcile",
        "--source",
        list,
        "--out",
        out,
        "--pool",
        pool,
    ];
    let done = place.switchback(0, &[&ask[..], &["--purpose", "Ticket 4711"]].concat());
    assert_eq!(
        (
            done["complete"].as_bool(),
            done["pools"][0]["accounts"].as_u64(),
            done["not_on_list"].as_u64()
        ),
        (Some(true), Some(64), Some(62)),
        "{done:#}"
    );
    assert_eq!(done["verdicts"]["invitation_open"], 2, "{done:#}");
    assert_eq!(done["verdicts"]["not_migrated_known"], 1, "{done:#}");
    let text = std::fs::read_to_string(out).unwrap();
    assert!(
        text.contains("\n4,n•••@example.nhs.test,not_migrated_known,"),
        "{text}"
    );
}

#[test]
fn ministack_lookups() {
    let Some(venv) = venv("ministack") else { return };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "ministack");
    people_are_found_and_reconciled(&place);
}

#[test]
fn moto_lookups() {
    let Some(venv) = venv("moto") else { return };
    let mut place = Sandbox::new(&venv);
    let _emulator = Emulator::start(&mut place, "moto_server");
    people_are_found_and_reconciled(&place);
}
