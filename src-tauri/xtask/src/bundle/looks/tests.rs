use super::*;

#[test]
fn a_line_of_the_contents_is_understood_and_judged() {
    let line = |mode, owner, path| {
        entry(&format!("{mode} {owner}  120 2026-11-23 04:00 ./{path}")).map(|entry| wrong(&entry))
    };
    assert_eq!(
        entry("-rw-r--r-- root/root 9 2026-11-23 04:00 ./usr/share/x"),
        Some(Entry {
            mode: "-rw-r--r--".to_owned(),
            owner: "root/root".to_owned(),
            size: 9,
            path: "/usr/share/x".to_owned(),
        })
    );
    assert_eq!(line("-rwxr-xr-x", "root/root", "usr/bin/switchback"), Some(None));
    assert!(matches!(
        line("-rw-r--r--", "root/root", "usr/bin/switchback"),
        Some(Some(_))
    ));
    assert!(matches!(
        line("-rw-rw-rw-", "root/root", "usr/share/x"),
        Some(Some(_))
    ));
    assert!(matches!(
        line("-rw-r--r--", "builder/builder", "usr/share/x"),
        Some(Some(_))
    ));
}

#[test]
fn a_field_is_read_by_its_whole_name() {
    let fields = "Package: switchback\nDepends: libc6 (>= 2.36), b\nRecommends: c\n";
    assert_eq!(field(fields, "Depends"), "libc6 (>= 2.36), b");
    assert_eq!(field(fields, "Pre-Depends"), "");
}
