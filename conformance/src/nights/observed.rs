//! The connection to the Spine, with a look at when the first request and the first upload leave, and how many uploads there were.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use spine_client::Exchange;
use spine_client::transport::{Failure, Request, Response};

use super::clock::LeapingClock;

/// Where uploads are posted. Source: national adaptors, the address of the asynchronous services.
const UPLOADS: &str = "/clinical";

/// An exchange, observed.
pub(super) struct Observed {
    inner: Arc<dyn Exchange>,
    since: Instant,
    first_request: OnceLock<Duration>,
    first_upload: OnceLock<Duration>,
    uploads: AtomicU64,
    /// After so many uploads the clock leaps to that time.
    share: Option<(u64, LeapingClock, Timestamp)>,
}

impl Observed {
    /// Looks at `inner` from `since` on. With a share of uploads the clock leaps as soon as the last of them is about to leave: whatever a
    /// slow computer does meanwhile, no more than what is at work then leaves after it.
    pub(super) fn new(
        inner: Arc<dyn Exchange>,
        since: Instant,
        share: Option<(u64, LeapingClock, Timestamp)>,
    ) -> Self {
        Self {
            inner,
            since,
            first_request: OnceLock::new(),
            first_upload: OnceLock::new(),
            uploads: AtomicU64::new(0),
            share,
        }
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
            let uploads = self.uploads.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some((wanted, clock, to)) = &self.share
                && *wanted == uploads
            {
                clock.leap(*to);
            }
        }
        self.inner.exchange(request).await
    }
}
