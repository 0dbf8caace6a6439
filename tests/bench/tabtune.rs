//! Tabtune's worker, as it is shipped, driven over its protocol.

use serde_json::{Value, json};
use tabtune::data::{ColumnChoice, Problem, ReadOptions, SplitConfig};
use tabtune::protocol::{
    Command, DevicePreference, EncoderSource, PROTOCOL_VERSION, Precision, TableSource,
};
use tabtune::train::config::TrainConfig;

use crate::bench_page::{BenchPage, Timed};
use crate::page::Result;
use crate::plan::Contender;

/// A worker that was started.
pub struct Tabtune<'a> {
    pub page: &'a BenchPage,
    pub name: String,
    precision: Precision,
    id: u32,
}

impl<'a> Tabtune<'a> {
    /// Starts a worker with an encoder.
    pub async fn open(
        page: &'a BenchPage,
        contender: &Contender,
        device: DevicePreference,
        encoder: &str,
    ) -> Result<Self> {
        let name = format!("{} {}", contender.name, contender.threads);
        page.start(&name, &contender.options).await?;
        let mut worker = Self {
            page,
            name,
            precision: contender.precision,
            id: 0,
        };
        let base_url = page
            .page
            .driver
            .execute("return location.origin + '/'", vec![])
            .await?;
        let base_url: String = base_url.convert()?;
        worker
            .ask(None, |id| Command::Start {
                id,
                version: PROTOCOL_VERSION,
                device,
                no_gpu: None,
                hub_url: base_url.clone(),
                hub_allowed: false,
                base_url,
            })
            .await?;
        worker
            .ask(None, |id| Command::LoadEncoder {
                id,
                encoder: EncoderSource::Origin {
                    id: encoder.to_owned(),
                },
            })
            .await?;
        Ok(worker)
    }

    /// Uses texts as a data set, with two labels in turn; a single text is there twice. All are for training.
    pub async fn learn_from(&mut self, texts: &[String]) -> Result {
        let rows = texts.iter().cycle().take(texts.len().max(2));
        let rows = rows.zip(["a", "b"].into_iter().cycle());
        let rows: String = rows
            .map(|(text, label)| format!("\"{}\",{label}\n", text.replace('"', "\"\"")))
            .collect();
        let csv = format!("text,label\n{rows}");
        let all = SplitConfig {
            validation: 0.0,
            test: 0.0,
            seed: 0,
        };
        let source = TableSource::File {
            name: "bench.csv".to_owned(),
        };
        self.open_table(source, Some(&csv), None, all).await
    }

    /// Uses a sample of the page's, divided as it says.
    pub async fn learn_from_sample(&mut self, name: &str) -> Result {
        let source = TableSource::Sample {
            name: name.to_owned(),
        };
        self.open_table(source, None, Some(2), SplitConfig::default())
            .await
    }

    async fn open_table(
        &mut self,
        source: TableSource,
        bytes: Option<&str>,
        split_column: Option<u32>,
        split: SplitConfig,
    ) -> Result {
        let options = ReadOptions::default();
        self.ask(bytes, |id| Command::OpenTable {
            id,
            source,
            options,
        })
        .await?;
        let columns = ColumnChoice {
            text: 0,
            label: 1,
            split: split_column,
        };
        let problem = Problem::SingleLabel;
        self.ask(None, |id| Command::UseColumns {
            id,
            columns,
            problem,
            split,
        })
        .await?;
        Ok(())
    }

    /// Begins a run and does not wait for its end.
    pub async fn train(&mut self, config: TrainConfig, paused: bool) -> Result {
        let id = self.next();
        let command = Command::Train {
            id,
            config,
            resume: false,
            paused,
        };
        let question = json!({ "started": command });
        self.page.ask(&self.name, question, None).await?;
        Ok(())
    }

    /// Takes a step of a run that waits; the milliseconds from the command to its answer.
    pub async fn step(&mut self) -> Result<f64> {
        let timed = self.ask(None, |id| Command::Step { id }).await?;
        Ok(timed.milliseconds)
    }

    /// Asks the model about texts; the milliseconds from the command to its answer, and the tokens of each text.
    pub async fn predict(&mut self, texts: &[String]) -> Result<(f64, Vec<u32>)> {
        let texts = texts.to_vec();
        let precision = self.precision;
        let timed = self
            .ask(None, |id| Command::PredictTexts {
                id,
                texts,
                precision,
            })
            .await?;
        let predictions = timed.answer["TextsPredicted"]["predictions"].as_array();
        let tokens = |prediction: &Value| prediction["tokens"].as_u64().unwrap_or_default() as u32;
        let tokens = predictions.map(|all| all.iter().map(tokens).collect());
        Ok((timed.milliseconds, tokens.unwrap_or_default()))
    }

    pub async fn close(self) -> Result {
        self.page.end(&self.name).await
    }

    async fn ask(
        &mut self,
        bytes: Option<&str>,
        command: impl FnOnce(u32) -> Command,
    ) -> Result<Timed> {
        let command = serde_json::to_value(command(self.next()))?;
        self.page.ask(&self.name, command, bytes).await
    }

    fn next(&mut self) -> u32 {
        self.id += 1;
        self.id
    }
}
