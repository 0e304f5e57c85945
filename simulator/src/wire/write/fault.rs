//! SOAP faults.

use super::DECLARATION;
use super::element::Element;
use crate::wire::issue::Fault;
use crate::wire::namespace::{NASP, SOAP};

/// A fault's whole document.
pub(crate) fn fault(fault: &Fault) -> String {
    faults(fault, std::slice::from_ref(fault))
}

/// The whole document of a fault with several errors; `first` says whose fault it is.
pub(crate) fn faults(first: &Fault, all: &[Fault]) -> String {
    let error = |fault: &Fault| {
        Element::new("nasp:error")
            .with(Element::new("nasp:codeContext").text(fault.code.system))
            .with(Element::new("nasp:errorCode").text(fault.code.code))
            .with(Element::new("nasp:severity").text("Error"))
            .with(Element::new("nasp:location").text(fault.location))
            .with(Element::new("nasp:description").text(fault.description.as_str()))
    };
    let list = Element::new("nasp:errorList").attr("xmlns:nasp", NASP).with_all(all.iter().map(error));
    let string = if first.party == "Client" { first.description.as_str() } else { "Application Exception" };
    let body = Element::new("SOAP:Fault")
        .with(Element::new("faultcode").text(format!("SOAP:{}", first.party)))
        .with(Element::new("faultstring").text(string))
        .with(Element::new("detail").with(list));
    let envelope =
        Element::new("SOAP:Envelope").attr("xmlns:SOAP", SOAP).with(Element::new("SOAP:Body").with(body));
    format!("{DECLARATION}{}", envelope.render())
}
