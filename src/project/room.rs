//! Room in the browser: when to say that it is short.

use crate::protocol::Space;

/// Bytes that are left below which there is little room: a checkpoint of a run that trains every weight takes as much.
const LITTLE_ROOM: f64 = 50e6;
/// Share of the quota in use above which there is little room.
const NEARLY_FULL: f64 = 0.9;

/// Whether a save may soon fail, so that the user should be told beforehand.
pub fn is_nearly_full(space: Space) -> bool {
    let Space { used, quota } = space;
    quota > 0.0 && (quota - used < LITTLE_ROOM || used > NEARLY_FULL * quota)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_told_before_it_is_full() {
        for (used, quota, expected) in [
            (0.0, 0.0, false),
            (1e6, 1e9, false),
            (8.9e9, 10e9, false),
            (9.1e9, 10e9, true),
            (260e6, 300e6, true),
            (11e9, 10e9, true),
        ] {
            let space = Space { used, quota };
            assert_eq!(is_nearly_full(space), expected, "{space:?}");
        }
    }
}
