//! Axes: from values to places, and round numbers for ticks.

/// A linear axis from 0 to a round number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    end: f64,
    tick: f64,
}

impl Scale {
    /// An axis that ends at or above `most`, with about `ticks` ticks.
    pub(crate) fn up_to(most: f64, ticks: u32) -> Self {
        let most = if most.is_finite() && most > 0.0 {
            most
        } else {
            1.0
        };
        let tick = round_up(most / f64::from(ticks));
        Self {
            end: tick * (most / tick - 1e-9).ceil(),
            tick,
        }
    }

    /// An axis that ends at `end` exactly, with ticks at whole numbers.
    pub(crate) fn steps(end: u32, ticks: u32) -> Self {
        let end = f64::from(end.max(1));
        Self {
            end,
            tick: round_up(end / f64::from(ticks)).max(1.0).ceil(),
        }
    }

    /// Where a value lies, 0 to 1; values outside lie on the nearer end.
    pub(crate) fn place(&self, value: f64) -> f64 {
        (value / self.end).clamp(0.0, 1.0)
    }

    /// The value at a place.
    pub(crate) fn value(&self, place: f64) -> f64 {
        place * self.end
    }

    /// Values of the ticks, from 0 on.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let count = (self.end / self.tick + 1e-9).floor() as u32;
        (0..=count)
            .map(|index| f64::from(index) * self.tick)
            .collect()
    }
}

/// The nearest 1, 2, 2.5 or 5 times a power of ten at or above a positive value.
fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|round| *round >= value * (1.0 - 1e-9))
        .unwrap_or(value)
}
