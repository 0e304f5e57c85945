//! The ACS setting, `SET_RESOURCE_PERMISSIONS_INUK01`: writing it.

use spine_vocabulary::code::system;
use spine_vocabulary::{AcsPermission, Interaction, MessageId, NhsNumber};

use super::wrapper::Wrapper;
use crate::context::{Addressing, Author, Stamp};
use crate::frozen::Frozen;
use crate::soap::envelope;
use crate::xml::names::CRS;
use crate::xml::writer::Writer;

/// Composes the request that sets both permissions, to store and to view, to the same value. [`AcsPermission::Ask`]
/// travels as `Clear`, which names no accessor. Source: SCR FHIR API adaptor; Spine rules on ACS requests.
/// Requirements: CON-030, CON-042.
#[must_use]
pub fn set_permissions(
    number: NhsNumber,
    permission: AcsPermission,
    id: MessageId,
    author: &Author,
    addressing: &Addressing,
    stamp: &Stamp,
) -> Frozen {
    let interaction = Interaction::SetPermissions;
    let receiver = &addressing.psis_asid;
    let wrapper = Wrapper { interaction, version: "V3NPfIT3.0", id, receiver, author, addressing, stamp };
    envelope::compose(&wrapper, |w| {
        w.element("crs:setResourcePermissionsRequest", &[("xmlns:crs", CRS)], |w| {
            w.element("crs:permissions", &[], |w| {
                let context = [("root", system::NHS_NUMBER), ("extension", &number.reveal())];
                w.empty("crs:resourceContext", &context);
                assertion(w, number, permission, "View");
                assertion(w, number, permission, "Store");
            });
        });
    })
}

fn assertion(w: &mut Writer, number: NhsNumber, permission: AcsPermission, function: &str) {
    w.element("crs:accessControlAssertion", &[], |w| {
        w.text("crs:permission", &[], permission.spine());
        w.element("crs:resource", &[], |w| {
            w.text("crs:type", &[], "SCR");
            w.text("crs:Id", &[], &number.reveal());
        });
        w.element("crs:function", &[], |w| {
            w.text("crs:context", &[], "Consent");
            w.text("crs:code", &[], function);
        });
        if permission != AcsPermission::Ask {
            w.element("crs:accessor", &[], |w| {
                w.text("crs:type", &[], "Everyone");
                w.element("crs:accessorId", &[], |w| w.text("crs:name", &[], "Everyone"));
            });
        }
    });
}
