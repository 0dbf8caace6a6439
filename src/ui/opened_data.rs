//! What was opened: the table, what is learnt of it, what the data set made of it holds.

use leptos::prelude::*;

use super::data_numbers::DataNumbers;
use super::dataset_summary::DatasetSummaryView;
use super::engine::Engine;
use super::reading_fields::UnreadFile;
use super::settings::Settings;
use super::table_view::TableView;

/// The opened table and its data set, or why the file could not be read.
#[component]
pub(crate) fn OpenedData(engine: Engine, settings: Settings, locked: Memo<bool>) -> impl IntoView {
    let table = Memo::new(move |_| engine.state.with(|state| state.table.clone()));
    let has_data = Memo::new(move |_| engine.state.with(|state| state.dataset.is_some()));
    view! {
        <UnreadFile engine locked />
        {move || table.get().map(|table| view! { <TableView engine table locked /> })}
        <DatasetSummaryView engine />
        {move || has_data.get().then(|| view! { <DataNumbers engine settings /> })}
    }
}
