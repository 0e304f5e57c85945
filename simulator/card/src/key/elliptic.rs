//! P-256: ECDSA over a digest that the caller computed.

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

use super::Unsuitable;

/// A private key on the curve. The library wipes it when it is dropped.
pub(crate) struct EllipticKey(EcdsaKeyPair);

impl EllipticKey {
    /// Reads PKCS#8.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der).ok().map(Self)
    }

    /// Signs 1 to 32 bytes of digest; a shorter one counts as the number it is. The answer is DER.
    pub(crate) fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>, Unsuitable> {
        let missing = 32usize.checked_sub(digest.len()).filter(|missing| *missing < 32).ok_or(Unsuitable)?;
        let mut padded = [0; 32];
        padded[missing..].copy_from_slice(digest);
        let digest = Digest::import_less_safe(&padded, &SHA256).map_err(|_| Unsuitable)?;
        self.0.sign_digest(&digest).map(|signature| signature.as_ref().to_vec()).map_err(|_| Unsuitable)
    }
}
