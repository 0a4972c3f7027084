//! What lies on disk is for its owner, and what was there is not written over.

use tests::server::Server;

use super::{DJANGO_HASH, Folder, lines, person, person_with, run, run_well, tally};

#[cfg(unix)]
fn mode(folder: &Folder, name: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    let about = std::fs::metadata(folder.path(name)).expect("the file is there");
    about.permissions().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn exports_and_rejects_are_their_owners_alone() {
    let (server, folder) = (Server::start().await, Folder::new());
    let users = folder.write("users", lines(&[person("zhang"), person_with("li", "number", 7)]));
    let ended = run(&server, &["import", &users, "--rejects", &folder.name("rejects")]).await;
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(run_well(&server, &["export", "--output", &folder.name("out")]).await, "1 user written.\n");
    assert_eq!((mode(&folder, "out"), mode(&folder, "rejects")), (0o600, 0o600));
}

#[tokio::test]
async fn an_export_is_not_written_over_anything() {
    let (server, folder) = (Server::start().await, Folder::new());
    let out = folder.write("out", "somebody's work");
    let ended = run(&server, &["export", "--output", &out]).await;
    assert_eq!((ended.status.code(), folder.read("out").as_str()), (Some(1), "somebody's work"));
    assert!(ended.stderr.contains("is there already. Choose another name, or remove it."), "{ended:?}");
    assert!(!folder.has("out.state"));
    folder.write("out.state", "{}");
    let ended = run(&server, &["export", "--output", &out]).await;
    assert!(ended.stderr.contains("makes no sense. Remove both files to start over."), "{ended:?}");
    assert_eq!(folder.read("out"), "somebody's work");
}

#[tokio::test]
async fn hashes_go_to_a_pipe_and_into_no_message() {
    let (server, folder) = (Server::start().await, Folder::new());
    run_well(&server, &["import", &folder.write("users", lines(&[person("zhang")]))]).await;
    for arguments in [&["export"][..], &["export", "--output", "-"]] {
        let ended = run(&server, arguments).await;
        assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), "1 user written.\n"));
        assert!(ended.stdout.contains(DJANGO_HASH), "{ended:?}");
        assert_eq!(ended.stdout.lines().count(), 1);
    }
}

#[tokio::test]
async fn rejects_are_no_trap_for_what_was_mended() {
    let (server, folder) = (Server::start().await, Folder::new());
    let users = folder.write("users", lines(&[person_with("li", "number", 7)]));
    let rejects = folder.name("rejects");
    run(&server, &["import", &users, "--rejects", &rejects]).await;
    folder.write("rejects", lines(&[person("mended")]));
    let same = run(&server, &["import", &rejects, "--rejects", &rejects]).await;
    assert_eq!(
        (same.status.code(), same.stderr.as_str()),
        (Some(1), "The file and its rejects cannot be the same.\n")
    );
    run(&server, &["import", &users, "--rejects", &rejects]).await;
    assert_eq!(run_well(&server, &["import", &folder.name("rejects.1")]).await, tally(1, 0, 0));
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let (server, folder) = (Server::start().await, Folder::new());
    let ended = run(&server, &["import", &folder.name("nothing")]).await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains("nothing cannot be read: "), "{ended:?}");
    let ended = run(&server, &["import", &folder.write("empty", "\n\n")]).await;
    assert_eq!(ended.status.code(), Some(1), "nobody came in");
    assert!(ended.stderr.ends_with("Nobody was imported: there is no user in the file.\n"), "{ended:?}");
}

#[tokio::test]
async fn what_is_no_utf_8_or_no_json_is_told_in_one_sentence() {
    let (server, folder) = (Server::start().await, Folder::new());
    let utf_16: Vec<u8> = "\u{feff}[]".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, words) in [
        (&utf_16[..], "it is UTF-16 text"),
        (b"[{\"first_name\":\"\xd5\xc5\"}]", "it is not UTF-8 text from byte 17 on; if it is GBK"),
        (b"- model: auth.user\n", "it looks like YAML"),
        (b"<?xml version=\"1.0\"?>", "it looks like XML"),
        (b"BZh91AY", "it is packed by bzip2"),
    ] {
        let file = folder.write("users", bytes);
        let ended = run(&server, &["import", &file]).await;
        assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
        assert!(ended.stderr.starts_with(&format!("{file} cannot be read: {words}")), "{ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    }
}
