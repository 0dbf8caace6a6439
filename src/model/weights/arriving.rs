//! A tensor while its bytes arrive.

use super::WeightsError;
use super::numbers::Encoding;

/// A tensor while its bytes arrive: each number is widened to float32 and put at its place, and its bytes are let go.
#[derive(Debug)]
pub(super) struct ArrivingTensor {
    encoding: Encoding,
    /// Rows and columns of a matrix as it is stored, which is kept transposed.
    transposed: Option<[usize; 2]>,
    /// Its numbers, as many as it has.
    values: Vec<f32>,
    /// So many of them have arrived.
    arrived: usize,
    /// The beginning of a unit of which the rest is still to come.
    begun: Vec<u8>,
}

impl ArrivingTensor {
    /// A tensor of this shape, of which nothing has arrived. If it is `transposed`, the shape is a matrix's.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn new(
        name: &str,
        shape: &[usize],
        encoding: Encoding,
        transposed: bool,
    ) -> Result<Self, WeightsError> {
        let numbers = shape.iter().product();
        let mut values = Vec::new();
        values
            .try_reserve_exact(numbers)
            .map_err(|_| WeightsError::Memory {
                name: name.to_owned(),
                bytes: (numbers as u64).saturating_mul(size_of::<f32>() as u64),
            })?;
        values.resize(numbers, 0.0);
        Ok(Self {
            encoding,
            transposed: match *shape {
                [rows, columns] if transposed => Some([rows, columns]),
                _ => None,
            },
            values,
            arrived: 0,
            begun: Vec::new(),
        })
    }

    /// Takes in its next bytes, cut anywhere.
    pub fn push(&mut self, mut bytes: &[u8]) {
        let unit = self.encoding.bytes();
        if !self.begun.is_empty() {
            let (rest, others) = bytes.split_at((unit - self.begun.len()).min(bytes.len()));
            self.begun.extend(rest);
            bytes = others;
            if self.begun.len() < unit {
                return;
            }
            let begun = std::mem::take(&mut self.begun);
            self.put(&begun);
        }
        let (units, begun) = bytes.split_at(bytes.len() - bytes.len() % unit);
        self.put(units);
        self.begun.extend(begun);
    }

    fn put(&mut self, units: &[u8]) {
        let values = &mut self.values;
        let mut at = self.arrived;
        match self.transposed {
            None => self.encoding.decode(units, |value| {
                if let Some(place) = values.get_mut(at) {
                    *place = value;
                }
                at += 1;
            }),
            Some([rows, columns]) => {
                let (mut row, mut column) = (at / columns.max(1), at % columns.max(1));
                self.encoding.decode(units, |value| {
                    if let Some(place) = values.get_mut(column * rows + row) {
                        *place = value;
                    }
                    at += 1;
                    column += 1;
                    if column == columns {
                        (row, column) = (row + 1, 0);
                    }
                });
            }
        }
        self.arrived = at;
    }

    /// Its numbers, once all have arrived.
    pub fn finish(self) -> Vec<f32> {
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::weights::numbers::transpose;

    /// The numbers of a matrix whose bytes come in parts of so many.
    fn arrive(encoding: Encoding, bytes: &[u8], shape: [usize; 2], part: usize) -> [Vec<f32>; 2] {
        [false, true].map(|transposed| {
            let mut tensor = ArrivingTensor::new("x", &shape, encoding, transposed).unwrap();
            bytes.chunks(part).for_each(|part| tensor.push(part));
            tensor.finish()
        })
    }

    #[test]
    fn parts_may_end_anywhere() {
        let bytes: Vec<u8> = (0..=255).cycle().take(36 * 6).collect();
        for (encoding, shape) in [
            (Encoding::F32, [9, 6]),
            (Encoding::F16, [27, 4]),
            (Encoding::BF16, [4, 27]),
            (Encoding::Q4_0, [3, 128]),
        ] {
            let [whole, transposed] = arrive(encoding, &bytes, shape, bytes.len());
            let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(
                bits(&transposed),
                bits(&transpose(&whole, shape[0], shape[1]))
            );
            for part in 1..50 {
                let parts = arrive(encoding, &bytes, shape, part);
                assert_eq!(bits(&parts[0]), bits(&whole), "{encoding:?} {part}");
                assert_eq!(bits(&parts[1]), bits(&transposed), "{encoding:?} {part}");
            }
        }
    }

    #[test]
    fn a_tensor_beyond_memory_is_refused() {
        let shape = [usize::MAX / 8, 1];
        let error = ArrivingTensor::new("x", &shape, Encoding::F32, false).unwrap_err();
        assert!(matches!(error, WeightsError::Memory { .. }), "{error}");
    }
}
