//! Where things are on this computer: the store, and the computer's own name.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// The store: as said, or `practice.scr` in the user's data folder, or here where there is none.
pub(super) fn store(said: Option<PathBuf>) -> PathBuf {
    said.unwrap_or_else(|| default_store(|name| env::var_os(name).filter(|value| !value.is_empty())))
}

fn default_store(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    let data = variable("XDG_DATA_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".local").join("share")));
    data.map_or_else(PathBuf::new, |data| data.join("scr")).join("practice.scr")
}

/// This computer's name, for the lease: who else works on this practice is told by it.
#[must_use]
pub fn host_name() -> String {
    let named = env::var("COMPUTERNAME").ok();
    let named = named.or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok());
    let named = named.or_else(|| {
        let output = Command::new("hostname").output().ok()?;
        String::from_utf8(output.stdout).ok()
    });
    let named = named.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    named.unwrap_or_else(|| "localhost".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_is_in_the_users_data_folder_or_here() {
        let at = |set: &[(&str, &str)]| {
            default_store(|name| set.iter().find(|(is, _)| *is == name).map(|(_, value)| value.into()))
        };
        for (set, wanted) in [
            (&[("XDG_DATA_HOME", "/data"), ("HOME", "/users/olive")][..], "/data/scr/practice.scr"),
            (&[("HOME", "/users/olive")], "/users/olive/.local/share/scr/practice.scr"),
            (&[("XDG_DATA_HOME", "relative"), ("HOME", "/h")], "/h/.local/share/scr/practice.scr"),
            (&[], "practice.scr"),
        ] {
            assert_eq!(at(set), PathBuf::from(wanted));
        }
    }
}
