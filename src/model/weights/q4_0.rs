//! Matrices of 4-bit numbers.
//!
//! A safetensors file has no type for them, so that a matrix `NAME` of shape `[rows, columns]` is stored as the bytes
//! `NAME.q4_0` of shape `[rows, columns / 32 * 18]`. Each 18 bytes of a row are a block of 32 numbers: a float16 scale
//! `d`, then 16 bytes whose low halves are the first 16 numbers and whose high halves are the others, each standing
//! for `(half - 8) * d`. That is 4.5 bits a number.
//!
//! Source: `block_q4_0` and `dequantize_row_q4_0` of ggml, `ggml/src/ggml-common.h` and `ggml/src/ggml-quants.c`,
//! <https://github.com/ggml-org/ggml>.

use half::f16;

/// Numbers of a block.
const NUMBERS: usize = 32;
/// Bytes of a block.
pub(super) const BYTES: usize = 18;

/// Follows the name of a matrix that is stored so.
pub(super) const SUFFIX: &str = ".q4_0";

/// The shape of the bytes that hold numbers of `shape`, if they can be stored so.
pub(super) fn stored_shape(shape: &[usize]) -> Option<[usize; 2]> {
    match *shape {
        [rows, columns] if columns.is_multiple_of(NUMBERS) => {
            Some([rows, columns / NUMBERS * BYTES])
        }
        _ => None,
    }
}

/// Gives each number of whole blocks to `put`.
pub(super) fn decode(bytes: &[u8], mut put: impl FnMut(f32)) {
    let (blocks, _) = bytes.as_chunks::<BYTES>();
    for [low, high, halves @ ..] in blocks {
        let scale = f16::from_le_bytes([*low, *high]).to_f32();
        let number = |half: u8| (f32::from(half) - 8.0) * scale;
        halves.iter().for_each(|byte| put(number(byte & 0x0f)));
        halves.iter().for_each(|byte| put(number(byte >> 4)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_f32(bytes: &[u8]) -> Vec<f32> {
        let mut numbers = Vec::new();
        decode(bytes, |number| numbers.push(number));
        numbers
    }

    #[test]
    fn a_block_is_read_in_ggmls_order() {
        // 0x3800 is 0.5. The first byte holds the numbers 0 and 16, the last 15 and 31.
        let mut block = [0x88; BYTES];
        block[..2].copy_from_slice(&[0x00, 0x38]);
        block[2] = 0xf0;
        block[17] = 0x3a;
        let mut expected = [0.0; NUMBERS];
        (expected[0], expected[16]) = (-4.0, 3.5);
        (expected[15], expected[31]) = (1.0, -2.5);
        assert_eq!(to_f32(&block), expected);
    }

    #[test]
    fn numbers_are_those_of_ggml() {
        #[derive(serde::Deserialize)]
        struct Golden {
            bytes: Vec<u8>,
            values: Vec<f32>,
        }
        let golden = include_str!("../../../tests/fixtures/golden/q4_0.json");
        let Golden { bytes, values } = serde_json::from_str(golden).unwrap();
        assert_eq!(to_f32(&bytes), values);
    }

    #[test]
    fn only_matrices_of_whole_blocks_are_stored_so() {
        assert_eq!(stored_shape(&[5, 64]), Some([5, 36]));
        assert_eq!(stored_shape(&[5, 48]), None);
        assert_eq!(stored_shape(&[64]), None);
    }
}
