//! The page: one component a file, around the engine that speaks with the worker.

mod app;
mod baseline;
mod catalogs;
mod chart;
mod chunks;
mod data_card;
mod data_numbers;
mod dataset_summary;
mod device_card;
mod drop_card;
mod dropped;
mod encoder_card;
mod engine;
mod estimate;
mod file_button;
mod focus;
mod format;
mod health_panel;
mod held_out_panel;
mod hub_panel;
mod language;
mod length_chart;
mod live_numbers;
mod loss_chart;
mod more_encoders;
mod notice;
mod offline;
mod open_card;
mod opened_data;
mod paste_panel;
mod presets;
mod privacy_line;
mod problem_fields;
mod projects;
mod rate_control;
mod reading_fields;
mod report;
mod results;
mod results_card;
mod rows;
mod run_card;
mod run_details;
mod run_title;
mod runs;
mod sample_note;
mod save_card;
mod save_file;
mod select_field;
mod settings;
mod settings_card;
mod step_list;
mod table_view;
mod tested_list;
mod trouble;
mod trusted;
mod try_card;
mod using;
mod words;

use app::App;
use leptos::mount::mount_to_body;
use leptos::prelude::*;

/// Puts the page into the document, once there are the words for it.
pub fn mount() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        let problem = language::speak_first().await.err();
        take_place_of_waiting();
        mount_to_body(move || view! { <App problem /> });
    });
}

/// Removes what index.html says meanwhile.
fn take_place_of_waiting() {
    if let Some(waiting) = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("waiting"))
    {
        waiting.remove();
    }
}
