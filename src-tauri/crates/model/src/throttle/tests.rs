use super::*;

fn settings(of: &[(&str, &str)]) -> Settings {
    of.iter()
        .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()))
        .collect()
}

fn stage() -> MethodSettings {
    MethodSettings {
        methods: BTreeMap::from([
            ("DELETE /users/{u}".to_owned(), None),
            (
                "POST /users".to_owned(),
                Some(settings(&[
                    (RATE, "5"),
                    (BURST, "7"),
                    ("metrics/enabled", "true"),
                ])),
            ),
        ]),
        every: settings(&[(RATE, "100"), (BURST, "200"), ("logging/loglevel", "ERROR")]),
    }
}

#[test]
fn a_new_key_begins_with_what_the_whole_stage_has() {
    let none = ThrottleWish::Limit {
        rate: "0".to_owned(),
        burst: 0,
    };
    let lines = stage().wished(&none).lines();
    assert_eq!(
        lines,
        [
            "DELETE /users/{u}: rate 0, burst 0, logging/loglevel ERROR",
            "POST /users: rate 0, burst 0, metrics/enabled true",
        ]
    );
    assert_eq!(
        stage().wished(&ThrottleWish::Inherit).lines()[1],
        "POST /users: as the whole stage"
    );
}

#[test]
fn each_method_is_kept_or_restored_by_itself() {
    let none = stage().wished(&ThrottleWish::Inherit);
    let restored = none.with_fields_of(&stage(), &BTreeSet::from(["POST /users"]));
    assert_eq!(restored.methods, stage().methods);
    assert_eq!(none.with_fields_of(&stage(), &BTreeSet::new()), none);
}
