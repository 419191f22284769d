//! Whatever the order of appends, the chain is in the order of acknowledgement.

use proptest::prelude::*;
use tempfile::tempdir;

use crate::support::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn events_stand_in_the_order_of_their_appends(
        batches in prop::collection::vec(prop::collection::vec("[ -~äß\u{1f600}\u{0}\n]{0,40}", 0..5), 0..8),
        after in 0_u64..40,
        limit in 1_usize..10,
    ) {
        let home = tempdir().unwrap();
        let (store, lease) = with_run(home.path(), &ring(), None);
        let mut expected = read(&store).unwrap();
        for batch in batches {
            let kinds = batch.iter().map(|text| note(text)).collect();
            expected.extend(append(&store, &lease, kinds).unwrap());
        }
        prop_assert!(expected.iter().zip(1..).all(|(event, seq)| event.seq == seq));
        prop_assert_eq!(&read(&store).unwrap(), &expected);
        let page: Vec<_> = expected.iter().filter(|event| event.seq > after).take(limit).cloned().collect();
        prop_assert_eq!(store.read_page(&run(), after, limit).unwrap(), page);
        prop_assert_eq!(store.verify(&run()).unwrap().to_seq, expected.len() as u64);

        // And a copy tells the same.
        let out = home.path().join("copy.jsonl");
        store.export(&run(), &out).unwrap();
        prop_assert_eq!(switchback_journal::verify_file(&out).unwrap().to_seq, expected.len() as u64);
    }
}
