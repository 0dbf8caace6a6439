//! Axes: from values to places, and round numbers for ticks.

/// A linear axis between two values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    start: f64,
    end: f64,
    tick: f64,
}

impl Scale {
    /// An axis from 0 that ends at or above `most`, with about `ticks` ticks.
    pub fn up_to(most: f64, ticks: u32) -> Self {
        let most = if most.is_finite() && most > 0.0 {
            most
        } else {
            1.0
        };
        let tick = round_up(most / f64::from(ticks));
        Self {
            start: 0.0,
            end: tick * (most / tick - 1e-9).ceil(),
            tick,
        }
    }

    /// An axis from 0 that ends at `end` exactly, with ticks at whole numbers.
    pub fn steps(end: u32, ticks: u32) -> Self {
        let end = f64::from(end.max(1));
        Self {
            start: 0.0,
            end,
            tick: round_up(end / f64::from(ticks)).max(1.0).ceil(),
        }
    }

    /// An axis of shares, 0 to 1.
    pub fn shares() -> Self {
        Self {
            start: 0.0,
            end: 1.0,
            tick: 0.2,
        }
    }

    /// An axis that holds all the values that are numbers, between round ones, with about `ticks` ticks.
    pub fn around(values: impl Iterator<Item = f64>, ticks: u32) -> Self {
        let (least, most) = values.filter(|value| value.is_finite()).fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(least, most), value| (least.min(value), most.max(value)),
        );
        let width = most - least;
        let (least, most) = match width {
            width if width.is_finite() && width > 0.0 => (least, most),
            _ if least.is_finite() => (least - 0.5, least + 0.5),
            _ => (0.0, 1.0),
        };
        let tick = round_up((most - least) / f64::from(ticks));
        Self {
            start: tick * (least / tick + 1e-9).floor(),
            end: tick * (most / tick - 1e-9).ceil(),
            tick,
        }
    }

    /// The axis's ends.
    pub fn ends(&self) -> (f64, f64) {
        (self.start, self.end)
    }

    /// Where a value lies, 0 to 1; values outside lie on the nearer end.
    pub fn place(&self, value: f64) -> f64 {
        ((value - self.start) / (self.end - self.start)).clamp(0.0, 1.0)
    }

    /// Values of the ticks, from the start on.
    pub fn ticks(&self) -> Vec<f64> {
        let count = ((self.end - self.start) / self.tick + 1e-9).floor() as u32;
        (0..=count)
            .map(|index| self.start + f64::from(index) * self.tick)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        assert_eq!(Scale::up_to(0.7, 5).ticks().len(), 5);
        assert_eq!(
            Scale::steps(500, 5).ticks(),
            [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]
        );
        assert_eq!(Scale::steps(3, 5).ticks(), [0.0, 1.0, 2.0, 3.0]);
        let scale = Scale::around([-1.3, 4.2, f64::NAN].into_iter(), 5);
        assert_eq!(scale.ends(), (-2.0, 6.0));
        assert_eq!(scale.ticks(), [-2.0, 0.0, 2.0, 4.0, 6.0]);
        assert_eq!(scale.place(2.0), 0.5);
    }

    #[test]
    fn every_axis_has_a_width() {
        for values in [vec![], vec![3.0], vec![3.0, 3.0], vec![f64::INFINITY]] {
            let (start, end) = Scale::around(values.iter().copied(), 5).ends();
            assert!(start < end, "{values:?}");
        }
        for most in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Scale::up_to(most, 5).ends(), (0.0, 1.0));
        }
    }
}
