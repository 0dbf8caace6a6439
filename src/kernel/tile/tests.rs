use super::{Strip, Tiles, UNIT, WIDTH, portable::Portable};
use crate::kernel::reference::{close, values};

/// Every number of rows, at a depth that is no round number, beside elements that must stay.
fn check<T: Tiles>() {
    check_lhs::<T>(|_| [13 + 3, 1]);
    // A transposed matrix.
    check_lhs::<T>(|rows| [1, rows + 2]);
}

/// With the strides that a matrix of so many rows has, of its rows and of its steps.
fn check_lhs<T: Tiles>(strides: impl Fn(usize) -> [usize; 2]) {
    const DEPTH: usize = 13;
    const GAP: usize = 3;
    for rows in 0..2 * UNIT {
        let [lhs_stride, lhs_step] = strides(rows);
        let lhs = values(rows * lhs_stride + DEPTH * lhs_step, 1);
        let panel = values(DEPTH * WIDTH, 2);
        let before = values(rows * (WIDTH + GAP), 3);
        let mut out = before.clone();
        let strip = Strip {
            rows,
            lhs: lhs.as_ptr(),
            lhs_stride,
            lhs_step,
            panel: panel.as_ptr(),
            depth: DEPTH,
            base: out.as_ptr(),
            base_stride: WIDTH + GAP,
            out: out.as_mut_ptr(),
            out_stride: WIDTH + GAP,
        };
        // SAFETY: the slices have these shapes.
        unsafe { T::run(strip) };
        for (index, (&found, &before)) in out.iter().zip(&before).enumerate() {
            let (row, column) = (index / (WIDTH + GAP), index % (WIDTH + GAP));
            let added: f64 = if column < WIDTH {
                (0..DEPTH)
                    .map(|step| {
                        f64::from(lhs[row * lhs_stride + step * lhs_step])
                            * f64::from(panel[step * WIDTH + column])
                    })
                    .sum()
            } else {
                0.0
            };
            close(found, f64::from(before) + added, 1e-6);
        }
    }
}

#[test]
fn portable_tiles_add_products() {
    check::<Portable>();
}

#[cfg(target_arch = "x86_64")]
#[test]
fn avx2_tiles_add_products() {
    if super::avx2::is_available() {
        check::<super::avx2::Avx2>();
    }
}
