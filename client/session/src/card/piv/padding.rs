//! EMSA-PKCS1-v1_5: a PIV card does the raw RSA operation, so the encoding is ours. Source: RFC 8017, 9.2.

/// Bytes of the modulus.
const MODULUS: usize = 256;
/// DER of `DigestInfo` for SHA-256, up to the digest. Source: RFC 8017, 9.2, note 1.
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// `00 01 FF.. 00 DigestInfo digest`, as long as the modulus.
pub(crate) fn pkcs1_sha256(digest: &[u8; 32]) -> [u8; MODULUS] {
    let mut block = [0xFF; MODULUS];
    let digest_at = MODULUS - digest.len();
    let info_at = digest_at - SHA256_INFO.len();
    block[0] = 0x00;
    block[1] = 0x01;
    block[info_at - 1] = 0x00;
    block[info_at..digest_at].copy_from_slice(&SHA256_INFO);
    block[digest_at..].copy_from_slice(digest);
    block
}
