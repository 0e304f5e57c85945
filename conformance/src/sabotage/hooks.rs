//! Ways to plant a defect: tamper with what passes, edit the practice's files before the client reads them.

use std::path::Path;
use std::sync::Arc;

use crate::stage::edit_rows;
use crate::wire::{Reply, Request, Seen, Tamper};

type OnRequest = Box<dyn Fn(&mut Request, &Seen) + Send + Sync>;
type OnReply = Box<dyn Fn(&Request, &Seen, &mut Reply) + Send + Sync>;

struct Texts {
    request: OnRequest,
    reply: OnReply,
}

impl Tamper for Texts {
    fn request(&self, request: &mut Request, seen: &Seen) {
        (self.request)(request, seen);
    }

    fn reply(&self, request: &Request, seen: &Seen, reply: &mut Reply) {
        (self.reply)(request, seen, reply);
    }
}

/// Tampers with requests.
#[must_use]
pub fn rewriting_requests(change: impl Fn(&mut Request, &Seen) + Send + Sync + 'static) -> Arc<dyn Tamper> {
    Arc::new(Texts { request: Box::new(change), reply: Box::new(|_, _, _| {}) })
}

/// Tampers with replies; told of the request as it was before anybody tampered with it.
#[must_use]
pub fn rewriting_answers(
    change: impl Fn(&Request, &Seen, &mut Reply) + Send + Sync + 'static,
) -> Arc<dyn Tamper> {
    Arc::new(Texts { request: Box::new(|_, _| {}), reply: Box::new(change) })
}

/// Changes the cells of a column of the practice's extract; a row for which `change` says `None` goes.
pub fn edit_column(practice: &Path, table: &str, column: &str, change: impl Fn(&str) -> Option<String>) {
    edit_rows(practice, table, |rows| {
        rows.retain_mut(|row| {
            let Some(cell) = change(row.get(column).map_or("", String::as_str)) else { return false };
            row.insert(column.to_owned(), cell);
            true
        });
    });
}
