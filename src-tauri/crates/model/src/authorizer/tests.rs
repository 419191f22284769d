use super::*;

fn set(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|&one| one.to_owned()).collect()
}

fn image(pools: &[&str]) -> Image {
    Image::Authorizer {
        api: "a".to_owned(),
        authorizer: "b".to_owned(),
        content: Box::new(Authorizer {
            kind: "COGNITO_USER_POOLS".to_owned(),
            pools: set(pools),
            ttl_s: 300,
        }),
    }
}

fn spec(wish: PoolsWish) -> SetAuthorizer {
    SetAuthorizer {
        api: "a".to_owned(),
        authorizer: "b".to_owned(),
        wish,
    }
}

#[test]
fn a_pool_is_added_and_taken_out_again_and_others_stay() {
    let accept = spec(PoolsWish::Accept(set(&["new"])));
    assert_eq!(accept.wished(&set(&["old"])), set(&["new", "old"]));
    assert_eq!(
        accept.back(&image(&["new", "old", "theirs"]), &image(&["old"])),
        image(&["old", "theirs"])
    );
    // What was there before is not ours to take out.
    assert_eq!(
        accept.back(&image(&["new", "old"]), &image(&["new", "old"])),
        image(&["new", "old"])
    );
    let refuse = spec(PoolsWish::Refuse(set(&["old"])));
    assert_eq!(refuse.wished(&set(&["new", "old"])), set(&["new"]));
    assert_eq!(
        refuse.back(&image(&["new", "theirs"]), &image(&["new", "old"])),
        image(&["new", "old", "theirs"])
    );
    assert_eq!(refuse.back(&image(&["new"]), &image(&["new"])), image(&["new"]));
}

#[test]
fn it_is_judged_by_our_pools_alone() {
    let accept = spec(PoolsWish::Accept(set(&["new", "newer"])));
    let (before, after) = (image(&["old"]), image(&["new", "newer", "old"]));
    for (now, word) in [
        (image(&["old"]), "before"),
        (image(&["old", "theirs"]), "before"),
        (image(&["new", "newer"]), "after"),
        (image(&["new", "newer", "theirs"]), "after"),
        (image(&["new", "old"]), "partial"),
    ] {
        assert_eq!(accept.judge(&now, &before, &after).word(), word, "{now:?}");
    }
    // Where they were there before, they shall still be.
    let there = image(&["new", "newer", "old"]);
    assert_eq!(accept.judge(&there, &there, &there).word(), "after");
    assert_eq!(accept.judge(&image(&["old"]), &there, &there).word(), "other");
    let refuse = spec(PoolsWish::Refuse(set(&["old"])));
    assert_eq!(
        refuse
            .judge(&image(&["new"]), &there, &image(&["new", "newer"]))
            .word(),
        "after"
    );
    assert_eq!(
        refuse.judge(&there, &there, &image(&["new", "newer"])).word(),
        "before"
    );
}
