//! Who may connect.

use rustls::version::{TLS12, TLS13};
use rustls::{HandshakeKind, ProtocolVersion, SupportedProtocolVersion};
use spine_simulator::clock::{Clock as _, SystemClock};
use spine_simulator::keys::{Authority, Credential, Validity};

use crate::client::{plain, secure, secure_as, tls_config};
use crate::population::fake;

const VERSIONS: [&[&SupportedProtocolVersion]; 2] = [&[&TLS12], &[&TLS13]];

#[test]
fn no_certificate_another_authoritys_and_an_expired_one_are_refused_and_counted() {
    let (fake, _) = fake();
    let now = SystemClock.now();
    let ours = &fake.keys().authority;
    let other = Authority::new("Somebody else", now).unwrap();
    let bad: [Option<Credential>; 4] = [
        None,
        Some(other.client("practice", Validity::around(now)).unwrap()),
        Some(ours.client("practice", Validity::expired(now)).unwrap()),
        // A server's certificate is no client's.
        Some(ours.server("127.0.0.1".parse().unwrap(), Validity::around(now)).unwrap()),
    ];
    let mut refused = 0;
    for (index, credential) in bad.iter().enumerate() {
        for (url, versions) in [
            (&fake.ready().spine, VERSIONS[0]),
            (&fake.ready().spine, VERSIONS[1]),
            (&fake.ready().identity, VERSIONS[1]),
        ] {
            let config = tls_config(&fake, credential.as_ref(), versions);
            let outcome = secure_as(config, url, "localhost").unwrap().get("/");
            assert!(outcome.is_err(), "certificate {index} was let in");
            refused += 1;
        }
    }
    // A certificate made later by the right authority is let in, so the refusals above were not for lateness.
    let good = ours.client("another system", Validity::around(now)).unwrap();
    for versions in VERSIONS {
        let config = tls_config(&fake, Some(&good), versions);
        secure_as(config, &fake.ready().spine, "localhost").unwrap().get("/nowhere").unwrap();
    }
    // The server counts after its alert has left, so the count may come a moment after the client has given up.
    let mut control = plain(&fake.ready().control);
    let counted = (0..10_000)
        .map(|_| control.get("/health").unwrap().json()["refused_handshakes"].as_u64().unwrap())
        .find(|counted| *counted >= refused);
    assert_eq!(counted, Some(refused));
}

#[test]
fn the_server_is_known_by_name_and_by_either_address_and_by_nothing_else() {
    let (fake, _) = fake();
    let config = tls_config(&fake, Some(&fake.keys().client), rustls::DEFAULT_VERSIONS);
    for (name, known) in [("localhost", true), ("127.0.0.1", true), ("::1", true), ("spine.example", false)] {
        let mut connection = secure_as(config.clone(), &fake.ready().spine, name).unwrap();
        assert_eq!(connection.get("/nowhere").is_ok(), known, "{name}");
    }
}

#[test]
fn another_simulators_authority_is_not_trusted() {
    let ((one, _), (other, _)) = (fake(), fake());
    let config = tls_config(&one, Some(&one.keys().client), rustls::DEFAULT_VERSIONS);
    assert!(secure_as(config, &other.ready().spine, "localhost").unwrap().get("/").is_err());
}

#[test]
fn both_versions_are_spoken_and_sessions_are_resumed() {
    let (fake, _) = fake();
    for (versions, version) in VERSIONS.into_iter().zip([ProtocolVersion::TLSv1_2, ProtocolVersion::TLSv1_3])
    {
        let config = tls_config(&fake, Some(&fake.keys().client), versions);
        for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
            let mut connection = secure_as(config.clone(), &fake.ready().spine, "localhost").unwrap();
            connection.get("/nowhere").unwrap();
            assert_eq!(connection.handshake(), (Some(kind), Some(version)));
        }
    }
}

#[test]
fn the_identity_service_and_the_spine_answer_the_same_client() {
    let (fake, _) = fake();
    assert_eq!(secure(&fake, &fake.ready().identity).post("/challenge", b"").unwrap().status, 200);
    assert_eq!(secure(&fake, &fake.ready().identity).get("/challenge").unwrap().status, 405);
    assert_eq!(secure(&fake, &fake.ready().identity).get("/elsewhere").unwrap().status, 404);
}
