//! What JSON would not keep as it is.

use serde::{Deserialize, Serialize};

use super::record::RunEnd;

/// A number that JSON keeps to the bit, as an integer: its decimals would be read back with an error in the last place,
/// which decides between equal validations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub(super) struct ExactF64(pub(super) f64);

impl From<u64> for ExactF64 {
    fn from(bits: u64) -> Self {
        Self(f64::from_bits(bits))
    }
}

impl From<ExactF64> for u64 {
    fn from(value: ExactF64) -> Self {
        value.0.to_bits()
    }
}

/// A [`RunEnd`] whose loss may be no number, which JSON does not have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum ExactRunEnd {
    Completed,
    Stopped,
    EarlyStopped,
    NotFinite { step: u32, loss: ExactF64 },
}

impl From<RunEnd> for ExactRunEnd {
    fn from(end: RunEnd) -> Self {
        match end {
            RunEnd::Completed => Self::Completed,
            RunEnd::Stopped => Self::Stopped,
            RunEnd::EarlyStopped => Self::EarlyStopped,
            RunEnd::NotFinite { step, loss } => Self::NotFinite {
                step,
                loss: ExactF64(loss),
            },
        }
    }
}

impl From<ExactRunEnd> for RunEnd {
    fn from(end: ExactRunEnd) -> Self {
        match end {
            ExactRunEnd::Completed => Self::Completed,
            ExactRunEnd::Stopped => Self::Stopped,
            ExactRunEnd::EarlyStopped => Self::EarlyStopped,
            ExactRunEnd::NotFinite { step, loss } => Self::NotFinite { step, loss: loss.0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_kept_to_the_bit() {
        let through_json = |end: RunEnd| {
            let json = serde_json::to_string(&ExactRunEnd::from(end)).unwrap();
            RunEnd::from(serde_json::from_str::<ExactRunEnd>(&json).unwrap())
        };
        for end in [RunEnd::Completed, RunEnd::Stopped, RunEnd::EarlyStopped] {
            assert_eq!(through_json(end), end);
        }
        for loss in [f64::NAN, f64::NEG_INFINITY, 0.1 + 0.2, -0.0] {
            let RunEnd::NotFinite {
                step: 7,
                loss: kept,
            } = through_json(RunEnd::NotFinite { step: 7, loss })
            else {
                panic!("another end");
            };
            assert_eq!(kept.to_bits(), loss.to_bits());
        }
    }
}
