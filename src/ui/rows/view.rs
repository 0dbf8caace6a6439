//! Where the user is in the list of rows.

use leptos::html::Div;
use leptos::prelude::*;

use crate::data::{ListedRow, RowFilter, RowPage, Selection};
use crate::ui::engine::Engine;

/// Height of a row in pixels; `www/rows.css` has it too.
pub(super) const ROW_HEIGHT: f64 = 40.0;
/// Rows beyond those on screen that are drawn on either side, so that a short scroll shows no gap.
const MARGIN: u32 = 6;
/// Rows beyond those drawn that are asked for on either side.
const AHEAD: u32 = 30;
/// Most rows that a list is high: browsers do not draw elements above some 17 million pixels.
const MOST_ROWS: u32 = 400_000;

/// Where the user is in the list. Copies are the same list.
#[derive(Clone, Copy)]
pub(crate) struct RowsView {
    engine: Engine,
    /// What is listed.
    pub(super) filter: RwSignal<RowFilter>,
    /// The place that the keyboard acts on: the row in the list and the column among those listed.
    pub(super) at: RwSignal<(u32, usize)>,
    /// The other end of the selected rows.
    pub(super) anchor: RwSignal<u32>,
    /// The cell that is being changed.
    pub(super) editing: RwSignal<Option<Editing>>,
    pub(super) scroller: NodeRef<Div>,
    /// Pixels that the list is scrolled down, and the height that is seen of it.
    pub(super) scrolled: RwSignal<(f64, f64)>,
    /// The rows that were listed last.
    pub(super) page: Memo<Option<RowPage>>,
    /// Rows that the filter leaves.
    pub(super) total: Memo<u32>,
    /// Whether the rows can be changed.
    pub(super) can_edit: Memo<bool>,
}

/// A cell that is being changed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Editing {
    /// The row's place in the list.
    pub(super) index: u32,
    /// The row's number.
    pub(super) row: u32,
    /// The column's place among those listed, and its index in the table.
    pub(super) place: usize,
    pub(super) column: u32,
    /// What the cell holds.
    pub(super) text: String,
}

impl RowsView {
    /// A list of all rows, from the first one on.
    pub(crate) fn new(engine: Engine) -> Self {
        let filter = RwSignal::new(RowFilter::All);
        let page = Memo::new(move |_| {
            let filter = filter.get();
            engine.state.with(|state| state.work.page(&filter).cloned())
        });
        let total = Memo::new(move |_| {
            page.with(|page| page.as_ref().map_or(0, |page| page.total))
                .min(MOST_ROWS)
        });
        let view = Self {
            engine,
            filter,
            at: RwSignal::new((0, 0)),
            anchor: RwSignal::new(0),
            editing: RwSignal::new(None),
            scroller: NodeRef::new(),
            scrolled: RwSignal::new((0.0, 400.0)),
            page,
            total,
            can_edit: Memo::new(move |_| engine.state.with(|state| state.can_edit())),
        };
        view.follow();
        view
    }

    /// Rows that are left out of the list, as it would be too high.
    pub(super) fn left_out(&self) -> u32 {
        let listed = |page: &Option<RowPage>| page.as_ref().map_or(0, |page| page.total);
        self.page.with(listed).saturating_sub(self.total.get())
    }

    /// The rows to draw: those on screen, and some around them.
    pub(super) fn drawn(&self) -> std::ops::Range<u32> {
        let (first, count) = self.on_screen();
        let end = (first + count + MARGIN).min(self.total.get());
        first.saturating_sub(MARGIN).min(end)..end
    }

    /// The first row on screen and how many there are.
    pub(super) fn on_screen(&self) -> (u32, u32) {
        let (top, height) = self.scrolled.get();
        let first = (top / ROW_HEIGHT).floor() as u32;
        (first, (height / ROW_HEIGHT).ceil() as u32 + 1)
    }

    /// A row that has been listed, by its place.
    pub(super) fn row(&self, index: u32) -> Option<ListedRow> {
        self.page.with(|page| {
            let page = page.as_ref()?;
            let place = index.checked_sub(page.offset)?;
            page.rows.get(place as usize).cloned()
        })
    }

