//! Files by their content.

#[cfg(any(feature = "engine", feature = "storage"))]
use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hexadecimal.
#[cfg(any(feature = "engine", feature = "storage"))]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes in lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_lower_case_and_two_a_byte() {
        assert_eq!(hexadecimal(&[0, 15, 255]), "000fff");
    }

    #[test]
    #[cfg(any(feature = "engine", feature = "storage"))]
    fn the_sum_is_the_standards() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), expected);
    }
}
