//! The opened table: its columns, what is learnt of it, its rows.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::engine::Engine;
use super::health_panel::HealthPanel;
use super::held_out_panel::HeldOutPanel;
use super::language::tr;
use super::problem_fields::ProblemFields;
use super::reading_fields::{ReadingFields, ReadingProblems, format_words};
use super::rows::{Rows, RowsView};
use super::select_field::{Choice, SelectField};
use super::words;
use crate::data::{ColumnChoice, TableSummary};

/// The opened table.
#[component]
pub(crate) fn TableView(engine: Engine, table: TableSummary, locked: Memo<bool>) -> impl IntoView {
    let (name, rows) = (table.name.clone(), table.rows);
    let rows = Memo::new(move |_| {
        let status = engine.state.with(|state| state.work.status.clone());
        status.map_or(rows, |status| status.rows)
    });
    let summary = StoredValue::new(table);
    let view = RowsView::new(engine);
    view! {
        <h3>
            {move || words::data_name(&name)} " "
            <span class="muted">{move || tr!("data-row-count", count = rows.get())}</span>
        </h3>
        <p class="muted small" data-testid="table-format">
            {move || summary.with_value(format_words)}
        </p>
        <ReadingProblems table=summary />
        <div class="fields">
            <ColumnField
                engine
                table=summary
                testid="column-text"
                label=move || tr!("data-column-text")
                read=|choice| choice.text
                write=|choice, column| choice.text = column
                locked
            />
            <ColumnField
                engine
                table=summary
                testid="column-label"
                label=move || tr!("data-column-label")
                read=|choice| choice.label
                write=|choice, column| choice.label = column
                locked
            />
            <ProblemFields engine table=summary locked />
            <ReadingFields engine table=summary locked />
        </div>
        <HealthPanel engine view />
        <Rows engine view />
        <HeldOutPanel engine />
    }
}

/// The choice of a column.
#[component]
fn ColumnField(
    engine: Engine,
    table: StoredValue<TableSummary>,
    testid: &'static str,
    #[prop(into)] label: TextProp,
    read: fn(&ColumnChoice) -> u32,
    write: fn(&mut ColumnChoice, u32),
    locked: Memo<bool>,
) -> impl IntoView {
    let columns = Memo::new(move |_| engine.state.with(|state| state.columns));
    let choice = move || {
        let columns = columns.get();
        columns.unwrap_or_else(|| table.with_value(|table| table.guess))
    };
    let names = table.with_value(|table| table.columns.clone());
    let choices = names.into_iter().zip(0_u32..);
    let choices = choices.map(|(name, index)| Choice::new(index.to_string(), name));
    let change = move |value: String| {
        if let Ok(index) = value.parse() {
            let mut choice = untrack(choice);
            let label = choice.label;
            write(&mut choice, index);
            // Another column asks for another guess.
            let problem = match choice.label == label {
                true => engine.state.with_untracked(|state| state.problem),
                false => table.with_value(|table| table.guessed_problem(choice.label)),
            };
            engine.use_columns(choice, problem);
        }
    };
    view! {
        <SelectField
            testid
            label
            choices=choices.collect()
            selected=Signal::derive(move || read(&choice()).to_string())
            locked
            on_choose=change
        />
    }
}