    /// The selected rows, in order.
    pub(super) fn selected(&self) -> std::ops::RangeInclusive<u32> {
        let (at, anchor) = (self.at.get().0, self.anchor.get());
        at.min(anchor)..=at.max(anchor)
    }

    /// The selected rows as the worker names them.
    pub(super) fn selection(&self) -> Selection {
        let (from, to) = self.selected().into_inner();
        Selection {
            filter: self.filter.get_untracked(),
            from,
            count: to - from + 1,
        }
    }

    /// Lists something else, from the top.
    pub(super) fn list(&self, filter: RowFilter) {
        self.editing.set(None);
        self.filter.set(filter);
        self.go_to(0, self.at.get_untracked().1, false);
    }

    /// Lists something else and goes there.
    pub(crate) fn show(&self, filter: RowFilter) {
        self.list(filter);
        if let Some(scroller) = self.scroller.get_untracked() {
            scroller.scroll_into_view();
        }
        self.focus();
    }

    /// Moves the keyboard to the list.
    pub(super) fn focus(&self) {
        if let Some(scroller) = self.scroller.get_untracked() {
            // An element that is on the page takes the focus.
            let _ = scroller.focus();
        }
    }

    /// Goes to a cell and shows it; `extends` keeps the other end of the selection.
    pub(super) fn go_to(&self, row: u32, column: usize, extends: bool) {
        let row = row.min(self.total.get_untracked().saturating_sub(1));
        self.at.set((row, column));
        if !extends {
            self.anchor.set(row);
        }
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let (top, height) = self.scrolled.get_untracked();
        let place = f64::from(row) * ROW_HEIGHT;
        let wanted = top.clamp((place + ROW_HEIGHT - height).max(0.0), place);
        if wanted != top {
            scroller.set_scroll_top(wanted.ceil() as i32);
        }
    }

    /// Selects every listed row.
    pub(super) fn select_all(&self) {
        self.anchor.set(0);
        let (_, column) = self.at.get_untracked();
        self.at
            .set((self.total.get_untracked().saturating_sub(1), column));
    }

    /// Begins to change the cell that the keyboard acts on, unless there is more of it than the list has.
    pub(super) fn edit(&self) {
        let (index, place) = self.at.get_untracked();
        if !self.can_edit.get_untracked() {
            return;
        }
        let column = self.page.with_untracked(|page| {
            let columns = page.as_ref().map(|page| &page.columns)?;
            columns.get(place).copied()
        });
        let cell = untrack(|| self.row(index));
        let cell = cell.and_then(|row| Some((row.row, row.cells.get(place)?.clone())));
        if let (Some(column), Some((row, cell))) = (column, cell.filter(|(_, cell)| !cell.cut)) {
            self.anchor.set(index);
            self.editing.set(Some(Editing {
                index,
                row,
                place,
                column,
                text: cell.text,
            }));
        }
    }

    /// Asks for the rows to draw where they have not been listed as they are now.
    fn follow(self) {
        let wanted = Memo::new(move |_| {
            let (first, count) = self.on_screen();
            (first.saturating_sub(MARGIN), count + 2 * MARGIN)
        });
        let engine = self.engine;
        let needs = Memo::new(move |_| {
            let filter = self.filter.get();
            let (first, count) = wanted.get();
            engine.state.with(|state| {
                let work = &state.work;
                if work.status.is_none() || work.is_listing() || state.device.is_none() {
                    return None;
                }
                let page = work.page(&filter).filter(|_| work.is_current(&filter));
                let has_all = page.is_some_and(|page| {
                    let end = (first + count).min(page.total);
                    let listed = page.offset + page.rows.len() as u32;
                    page.offset <= first.min(end) && end <= listed
                });
                (!has_all).then(|| (filter, first.saturating_sub(AHEAD), count + 2 * AHEAD))
            })
        });
        Effect::new(move |_| {
            if let Some((filter, offset, limit)) = needs.get() {
                engine.list_rows(filter, offset, limit);
            }
        });
    }
}
