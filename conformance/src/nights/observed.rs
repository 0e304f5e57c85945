//! The connection to the Spine, with a look at when the first request and the first upload leave, and how many uploads there were.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use spine_client::Exchange;
use spine_client::transport::{Failure, Request, Response};
use tokio::sync::Notify;

/// Where uploads are posted. Source: national adaptors, the address of the asynchronous services.
const UPLOADS: &str = "/clinical";

/// An exchange, observed.
pub(super) struct Observed {
    inner: Arc<dyn Exchange>,
    since: Instant,
    first_request: OnceLock<Duration>,
    first_upload: OnceLock<Duration>,
    uploads: AtomicU64,
    /// After so many uploads `enough` is told.
    wanted: u64,
    enough: Notify,
}

impl Observed {
    /// Looks at `inner` from `since` on; tells when `wanted` uploads have left.
    pub(super) fn new(inner: Arc<dyn Exchange>, since: Instant, wanted: u64) -> Self {
        Self {
            inner,
            since,
            first_request: OnceLock::new(),
            first_upload: OnceLock::new(),
            uploads: AtomicU64::new(0),
            wanted,
            enough: Notify::new(),
        }
    }

    /// Returns when enough uploads have left.
    pub(super) async fn enough(&self) {
        self.enough.notified().await;
    }

    pub(super) fn first_request(&self) -> Option<Duration> {
        self.first_request.get().copied()
    }

    pub(super) fn first_upload(&self) -> Option<Duration> {
        self.first_upload.get().copied()
    }
}

#[async_trait]
impl Exchange for Observed {
    async fn exchange(&self, request: Request) -> Result<Response, Failure> {
        self.first_request.get_or_init(|| self.since.elapsed());
        if request.target == UPLOADS {
            self.first_upload.get_or_init(|| self.since.elapsed());
            if self.uploads.fetch_add(1, Ordering::Relaxed) + 1 == self.wanted {
                self.enough.notify_one();
            }
        }
        self.inner.exchange(request).await
    }
}
