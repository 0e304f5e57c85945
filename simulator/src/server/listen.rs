//! Listening on this computer only.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};

/// Why a port cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address can be reached from other computers.
    #[error(
        "{0} is not a loopback address: the fake Spine serves this computer only (use 127.0.0.1 or ::1); \
         it holds keys that anybody could read and must never stand in for the real Spine"
    )]
    NotLoopback(IpAddr),
    /// The port is taken or not allowed.
    #[error("cannot listen on {address} for {what}: {source}")]
    Taken {
        /// The service that wanted it.
        what: &'static str,
        /// Where it wanted to listen.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Listens at a loopback address; port 0 takes a free one.
/// Requirement: SIM-015.
pub(crate) fn loopback(
    what: &'static str,
    address: IpAddr,
    port: u16,
) -> Result<(TcpListener, SocketAddr), ListenError> {
    if !address.is_loopback() {
        return Err(ListenError::NotLoopback(address));
    }
    let wanted = SocketAddr::new(address, port);
    let taken = |source| ListenError::Taken { what, address: wanted, source };
    let listener = TcpListener::bind(wanted).map_err(taken)?;
    listener.set_nonblocking(true).map_err(taken)?;
    let bound = listener.local_addr().map_err(taken)?;
    Ok((listener, bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_computer_is_served() {
        for address in ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1"] {
            let error = loopback("the Spine", address.parse().unwrap(), 0).unwrap_err();
            assert!(error.to_string().contains("not a loopback address"), "{error}");
        }
        let (_held, bound) = loopback("the Spine", "127.0.0.1".parse().unwrap(), 0).unwrap();
        assert!(bound.ip().is_loopback() && bound.port() != 0);
        let error = loopback("the Spine", bound.ip(), bound.port()).unwrap_err();
        assert!(matches!(error, ListenError::Taken { what: "the Spine", .. }), "{error}");
    }
}
