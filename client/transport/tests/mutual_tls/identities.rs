//! Certificates that are not accepted, on either side, and identities that cannot even be built.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::version::{TLS12, TLS13};
use spine_transport::{
    Cause, CertificateFault, Failure, Identity, Misconfigured, MutualTls, Origin, Settings, TrustAnchors,
    Whose,
};

use crate::certificates::{FUTURE, NOW, PAST};
use crate::server::{self, Server};
use crate::world::{World, anchors, identity, ok, post};

fn refused(whose: Whose, why: CertificateFault) -> Failure {
    Failure::NeverSent(Cause::CertificateRefused { whose, why })
}

/// With the wait for the verdict a refusal is seen before anything is sent; without it, after the request has left. Both
/// are proof that the service has read nothing.
fn with_and_without_verdict() -> [Settings; 2] {
    [Settings::default(), Settings { verdict_wait: Duration::ZERO, ..Settings::default() }]
}

#[tokio::test]
async fn a_certificate_of_ours_that_the_service_refuses_is_an_identity_fault_and_nothing_was_sent() {
    let world = World::new();
    let cases = [
        ("none", Identity::anonymous(), CertificateFault::Missing),
        (
            "stranger's",
            identity(&world.stranger.issue(&["practice.example"], NOW)),
            CertificateFault::UnknownCa,
        ),
        ("expired", identity(&world.authority.issue(&["practice.example"], PAST)), CertificateFault::Expired),
    ];
    for (name, ours, why) in cases {
        for version in [&TLS13, &TLS12] {
            for settings in with_and_without_verdict() {
                let config = server::config(&world.server, &world.authority.pem, &[version]);
                let server = Server::start(config, |_, _| ok("")).await;
                let origin = crate::world::localhost(server.address);
                let client = MutualTls::new(origin, &ours, &anchors(&world.authority), settings).unwrap();
                let failure = post(&client, "body").await.unwrap_err();
                assert_eq!(failure, refused(Whose::Ours, why), "{name} {version:?}");
                assert!(failure.is_identity_fault());
                assert_eq!(server.requests(), 0, "{name} {version:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_service_whose_certificate_we_refuse_gets_nothing() {
    let world = World::new();
    let cases = [
        ("stranger's", world.stranger.issue(&["localhost"], NOW), CertificateFault::UnknownCa),
        ("expired", world.authority.issue(&["localhost"], PAST), CertificateFault::Expired),
        ("not yet valid", world.authority.issue(&["localhost"], FUTURE), CertificateFault::NotYetValid),
        ("another host's", world.authority.issue(&["spine.example"], NOW), CertificateFault::NameMismatch),
    ];
    for (name, theirs, why) in cases {
        for version in [&TLS13, &TLS12] {
            let config = server::config(&theirs, &world.authority.pem, &[version]);
            let server = Server::start(config, |_, _| ok("")).await;
            let client = world.client(server.address, Settings::default());
            let failure = post(&client, "body").await.unwrap_err();
            assert_eq!(failure, refused(Whose::Theirs, why), "{name} {version:?}");
            assert!(failure.is_identity_fault());
            assert_eq!(server.requests(), 0, "{name} {version:?}");
        }
    }
}

#[tokio::test]
async fn the_name_checked_is_the_one_in_the_address() {
    let world = World::new();
    for (names, is_trusted) in [(vec!["localhost"], false), (vec!["localhost", "127.0.0.1"], true)] {
        let own = world.authority.issue(&names, NOW);
        let config = server::config(&own, &world.authority.pem, &crate::world::BOTH);
        let server = Server::start(config, |_, _| ok("")).await;
        let origin = Origin::parse(&format!("https://{}", server.address)).unwrap();
        let ours = identity(&world.client);
        let client = MutualTls::new(origin, &ours, &anchors(&world.authority), Settings::default()).unwrap();
        let outcome = post(&client, "body").await;
        let expected = refused(Whose::Theirs, CertificateFault::NameMismatch);
        assert_eq!(outcome.map(|_| ()), if is_trusted { Ok(()) } else { Err(expected) });
    }
}

#[test]
fn our_own_certificate_is_checked_against_the_clock_when_there_is_one() {
    let world = World::new();
    let year = |year: u64| Some(UNIX_EPOCH + Duration::from_hours((year - 1970) * 8766));
    let read = |pair: &crate::certificates::Pair, now: Option<SystemTime>| {
        Identity::from_pem(pair.certificate.as_bytes(), pair.key.as_bytes(), now)
    };
    let expired = world.authority.issue(&["practice.example"], PAST);
    assert!(read(&expired, year(2010)).is_ok());
    assert!(read(&expired, None).is_ok());
    let error = read(&expired, year(2026)).unwrap_err();
    assert!(matches!(error, Misconfigured::Expired { .. }));
    assert_eq!(
        error.to_string(),
        "our certificate expired on Jan  1 00:00:00 2011 +00:00: renew it before connecting"
    );
    let future = world.authority.issue(&["practice.example"], FUTURE);
    assert!(matches!(read(&future, year(2026)), Err(Misconfigured::NotYetValid { .. })));
    let valid = read(&world.client, year(2026)).unwrap();
    assert!(valid.not_after() > year(2119) && valid.not_after() < year(2121));
}

#[test]
fn an_identity_that_cannot_work_is_refused_when_it_is_built() {
    let world = World::new();
    let (certificate, key) = (world.client.certificate.as_str(), world.client.key.as_str());
    let broken = certificate.replace("MII", "!!!");
    let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let old_style = key.replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\n\n");
    let read = |certificate: &str, key: &str| {
        Identity::from_pem(certificate.as_bytes(), key.as_bytes(), None).unwrap_err()
    };
    assert!(matches!(read("", key), Misconfigured::NoCertificate { .. }));
    assert!(matches!(read(key, key), Misconfigured::NoCertificate { .. }));
    assert!(matches!(read(&broken, key), Misconfigured::CertificateMalformed { .. }));
    assert!(matches!(read(certificate, ""), Misconfigured::NoKey));
    assert!(matches!(read(certificate, certificate), Misconfigured::NoKey));
    assert!(matches!(read(certificate, &encrypted), Misconfigured::KeyEncrypted));
    assert!(matches!(read(certificate, &old_style), Misconfigured::KeyEncrypted));
    assert!(matches!(read(certificate, &world.server.key), Misconfigured::KeyDoesNotFit));
    assert!(matches!(TrustAnchors::from_pem(b"").unwrap_err(), Misconfigured::NoCertificate { .. }));
    let missing = Path::new("there/is/no/such.pem");
    let error = Identity::from_files(missing, missing, None).unwrap_err();
    assert!(error.to_string().contains("there/is/no/such.pem"), "{error}");
    assert!(matches!(TrustAnchors::from_file(missing), Err(Misconfigured::File { .. })));
}

#[test]
fn debug_shows_no_key() {
    let world = World::new();
    let shown = format!("{:?}", identity(&world.client));
    assert!(shown.starts_with("Identity { not_after: Some("), "{shown}");
    assert!(!shown.to_ascii_lowercase().contains("key"), "{shown}");
}
