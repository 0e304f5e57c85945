//! Files that may not be written, and files that another program holds: what happened, and what to do.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "contract/bench.rs"]
#[expect(dead_code, reason = "the contract's own tests use the rest")]
mod bench;
#[path = "shared/told.rs"]
mod told;

use std::path::Path;

use bench::{dispatch, holder, import, item, new_run, patient, t};
use spine_store::{RunId, RunKind, Selection, SqliteStore, Store, StoreError, StoreOptions};
use told::told;

async fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, StoreOptions::new("here", || t(0))).await
}

/// A closed store with a run of one, whose lease was given back.
async fn with_a_run(path: &Path) {
    let store = open(path).await.unwrap();
    import(&store, [item(patient(1))]).await.unwrap();
    let fence = store.take_lease(&holder("here"), t(0)).await.unwrap().fence;
    store.open_run(fence, &new_run(RunKind::InitialUpload, 1), Selection::everybody()).await.unwrap();
    store.release_lease(fence).await.unwrap();
    store.close().await.unwrap();
}

/// What the store tells; it is closed again, so that nobody's log stays beside it.
#[cfg(unix)]
async fn all_of(path: &Path) -> String {
    let store = open(path).await.unwrap();
    let all = told(&store).await;
    store.close().await.unwrap();
    all
}

#[tokio::test]
async fn a_path_that_leads_nowhere_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for (path, advice) in [
        (
            folder.path().join("no/such/folder/store"),
            "there is no such folder; make it, or name another file",
        ),
        (file.join("store"), "there is no such folder; make it, or name another file"),
        (folder.path().to_owned(), "this is a folder; name a file in it"),
    ] {
        let refused = open(&path).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Storage(said) if said.contains(advice)), "{refused}");
        assert!(refused.to_string().contains(&path.display().to_string()), "{refused}");
    }
}

#[cfg(unix)]
mod on_unix {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;

    /// The user and the group that own nothing, by their number on every system that we know.
    const NOBODY: u32 = 65_534;

    fn rights(path: &Path, mode: u32) {
        set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    /// Whether this process may write whatever the permissions say, as an administrator may.
    fn may_do_anything(folder: &Path) -> bool {
        let probe = folder.join("probe");
        std::fs::write(&probe, "").unwrap();
        rights(&probe, 0o400);
        std::fs::OpenOptions::new().write(true).open(&probe).is_ok()
    }

    /// Not a test of its own: the process that [`what_may_not_be_written_is_told_and_left_as_it_is`] starts, without an administrator's
    /// rights. Without its variable it does nothing.
    #[tokio::test]
    async fn the_child_without_rights() {
        let Some(path) = std::env::var_os("SPINE_STORE_READ_ONLY") else { return };
        println!("\nsaid: {}", refusal(Path::new(&path)).await);
    }

    /// What is said where a run would go on in this store.
    async fn refusal(path: &Path) -> String {
        let store = match open(path).await {
            Ok(store) => store,
            Err(refused) => return format!("opening: {refused}"),
        };
        let lease = match store.take_lease(&holder("here"), t(1)).await {
            Ok(lease) => lease,
            Err(refused) => return format!("the lease: {refused}"),
        };
        match store.record(lease.fence, RunId(1), &[dispatch(1, 1, 2)]).await {
            Ok(()) => "nothing was refused".to_owned(),
            Err(refused) => format!("recording: {refused}"),
        }
    }

    /// The same of a process without an administrator's rights, if one can be started here.
    fn refusal_of_a_child(path: &Path) -> std::io::Result<String> {
        let mut child = Command::new(std::env::current_exe()?);
        child.args(["--exact", "on_unix::the_child_without_rights", "--nocapture"]);
        child.env("SPINE_STORE_READ_ONLY", path).uid(NOBODY).gid(NOBODY).current_dir("/");
        let output = child.output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let said = text.lines().find_map(|line| line.strip_prefix("said: "));
        Ok(said.map_or_else(|| format!("nothing was said: {output:?}"), ToOwned::to_owned))
    }

    #[tokio::test]
    async fn what_may_not_be_written_is_told_and_left_as_it_is() {
        for (file_mode, folder_mode, lock_mode, advice) in [
            (0o400, 0o700, 0o600, "the file or its folder is read-only for this user; change that"),
            (0o400, 0o500, 0o400, "the file or its folder is read-only for this user; change that"),
            (0o000, 0o700, 0o600, "the file or its folder is read-only for this user; change that"),
            // The file may be written, but its log cannot be made beside it.
            (0o600, 0o500, 0o600, "the file or its folder is read-only; change that, or name another file"),
            // The log may be made, but nobody could say that this process is at work.
            (0o600, 0o700, 0o400, "store.lock (permission denied): the file or its folder is read-only"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let root = may_do_anything(folder.path());
            let inner = folder.path().join("practice");
            std::fs::create_dir(&inner).unwrap();
            let path = inner.join("store");
            with_a_run(&path).await;
            let before = all_of(&path).await;
            let lock = inner.join("store.lock");
            if root {
                for owned in [folder.path(), &inner, &path, &lock] {
                    chown(owned, Some(NOBODY), Some(NOBODY)).unwrap();
                }
            }
            rights(&path, file_mode);
            rights(&lock, lock_mode);
            rights(&inner, folder_mode);
            let said = if root { refusal_of_a_child(&path) } else { Ok(refusal(&path).await) };
            rights(&inner, 0o700);
            rights(&path, 0o600);
            rights(&lock, 0o600);
            let said = match said {
                Ok(said) => said,
                Err(error) => {
                    println!("skipped: as root, and no other user's process can be started here ({error})");
                    return;
                }
            };
            assert!(said.contains(advice), "{file_mode:o} in {folder_mode:o}: {said}");
            assert!(all_of(&path).await == before);
        }
    }
}
