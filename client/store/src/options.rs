//! What a store is told when it opens.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::lease::Holder;

/// Tells the time.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a store is told when it opens.
#[derive(Clone)]
pub struct StoreOptions {
    /// Name of this host, as [`crate::Holder::host`] gives it when this process takes the lease.
    pub host: String,
    /// Tells whether another host's lease has ended where a [`crate::Run`] is read.
    pub now: Now,
    /// How many pages of 4 KiB the store may grow to; as many as the disk holds where there is none. A store that reaches it
    /// says that the disk is full: a full disk can be tried out by it.
    pub page_limit: Option<u32>,
}

impl StoreOptions {
    /// Options of this host with its clock.
    pub fn new(host: impl Into<String>, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { host: host.into(), now: Arc::new(now), page_limit: None }
    }

    /// The same with a bound of so many pages.
    #[must_use]
    pub fn limited_to(self, pages: u32) -> Self {
        Self { page_limit: Some(pages), ..self }
    }

    /// An import takes the lease for as long as it lasts, in this name.
    pub(crate) fn importer(&self) -> Holder {
        Holder { host: self.host.clone(), pid: std::process::id(), operator: "an import".to_owned() }
    }
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions").field("host", &self.host).finish_non_exhaustive()
    }
}
