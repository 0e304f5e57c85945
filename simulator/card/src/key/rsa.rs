//! RSA-2048: the raw private operation, as a card does it; padding is the caller's business.
//!
//! Constant in time over the exponent. No blinding and no Chinese remainders: nobody attacks an invented card, and one
//! exponentiation cannot leak a factor through a fault.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use zeroize::Zeroize;

use super::Unsuitable;
use crate::tlv;

/// Bits of the modulus.
const BITS: u32 = 2048;
/// Bytes of the modulus, and so of every challenge and answer.
const BYTES: usize = 256;

/// A private key: modulus and private exponent.
pub(crate) struct RsaKey {
    params: BoxedMontyParams,
    exponent: BoxedUint,
}

impl RsaKey {
    /// Reads PKCS#8 around PKCS#1 (RFC 5958, RFC 8017 A.1.2).
    pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let outer = only(der, 0x30)?;
        let [_version, _algorithm, key] = tlv::all(outer)?[..].first_chunk().copied()?;
        let inner = only(only_value(key, 0x04)?, 0x30)?;
        let [_version, modulus, _public, private] = tlv::all(inner)?[..].first_chunk().copied()?;
        let modulus = number(only_value(modulus, 0x02)?)?;
        if modulus.bits_vartime() != BITS {
            return None;
        }
        let params = BoxedMontyParams::new_vartime(Option::from(Odd::new(modulus))?);
        Some(Self { params, exponent: number(only_value(private, 0x02)?)? })
    }

    /// `challenge ^ d mod n`, 256 bytes in and out.
    pub(crate) fn raw(&self, challenge: &[u8]) -> Result<Vec<u8>, Unsuitable> {
        if challenge.len() != BYTES {
            return Err(Unsuitable);
        }
        let base = BoxedUint::from_be_slice(challenge, BITS).map_err(|_| Unsuitable)?;
        if base >= *self.params.modulus().as_ref() {
            return Err(Unsuitable);
        }
        let power = BoxedMontyForm::new(base, &self.params).pow(&self.exponent).retrieve();
        Ok(power.to_be_bytes().into_vec())
    }
}

impl Drop for RsaKey {
    fn drop(&mut self) {
        self.exponent.zeroize();
    }
}

fn only(der: &[u8], tag: u32) -> Option<&[u8]> {
    let mut rest = der;
    tlv::take(&mut rest).filter(|object| object.tag == tag).map(|object| object.value)
}

fn only_value(object: tlv::Object<'_>, tag: u32) -> Option<&[u8]> {
    (object.tag == tag).then_some(object.value)
}

/// A DER INTEGER as a number of the modulus's width; its leading zero byte is dropped.
fn number(bytes: &[u8]) -> Option<BoxedUint> {
    let bytes = match bytes {
        [0, rest @ ..] => rest,
        all => all,
    };
    BoxedUint::from_be_slice(bytes, BITS).ok()
}
