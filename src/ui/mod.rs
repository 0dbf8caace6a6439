//! The page: one component a file, around the engine that speaks with the worker.

mod app;
mod data_card;
mod dataset_summary;
mod device_card;
mod drop_card;
mod dropped;
mod encoder_card;
mod engine;
mod file_button;
mod format;
mod hub_panel;
mod language;
mod loss_chart;
mod more_encoders;
mod notice;
mod open_card;
mod paste_panel;
mod privacy_line;
mod problem_fields;
mod reading_fields;
mod report;
mod results_card;
mod run_card;
mod sample_note;
mod save_card;
mod save_file;
mod scale;
mod settings;
mod settings_card;
mod tested_list;
mod try_card;
mod words;

/// Puts the page into the document.
pub fn mount() {
    console_error_panic_hook::set_once();
    if let Some(waiting) = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("waiting"))
    {
        waiting.remove();
    }
    leptos::mount::mount_to_body(app::App);
}
