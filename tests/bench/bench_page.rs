//! The bench's page: contenders in workers of their own, which are opened, asked and closed by name.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::page::{Page, Result, variable};

/// The longest that a contender may take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

const CALL: &str = "const done = arguments[arguments.length - 1];
    window.bench[arguments[0]](...arguments[1]).then(ok => done({ ok }), error => done({ error: String(error) }))";

/// What a contender said, and how long it took.
#[derive(Debug, Deserialize)]
pub struct Timed {
    pub milliseconds: f64,
    #[serde(default)]
    pub answer: Value,
}

/// A browser that shows the bench's page.
pub struct BenchPage {
    pub page: Page,
}

impl BenchPage {
    pub async fn open(flags: &[&str]) -> Result<Self> {
        let page = Page::start(flags).await?;
        page.driver.set_script_timeout(PATIENCE).await?;
        page.driver.goto(variable("TABTUNE_BENCH_URL")?).await?;
        let bench = Self { page };
        while bench
            .page
            .driver
            .execute("return !window.bench", vec![])
            .await?
            .convert()?
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(bench)
    }

    /// Opens a contender; the milliseconds that it took.
    pub async fn start(&self, name: &str, options: &Value) -> Result<f64> {
        let timed: Timed = self.call("open", json!([name, options])).await?;
        Ok(timed.milliseconds)
    }

    /// Asks a contender. `beside` goes along as bytes.
    pub async fn ask(&self, name: &str, question: Value, beside: Option<&str>) -> Result<Timed> {
        self.call("ask", json!([name, question, beside])).await
    }

    /// What Tabtune's worker has said on the way since the last call.
    pub async fn heard(&self, name: &str) -> Result<Vec<Heard>> {
        let script = "return window.bench.heard(arguments[0])";
        let heard = self.page.driver.execute(script, vec![json!(name)]).await?;
        Ok(heard.convert()?)
    }

    /// What Tabtune's worker has asked of WebGPU since the last call.
    pub async fn counts(&self, name: &str) -> Result<Value> {
        self.call("counts", json!([name])).await
    }

    pub async fn end(&self, name: &str) -> Result {
        let script = "window.bench.close(arguments[0])";
        self.page.driver.execute(script, vec![json!(name)]).await?;
        Ok(())
    }

    /// What the browser says of itself.
    pub async fn facts(&self) -> Result<Value> {
        self.call("facts", json!([])).await
    }

    async fn call<T: serde::de::DeserializeOwned>(&self, name: &str, given: Value) -> Result<T> {
        let answer = self
            .page
            .driver
            .execute_async(CALL, vec![json!(name), given])
            .await?;
        let mut answer: Value = answer.convert()?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(format!("{name}: {error}").into()),
            None => Ok(serde_json::from_value(answer["ok"].take())?),
        }
    }
}

/// An event of Tabtune's worker that is no answer.
#[derive(Debug, Deserialize)]
pub struct Heard {
    /// Milliseconds by the page's clock.
    pub at: f64,
    pub name: String,
    pub fields: Value,
}
