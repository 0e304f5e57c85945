//! What SQLite's errors mean to people. They carry no values of ours, and neither does what is made of them.

use spine_rules::lifecycle::IllegalFact;

use crate::error::StoreError;

/// Primary result codes of SQLite that an operator can do something about. Source: sqlite.org, Result and Error Codes.
const MEANINGS: &[(i64, &str)] = &[
    (5, "another program keeps the file locked; close it and try again"),
    (6, "another program keeps the file locked; close it and try again"),
    (7, "there is not enough memory"),
    (8, "the file or its folder is read-only; change that, or name another file"),
    (10, "the disk reports an error; check it, and keep a copy of the file"),
    (11, "the file is damaged; restore it from a copy"),
    (13, "the disk is full; make room and resume"),
    (14, "the file cannot be opened; check the folder and its permissions"),
    (19, "the write breaks one of the store's own rules (bug)"),
    (26, "the file is no store; choose another"),
];

/// Extended result code of a broken UNIQUE constraint.
const CONSTRAINT_UNIQUE: i64 = 2067;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                let code = error.code().and_then(|code| code.parse::<i64>().ok()).unwrap_or_default();
                // Invariant J2: the only one that a caller can run into without having read what it broke.
                if code == CONSTRAINT_UNIQUE && error.message().contains("entry.interaction") {
                    return Self::IllegalFact(IllegalFact);
                }
                let meaning = MEANINGS.iter().find(|(primary, _)| *primary == code & 0xff);
                let text = meaning.map_or("SQLite reports an error", |(_, text)| *text);
                Self::Storage(format!("{text} (SQLite {code})"))
            }
            sqlx::Error::Io(error) => Self::Storage(format!("the disk reports an error ({})", error.kind())),
            sqlx::Error::PoolTimedOut => Self::Storage("every reader of the store is busy".to_owned()),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => damaged("a value"),
            _ => Self::Storage("the store's connection failed".to_owned()),
        }
    }
}

/// Something in the file is not as this software wrote it.
pub(super) fn damaged(what: &'static str) -> StoreError {
    StoreError::Storage(format!("the file is damaged ({what} cannot be read); restore it from a copy"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_connection_is_told_in_plain_words() {
        let error = StoreError::from(sqlx::Error::WorkerCrashed);
        assert_eq!(error.to_string(), "the store cannot be written or read: the store's connection failed");
    }
}
