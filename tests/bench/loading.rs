//! From an address to a prediction, in the page as a visitor has it: on the first visit, and when the service worker has
//! kept the files.

use std::time::Instant;

use tabtune::protocol::Precision;

use crate::page::{PLAIN, Page, Result, variable};
use crate::plan::{Contender, Outcome, Plan};

/// Measures first visits, and later ones in browsers that have kept the page's files and no work.
pub async fn measure(plan: &Plan, outcome: &mut Outcome) -> Result {
    let mut values = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for round in 0..=plan.rounds {
        let page = Page::start(PLAIN).await?;
        let first = visit(&page).await?;
        page.close().await?;
        let page = Page::start(PLAIN).await?;
        open(&page).await?;
        // Registered once the encoder is there; then it keeps the rest.
        page.element("offline[data-state='ready']").await?;
        let later = visit(&page).await?;
        page.close().await?;
        if round > 0 {
            let found = first.into_iter().chain(later);
            values
                .iter_mut()
                .zip(found)
                .for_each(|(values, value)| values.push(value));
        }
    }
    let page = Contender {
        name: "Tabtune".to_owned(),
        threads: 1,
        is_tabtune: true,
        precision: Precision::Float32,
        options: serde_json::Value::Null,
    };
    let cases = [
        "first visit, encoder ready",
        "first visit, prediction",
        "later visit, encoder ready",
        "later visit, prediction",
    ];
    for (case, values) in cases.into_iter().zip(values) {
        outcome.add("loading", case, &page, "ms", values);
    }
    Ok(())
}

/// Milliseconds from the address until the encoder is ready, and until the model of a run's first step has said something
/// of a text.
async fn visit(page: &Page) -> Result<[f64; 2]> {
    let begun = Instant::now();
    let since = || begun.elapsed().as_secs_f64() * 1000.0;
    open(page).await?;
    let ready = since();
    page.click("sample-uci").await?;
    page.element("dataset-summary").await?;
    page.click("step").await?;
    page.predict("A wonderful film.").await?;
    Ok([ready, since()])
}

/// Opens the page and waits for its encoder.
async fn open(page: &Page) -> Result {
    let address = format!("{}?device=cpu", variable("TABTUNE_URL")?);
    page.driver.goto(address).await?;
    page.element("encoder-summary").await?;
    Ok(())
}
