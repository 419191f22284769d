#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::Write as _;
use std::path::Path;

use tempfile::tempdir;

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn a_file_is_whole_private_and_leaves_no_draft() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("night.html");
    // Somebody's own draft of that name is nobody's business.
    let theirs = folder.path().join("night.new");
    fs::write(&theirs, "mine").unwrap();
    write(&file, b"one", Existing::Keep, Readers::Owner).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"one");
    assert_eq!(fs::read(&theirs).unwrap(), b"mine");
    assert_eq!(names(folder.path()), ["night.html", "night.new"]);
    #[cfg(unix)]
    assert_eq!(mode(&file), 0o600);
    write(&file, b"two", Existing::Replace, Readers::Everybody).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"two");
    #[cfg(unix)]
    assert_eq!(mode(&file), 0o644);
}

#[test]
fn another_file_stays_and_an_earlier_one_of_the_same_thing_is_replaced() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("sheet.sh");
    fs::write(&file, "# of run 7\nold").unwrap();
    let own = |text: &str| text.starts_with("# of run 7\n");
    for existing in [
        Existing::Keep,
        Existing::Own(&|text| text.starts_with("# of run 8\n")),
    ] {
        assert_eq!(
            write(&file, b"x", existing, Readers::Owner),
            Err(Unwritten::Exists)
        );
        assert_eq!(fs::read(&file).unwrap(), b"# of run 7\nold");
    }
    write(&file, b"# of run 7\nnew", Existing::Own(&own), Readers::Owner).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"# of run 7\nnew");
    // An empty one is nobody's sheet.
    fs::write(&file, "").unwrap();
    assert_eq!(
        write(&file, b"x", Existing::Own(&own), Readers::Owner),
        Err(Unwritten::Exists)
    );
}

#[test]
fn what_came_while_it_was_written_stays() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("result.csv");
    let mut draft = Draft::new(&file, Existing::Keep, Readers::Owner).unwrap();
    draft.write_all(b"ours").unwrap();
    fs::write(&file, "theirs").unwrap();
    assert_eq!(draft.keep(Existing::Keep), Err(Unwritten::Exists));
    assert_eq!(fs::read(&file).unwrap(), b"theirs");
    assert_eq!(names(folder.path()), ["result.csv"], "the draft went away");
}

#[cfg(unix)]
#[test]
fn only_a_file_is_ever_replaced() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("kept"), "kept").unwrap();
    fs::create_dir(at("folder")).unwrap();
    pipe(&at("pipe"));
    std::os::unix::fs::symlink(at("kept"), at("link")).unwrap();
    std::os::unix::fs::symlink(at("nowhere"), at("dangling")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    let always = |_: &str| true;
    for (path, kind) in [
        (at("folder"), Kind::Folder),
        (at("pipe"), Kind::Pipe),
        (at("link"), Kind::Link),
        (at("dangling"), Kind::Link),
        (at("socket"), Kind::Socket),
        ("/dev/null".into(), Kind::Device),
        ("/dev/full".into(), Kind::Device),
    ] {
        for existing in [Existing::Keep, Existing::Own(&always), Existing::Replace] {
            let refused = write(&path, b"x", existing, Readers::Owner).unwrap_err();
            assert_eq!(refused, Unwritten::Not(kind), "{path:?}");
            assert!(refused.to_string().contains(&kind.to_string()));
        }
    }
    assert_eq!(fs::read(at("kept")).unwrap(), b"kept");
    assert!(!at("nowhere").exists());
    assert_eq!(
        write(&at("kept/inside"), b"x", Existing::Replace, Readers::Owner),
        Err(Unwritten::NoFolder)
    );
    assert_eq!(
        write(&at("none/inside"), b"x", Existing::Replace, Readers::Owner),
        Err(Unwritten::NoFolder)
    );
    assert!(!at("none").exists());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_at_once() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    pipe(&at("pipe"));
    std::os::unix::fs::symlink(at("pipe"), at("link")).unwrap();
    fs::write(at("file"), "text").unwrap();
    std::os::unix::fs::symlink(at("file"), at("fine")).unwrap();
    for (path, why) in [
        (at("pipe"), Unread::Not(Kind::Pipe)),
        (at("link"), Unread::Not(Kind::Pipe)),
        (folder.path().to_owned(), Unread::Not(Kind::Folder)),
        ("/dev/zero".into(), Unread::Not(Kind::Device)),
        (at("none"), Unread::NotThere),
        (at("file/inside"), Unread::NoFolder),
    ] {
        assert_eq!(bytes(&path, 10).unwrap_err(), why, "{path:?}");
    }
    assert_eq!(text(&at("fine"), 4).unwrap(), "text");
}

#[test]
fn a_size_is_never_exceeded_and_text_is_text() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, [b'x'; 2048]).unwrap();
    assert_eq!(bytes(&file, 2048).unwrap().len(), 2048);
    let refused = bytes(&file, 1024).unwrap_err();
    assert_eq!(refused.to_string(), "it is larger than 1 KiB");
    fs::write(&file, [0xff, 0xfe]).unwrap();
    assert_eq!(text(&file, 10).unwrap_err(), Unread::NotText);
}
