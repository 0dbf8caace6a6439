//! What of the browser is asked beside files: whether it keeps them, its caches, its small storage.

use futures_channel::oneshot::channel;
use gloo::timers::callback::Timeout;
use js_sys::{Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::super::engine::hub_url;
use crate::hub::{Hub, HubDescription, Repository};
use crate::port::sweep_scratch;

/// Where the browser keeps the project used last: in the tab for its reload, and in all for the next one.
const LAST: &str = "tabtune-project";
/// How the keys begin that Tabtune keeps.
const OWN: &str = "tabtune-";
/// The store of encoders from the hub.
const HUB_CACHE: &str = "tabtune-hub";

#[wasm_bindgen]
extern "C" {
    type StorageManager;

    #[wasm_bindgen(method)]
    fn persist(this: &StorageManager) -> Promise;

    #[wasm_bindgen(method)]
    fn persisted(this: &StorageManager) -> Promise;

    type CacheStorage;

    #[wasm_bindgen(method)]
    fn delete(this: &CacheStorage, name: &str) -> Promise;

    #[wasm_bindgen(method)]
    fn open(this: &CacheStorage, name: &str) -> Promise;

    type Cache;

    #[wasm_bindgen(method, js_name = match)]
    fn find(this: &Cache, url: &str) -> Promise;
}

/// Asks the browser not to clear what is stored here. `None` if it cannot be asked.
pub(super) async fn persist() -> Option<bool> {
    let storage = storage_manager()?;
    let is_kept = JsFuture::from(storage.persisted()).await.ok()?.is_truthy();
    if is_kept {
        return Some(true);
    }
    let granted = JsFuture::from(storage.persist()).await;
    Some(granted.is_ok_and(|granted| granted.is_truthy()))
}

fn storage_manager() -> Option<StorageManager> {
    let navigator = web_sys::window()?.navigator();
    let storage = Reflect::get(&navigator, &"storage".into()).ok()?;
    let can_persist = Reflect::get(&storage, &"persist".into())
        .ok()?
        .is_function();
    can_persist.then(|| storage.unchecked_into())
}

/// The project that this tab had, or else the one used last in any.
pub(super) fn last_project() -> Option<String> {
    stores().find_map(|store| store.get_item(LAST).ok().flatten())
}

/// Remembers the project for the next start, or that there is none.
pub(super) fn remember_project(id: Option<&str>) {
    for store in stores() {
        // Without it the next start shows no project; the list has it.
        let _ = match id {
            Some(id) => store.set_item(LAST, id),
            None => store.remove_item(LAST),
        };
    }
}

/// Removes everything small that Tabtune keeps, the encoders from the hub, and what runs that broke off have left.
pub(super) async fn forget_all() {
    for store in stores() {
        let keys = (0..store.length().unwrap_or_default())
            .filter_map(|index| store.key(index).ok().flatten());
        let own: Vec<String> = keys.filter(|key| key.starts_with(OWN)).collect();
        for key in own {
            // What cannot be removed cannot be read either.
            let _ = store.remove_item(&key);
        }
    }
    if let Some(caches) = caches() {
        // There may be no such cache.
        let _ = JsFuture::from(caches.delete(HUB_CACHE)).await;
    }
    sweep_scratch().await;
}

/// Whether this browser keeps an encoder of the hub whole. The hub is not asked.
pub(super) async fn has_of_hub(repository: &str, revision: &str) -> bool {
    stored_of_hub(repository)
        .await
        .is_some_and(|stored| stored.revision == revision)
}

async fn stored_of_hub(repository: &str) -> Option<HubDescription> {
    let repository = Repository::parse(repository).ok()?;
    let url = Hub::new(&hub_url()).stored_description(&repository);
    let cache = JsFuture::from(caches()?.open(HUB_CACHE)).await.ok()?;
    let found = cache.unchecked_into::<Cache>().find(&url);
    let found: Response = JsFuture::from(found).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(found.text().ok()?).await.ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

fn caches() -> Option<CacheStorage> {
    let window = web_sys::window()?;
    let caches = Reflect::get(&window, &"caches".into()).ok()?;
    caches.is_object().then(|| caches.unchecked_into())
}

fn stores() -> impl Iterator<Item = web_sys::Storage> {
    let window = web_sys::window();
    let of_tab = window
        .as_ref()
        .and_then(|window| window.session_storage().ok().flatten());
    let of_all = window
        .as_ref()
        .and_then(|window| window.local_storage().ok().flatten());
    of_tab.into_iter().chain(of_all)
}

/// Waits.
pub(super) async fn sleep(milliseconds: u32) {
    let (sender, receiver) = channel::<()>();
    let _timer = Timeout::new(milliseconds, move || drop(sender));
    // The sender says nothing; it is dropped when the time is over.
    let _ = receiver.await;
}
