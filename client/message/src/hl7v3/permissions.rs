//! The ACS setting, `SET_RESOURCE_PERMISSIONS_INUK01`: writing it.

use spine_vocabulary::{AcsPermission, MessageId, NhsNumber};

use crate::context::{Addressing, Author, Stamp};
use crate::frozen::Frozen;

/// Composes the request that sets both permissions, to store and to view, to the same value. [`AcsPermission::Ask`]
/// travels as `Clear`.
#[must_use]
pub fn set_permissions(
    number: NhsNumber,
    permission: AcsPermission,
    id: MessageId,
    author: &Author,
    addressing: &Addressing,
    stamp: &Stamp,
) -> Frozen {
    let _ = (number, permission, id, author, addressing, stamp);
    todo!()
}
