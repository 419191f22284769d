use proptest::prelude::*;

use super::{has, items, missing, with, without};

#[test]
fn a_list_is_added_to_and_taken_from() {
    for (list, wished, after) in [
        ("prod", vec!["cognito"], "prod,cognito"),
        ("prod,cognito", vec!["cognito"], "prod,cognito"),
        ("prod, cognito ", vec!["cognito"], "prod, cognito "),
        ("prod", vec!["b", "a"], "prod,b,a"),
        ("a,prod", vec!["b", "a"], "a,prod,b"),
        // What looks alike is another item.
        ("prod,cognito-off", vec!["cognito"], "prod,cognito-off,cognito"),
        ("prod,COGNITO", vec!["cognito"], "prod,COGNITO,cognito"),
    ] {
        let wished: Vec<String> = wished.into_iter().map(str::to_owned).collect();
        let more = missing(list, &wished);
        let added = with(list, &more);
        assert_eq!(added, after, "{list}");
        assert_eq!(without(&added, &more), list, "{after}");
    }
    for (list, less, left) in [
        ("prod,cognito,debug", vec!["cognito"], "prod,debug"),
        ("cognito, prod", vec!["cognito"], " prod"),
        ("prod,cognito,cognito", vec!["cognito"], "prod"),
        ("prod , cognito,debug", vec!["cognito"], "prod ,debug"),
        ("cognito", vec!["cognito"], ""),
        ("prod", vec!["cognito"], "prod"),
        ("a,,b", vec!["a"], ",b"),
    ] {
        assert_eq!(without(list, &less), left, "{list}");
    }
}

fn item() -> impl Strategy<Value = String> {
    "[a-c]{1,2}"
}

/// A list as people write it: with spaces, and with items that stand there twice.
fn list() -> impl Strategy<Value = String> {
    proptest::collection::vec(" ?[a-c]{1,2} ?", 1..6).prop_map(|items| items.join(","))
}

proptest! {
    #[test]
    fn what_is_added_comes_out_again_and_nothing_else(
        list in list(), wished in proptest::collection::vec(item(), 1..4), others in proptest::collection::vec("[d-f]{1,2}", 0..3),
    ) {
        let mut wished = wished;
        wished.dedup();
        wished.sort();
        wished.dedup();
        let more = missing(&list, &wished);
        let after = with(&list, &more);
        // All are there, once more adds nothing, and it comes back to the letter.
        prop_assert!(wished.iter().all(|item| has(&after, item)));
        prop_assert_eq!(missing(&after, &wished), Vec::<&str>::new());
        prop_assert_eq!(without(&after, &more), list.clone());
        // What others append meanwhile survives, in its order, and what was there before does too.
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        let later = with(&after, &others);
        let back = without(&later, &more);
        prop_assert_eq!(&back, &with(&list, &others));
        prop_assert_eq!(&without(&back, &more), &back);
        let kept: Vec<&str> = items(&later).filter(|item| !more.contains(item)).collect();
        prop_assert_eq!(items(&back).collect::<Vec<_>>(), kept);
        // Others who put theirs in front change nothing of that.
        let front = format!("{},{after}", others.first().unwrap_or(&"x"));
        prop_assert!(without(&front, &more).ends_with(&list));
    }
}
