//! The device in use, and why it is this one.

use leptos::prelude::*;

use super::engine::{Engine, Trouble};
use super::language::tr;
use super::words;
use crate::protocol::DeviceKind;

/// The device and the way to the other one.
#[component]
pub(crate) fn DeviceCard(engine: Engine) -> impl IntoView {
    let device = Memo::new(move |_| {
        engine
            .state
            .with(|state| (state.device.clone(), state.gpu_lost))
    });
    let body = move || {
        let (report, gpu_lost) = device.get();
        let Some(report) = report else {
            if let Some(Trouble::GpuFailed { .. }) = engine.trouble.get() {
                return view! { <p>{move || tr!("faults-device-waits")}</p> }.into_any();
            }
            return view! { <p class="muted">{move || tr!("shell-device-looking")}</p> }.into_any();
        };
        let one_thread = engine.one_thread.get();
        let words = words::device(&report, one_thread.as_ref(), gpu_lost);
        let kind = kind_name(report.kind);
        let other = words.other.map(|(kind, words)| {
            view! {
                <a
                    href=format!("?device={}", kind_name(kind))
                    data-testid="device-switch"
                    on:click=move |event| {
                        event.prevent_default();
                        show_in_address(kind);
                        engine.soon(move |work| (work.switch_device)(engine, kind));
                    }
                >
                    {words}
                </a>
            }
        });
        view! {
            <p class="device">
                <span class="badge" data-testid="device-badge" data-device=kind data-reason=words.reason>
                    {words.title}
                </span>
                <span class="muted" data-testid="device-name" data-threads=report.threads>
                    {words.name}
                </span>
            </p>
            <p data-testid="device-reason">{words.text} " " {other}</p>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="device-title">
            <h2 id="device-title">{move || tr!("shell-device")}</h2>
            <div aria-live="polite">{body}</div>
        </section>
    }
}

fn kind_name(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Cpu => "cpu",
        DeviceKind::Gpu => "gpu",
    }
}

/// Keeps the choice for the next visit, without a reload.
fn show_in_address(kind: DeviceKind) {
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        let address = format!("?device={}", kind_name(kind));
        // A browser that refuses leaves the address as it is, and nothing else depends on it.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
}
