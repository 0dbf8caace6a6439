//! The pages that are open, and what they are told.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Client, ClientQueryOptions, ClientType, ExtendableMessageEvent};

use super::Host;
use crate::offline::Told;

impl Host {
    /// Tells every page.
    pub(super) async fn tell(&self, told: &Told) {
        let (Ok(pages), Ok(told)) = (self.pages().await, serde_json::to_string(told)) else {
            return;
        };
        for page in pages {
            // A page that is gone is no one to tell.
            let _ = page.post_message(&told.as_str().into());
        }
    }

    /// Tells the page that has asked.
    pub(super) fn answer(&self, ask: &ExtendableMessageEvent, told: &Told) {
        let page = ask.source().map(JsCast::unchecked_into::<Client>);
        if let (Some(page), Ok(told)) = (page, serde_json::to_string(told)) {
            // A page that is gone is no one to tell.
            let _ = page.post_message(&told.into());
        }
    }

    /// Tells of the requests that were made since this was last told.
    pub(super) async fn tell_of_requests(&self) {
        let count = self.requests.take();
        if count > 0 {
            self.tell(&Told::Requested { count }).await;
        }
    }

    /// Takes over from the version in use, unless that would change the files under another page.
    pub(super) async fn take_over(&self) -> Result<(), JsValue> {
        let pages = self.pages().await?.len();
        let others = u32::try_from(pages.saturating_sub(1)).unwrap_or(u32::MAX);
        if others > 0 {
            self.tell(&Told::OthersOpen { count: others }).await;
            return Ok(());
        }
        JsFuture::from(self.global.skip_waiting()?).await?;
        Ok(())
    }

    /// The open pages of this folder, those included that another version answers.
    async fn pages(&self) -> Result<Vec<Client>, JsValue> {
        let options = ClientQueryOptions::new();
        options.set_include_uncontrolled(true);
        options.set_type(ClientType::Window);
        let clients = self.global.clients().match_all_with_options(&options);
        let clients: js_sys::Array = JsFuture::from(clients).await?.unchecked_into();
        let clients = clients.iter().map(JsCast::unchecked_into::<Client>);
        Ok(clients
            .filter(|client| client.url().starts_with(&self.scope))
            .collect())
    }
}
