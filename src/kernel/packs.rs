//! Packed weights beside the weights.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::int8::QuantizedPanels;
use super::panels::Panels;

/// The packed forms of one weight, made when they are first needed. Copies of a layer share them. A weight that is trained
/// is packed once a step.
///
/// They never go stale: they are known by the memory that the weight lies in, which they keep, so that nothing else can
/// come to lie there. A weight that changes gets other memory. Views of one memory are not told apart, so each weight has
/// packs of its own.
#[derive(Clone, Default)]
pub struct Packs {
    packed: Arc<Mutex<Option<Packed>>>,
    in_int8: bool,
}

/// Packed forms of the weight in some memory.
struct Packed {
    source: Arc<dyn Any + Send + Sync>,
    forward: Option<Arc<Panels>>,
    backward: Option<Arc<Panels>>,
    int8_forward: Option<Arc<QuantizedPanels>>,
    int8_backward: Option<Arc<QuantizedPanels>>,
}

/// What a weight is multiplied with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// An input, with the weight.
    Forward,
    /// A gradient of the output, with the weight's transpose.
    Backward,
}

impl Packs {
    /// The same forms, to compute with in 8-bit integers, where [`has_int8`](super::tensors::has_int8)
    /// says that they are faster.
    #[must_use]
    pub fn in_int8(&self) -> Self {
        Self {
            in_int8: true,
            ..self.clone()
        }
    }

    /// Whether products are in 8-bit integers.
    pub(super) fn are_in_int8(&self) -> bool {
        self.in_int8
    }

    /// The packed form for a direction of the weight in `source`; `pack` makes it.
    pub(super) fn get(
        &self,
        source: Arc<dyn Any + Send + Sync>,
        direction: Direction,
        pack: impl FnOnce() -> Panels,
    ) -> Arc<Panels> {
        self.form(source, pack, |packed| match direction {
            Direction::Forward => &mut packed.forward,
            Direction::Backward => &mut packed.backward,
        })
    }

    /// The same in 8 bits.
    pub(super) fn get_int8(
        &self,
        source: Arc<dyn Any + Send + Sync>,
        direction: Direction,
        pack: impl FnOnce() -> QuantizedPanels,
    ) -> Arc<QuantizedPanels> {
        self.form(source, pack, |packed| match direction {
            Direction::Forward => &mut packed.int8_forward,
            Direction::Backward => &mut packed.int8_backward,
        })
    }

    /// A form of the weight in `source`; `pack` makes it.
    fn form<T>(
        &self,
        source: Arc<dyn Any + Send + Sync>,
        pack: impl FnOnce() -> T,
        form: impl Fn(&mut Packed) -> &mut Option<Arc<T>>,
    ) -> Arc<T> {
        if let Some(known) = self.with_forms(&source, |packed| form(packed).clone()) {
            return known;
        }
        // Without the lock: while it waits for the other threads, this one may be given another product with this weight.
        let made = Arc::new(pack());
        self.with_forms(&source, |packed| form(packed).get_or_insert(made).clone())
    }

    /// Does something with the forms of the weight in `source`, of which there may be none yet.
    fn with_forms<R>(
        &self,
        source: &Arc<dyn Any + Send + Sync>,
        act: impl FnOnce(&mut Packed) -> R,
    ) -> R {
        let mut packed = self.lock();
        let kept = packed
            .take()
            .filter(|packed| std::ptr::addr_eq(Arc::as_ptr(&packed.source), Arc::as_ptr(source)));
        act(packed.insert(kept.unwrap_or_else(|| Packed {
            source: source.clone(),
            forward: None,
            backward: None,
            int8_forward: None,
            int8_backward: None,
        })))
    }

    /// A thread that panics while it packs leaves nothing half done behind.
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Packed>> {
        self.packed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Packs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packed = self.lock();
        let is_made = |form: fn(&Packed) -> bool| packed.as_ref().is_some_and(form);
        formatter
            .debug_struct("Packs")
            .field("forward", &is_made(|packed| packed.forward.is_some()))
            .field("backward", &is_made(|packed| packed.backward.is_some()))
            .field(
                "int8_forward",
                &is_made(|packed| packed.int8_forward.is_some()),
            )
            .field(
                "int8_backward",
                &is_made(|packed| packed.int8_backward.is_some()),
            )
            .field("in_int8", &self.in_int8)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::matrix::Rows;

    fn pack(values: &[f32]) -> Panels {
        Panels::of(Rows::new(values, [1, values.len()]))
    }

    #[test]
    fn a_weight_is_packed_once_a_direction() {
        let packs = Packs::default();
        let source: Arc<dyn Any + Send + Sync> = Arc::new(1);
        let first = packs.get(source.clone(), Direction::Forward, || pack(&[1.0]));
        let copy = packs.clone();
        let again = copy.get(source.clone(), Direction::Forward, || pack(&[2.0, 3.0]));
        assert!(Arc::ptr_eq(&first, &again));
        let back = packs.get(source, Direction::Backward, || pack(&[2.0, 3.0]));
        assert_eq!(back.shape(), [1, 2]);
    }

    #[test]
    fn another_weight_is_packed_anew() {
        let packs = Packs::default();
        packs.get(Arc::new(1), Direction::Forward, || pack(&[1.0]));
        let found = packs.get(Arc::new(1), Direction::Forward, || pack(&[2.0, 3.0]));
        assert_eq!(found.shape(), [1, 2]);
        assert_eq!(
            format!("{packs:?}"),
            "Packs { forward: true, backward: false, int8_forward: false, int8_backward: false, in_int8: false }"
        );
    }
}
