//! The interactions that are served synchronously, and what is particular to each.

use spine_vocabulary::{Interaction, Service};

use crate::spine::Spine;
use crate::wire::namespace::{CRS, HL7};

/// One interaction of this address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub(super) interaction: Interaction,
    pub(super) service: Service,
    /// The element that its control act holds.
    pub(super) content: (&'static str, &'static str),
    /// The element around its answer. Source: real answers of Spine 2.
    pub(super) wrapper: &'static str,
}

/// Every interaction that is served here.
pub(super) const ROUTES: [Route; 5] = [
    Route {
        interaction: Interaction::EventListQuery,
        service: Service::PsisQuery,
        content: (HL7, "query"),
        wrapper: "eventListQueryResponse",
    },
    Route {
        interaction: Interaction::EventListQueryMim,
        service: Service::PsisQuery,
        content: (HL7, "query"),
        wrapper: "eventListQueryResponse",
    },
    Route {
        interaction: Interaction::EventQuery,
        service: Service::PsisQuery,
        content: (HL7, "query"),
        wrapper: "eventQueryResponse",
    },
    Route {
        interaction: Interaction::PdsRetrieval,
        service: Service::PdsQuery,
        content: (HL7, "query"),
        wrapper: "retrievalQueryResponse",
    },
    Route {
        interaction: Interaction::SetPermissions,
        service: Service::Lrs,
        content: (CRS, "setResourcePermissionsRequest"),
        wrapper: "setResourcePermissionsResponse",
    },
];

/// The ASID that requests of this interaction are addressed to.
pub(super) fn own_asid<'a>(spine: &'a Spine, route: &Route) -> &'a str {
    match route.service {
        Service::PdsQuery => spine.settings().addressing.pds.as_str(),
        Service::Psis | Service::PsisQuery | Service::Lrs => spine.settings().addressing.psis.as_str(),
    }
}
