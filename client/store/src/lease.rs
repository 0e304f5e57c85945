//! One run at a time per practice: a lease whose fence rises at each takeover (invariant J5).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::seam::Result;

/// Rises at each takeover; a stale holder's write is refused by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fence(pub u64);

/// Who holds a lease, as the second comer is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Name of the host.
    pub host: String,
    /// Process id on that host.
    pub pid: u32,
    /// The operator's name.
    pub operator: String,
}

/// A held lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Its fence.
    pub fence: Fence,
    /// Its holder.
    pub holder: Holder,
    /// When it ends for other hosts unless renewed.
    pub ends_at: Timestamp,
}

/// How long a lease lasts for other hosts unless renewed, in seconds.
pub const LEASE_SECONDS: i64 = 60;

/// When a lease that is taken or renewed now ends for other hosts.
pub(crate) fn until(now: Timestamp) -> Result<Timestamp> {
    now.checked_add(SignedDuration::from_secs(LEASE_SECONDS))
        .map_err(|_| StoreError::Storage("the clock stands at the end of time".to_owned()))
}
