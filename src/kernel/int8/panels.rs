//! Weights in 7 bits, in the order in which the loops read them.

use super::strip::{ColumnScales, GROUP, WIDTH, ZERO};
use crate::kernel::matrix::Rows;

/// The greatest distance from [`ZERO`].
const MOST: f32 = 63.0;

/// Groups of a panel's columns.
type Weights = [[u8; GROUP]; WIDTH];

/// A matrix whose columns are quantised by their own greatest value, `w ≈ scale · (q - ZERO)`, cut into panels of sixteen
/// columns, the last one filled up with zeros.
///
/// # Shapes
/// - `values`: `[panels, groups, WIDTH, GROUP]`
#[derive(Debug)]
pub struct QuantizedPanels {
    values: Vec<Weights>,
    /// `[panels]`
    scales: Vec<ColumnScales>,
    depth: usize,
    columns: usize,
}

impl QuantizedPanels {
    /// # Shapes
    /// - `matrix`: `[depth, columns]`
    pub fn of(matrix: Rows<'_>) -> Self {
        let [depth, columns] = matrix.shape();
        let panels = columns.div_ceil(WIDTH);
        let groups = depth.div_ceil(GROUP);
        let mut greatest = vec![0.0_f32; columns];
        for step in 0..depth {
            for (greatest, weight) in greatest.iter_mut().zip(matrix.row(step)) {
                *greatest = greatest.max(weight.abs());
            }
        }
        let scale = |greatest: &f32| (greatest / MOST).max(f32::MIN_POSITIVE);
        let scales: Vec<f32> = greatest.iter().map(scale).collect();
        let mut values = vec![[[ZERO as u8; GROUP]; WIDTH]; panels * groups];
        let mut sums = vec![0_i32; columns];
        for step in 0..depth {
            let row = matrix.row(step).iter().zip(&scales).zip(&mut sums);
            for (column, ((weight, scale), sum)) in row.enumerate() {
                let quantized = (weight / scale).round() as i32;
                *sum += quantized;
                let weights = &mut values[column / WIDTH * groups + step / GROUP];
                weights[column % WIDTH][step % GROUP] = (quantized + ZERO) as u8;
            }
        }
        let of_panel = |panel: usize| {
            let mut of_panel = ColumnScales {
                scales: [0.0; WIDTH],
                sums: [0.0; WIDTH],
            };
            for column in panel * WIDTH..columns.min((panel + 1) * WIDTH) {
                of_panel.scales[column % WIDTH] = scales[column];
                of_panel.sums[column % WIDTH] = sums[column] as f32 * scales[column];
            }
            of_panel
        };
        Self {
            values,
            scales: (0..panels).map(of_panel).collect(),
            depth,
            columns,
        }
    }

    /// `[depth, columns]`
    pub fn shape(&self) -> [usize; 2] {
        [self.depth, self.columns]
    }

    /// The weights of a panel, and what follows.
    pub(super) fn panel(&self, panel: usize) -> &[u8] {
        let groups = self.depth.div_ceil(GROUP);
        self.values[panel * groups..].as_flattened().as_flattened()
    }

    /// How a panel's columns were quantised.
    pub(super) fn scales(&self, panel: usize) -> &ColumnScales {
        &self.scales[panel]
    }
}
