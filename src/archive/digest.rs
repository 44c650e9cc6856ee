//! Digests as WARC writes them: the label `sha256:` and base32 (RFC 4648 §6), which every reader
//! accepts.

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The labelled SHA-256 of some parts read as one.
pub(super) fn sha256(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    label(hash)
}

/// A running digest as it is labelled.
pub(super) fn label(hash: Sha256) -> String {
    format!("sha256:{}", base32(&hash.finalize()))
}

/// The labelled SHA-256 of the first `length` bytes of a file.
pub(super) fn of_file(file: std::fs::File, length: u64) -> std::io::Result<String> {
    let (mut hash, mut rest) = (Sha256::new(), std::io::Read::take(file, length));
    let mut chunk = vec![0; 256 << 10];
    loop {
        match std::io::Read::read(&mut rest, &mut chunk)? {
            0 => return Ok(label(hash)),
            read => hash.update(chunk.get(..read).unwrap_or_default()),
        }
    }
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let bits = chunk
            .iter()
            .chain(std::iter::repeat(&0))
            .take(5)
            .fold(0u64, |all, byte| all << 8 | u64::from(*byte));
        let digits = (chunk.len() * 8).div_ceil(5);
        for place in 0..8 {
            let digit = usize::try_from(bits >> (35 - 5 * place) & 31).unwrap_or(0);
            text.push(if place < digits { char::from(ALPHABET[digit]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_vectors() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY======"),
            ("fo", "MZXQ===="),
            ("foo", "MZXW6==="),
            ("foob", "MZXW6YQ="),
            ("fooba", "MZXW6YTB"),
        ] {
            assert_eq!(base32(plain.as_bytes()), text);
        }
        assert_eq!(
            sha256(&[b"a", b"bc"]),
            "sha256:XJ4BNP4PAHH6UQKBIDPF3LRCEOYAGYNDSYLXVHFUCD7WD4QACWWQ===="
        );
    }
}
