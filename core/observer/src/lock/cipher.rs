//! Keys that follow from keys, and what is sealed under them: HKDF-SHA256 and ChaCha20-Poly1305.

use baqylau_protocol::keys::random;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf;
use zeroize::Zeroizing;

/// HKDF-SHA256 (RFC 5869) to 32 bytes.
pub(crate) fn derive(secret: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret);
    let mut out = Zeroizing::new([0; 32]);
    let info = [info];
    let okm = prk.expand(&info, hkdf::HKDF_SHA256).expect("32 bytes are within the limit of HKDF");
    okm.fill(&mut *out).expect("the length is the one that was asked for");
    out
}

/// A key wrapped under another.
pub(super) fn wrap(key: &[u8; 32], plain: &[u8; 32]) -> Vec<u8> {
    seal_with(&row_cipher(key), &[], plain)
}

/// `None` where it was wrapped under another key.
pub(super) fn unwrap(key: &[u8; 32], wrapped: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let plain = open_with(&row_cipher(key), &[], wrapped)?;
    let mut out = Zeroizing::new([0; 32]);
    (plain.len() == 32).then(|| out.copy_from_slice(&plain))?;
    Some(out)
}

/// ChaCha20-Poly1305 with a random nonce in front.
pub(crate) fn seal_with(key: &LessSafeKey, aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce: [u8; 12] = random();
    let mut out = Vec::with_capacity(12 + plain.len() + 16);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(plain);
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut out[12..])
        .expect("the text is far below the limit of the cipher");
    out.extend_from_slice(tag.as_ref());
    out
}

pub(crate) fn open_with(key: &LessSafeKey, aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, text) = sealed.split_at_checked(12)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = Zeroizing::new(text.to_vec());
    let length = key.open_in_place(nonce, Aad::from(aad), &mut text).ok()?.len();
    text.truncate(length);
    Some(text)
}

pub(crate) fn row_cipher(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).expect("the key has 32 bytes"))
}
