//! Texts through the encoder, tokenizing included: Tabtune and its peers in turn.

use std::time::Duration;

use serde_json::json;
use tabtune::protocol::DevicePreference;
use tabtune::train::config::{Method, TrainConfig};
use tokio::time::sleep;

use crate::bench_page::BenchPage;
use crate::page::Result;
use crate::plan::{Case, Contender, Outcome, Plan, in_a_row};
use crate::tabtune::Tabtune;

/// Longest text in tokens.
const MAX_LENGTH: u32 = 128;

/// Browsers run a module at once and compile it better meanwhile, on cores that are then not free.
const SETTLING: Duration = Duration::from_secs(20);

/// A contender that is ready to be asked.
enum Ready<'a> {
    Tabtune(Tabtune<'a>),
    Peer { page: &'a BenchPage, name: String },
}

/// Measures every case with every contender.
pub async fn measure(page: &BenchPage, plan: &Plan, outcome: &mut Outcome) -> Result {
    let mut ready = Vec::new();
    for contender in &plan.contenders {
        println!("opening {} ({})", contender.name, contender.threads);
        ready.push((contender, Ready::open(page, contender, plan).await?));
    }
    if let Some(case) = plan.cases.first() {
        for (_, contender) in &mut ready {
            contender.embed(case).await?;
        }
        sleep(SETTLING).await;
    }
    for case in &plan.cases {
        let mut values = vec![Vec::new(); ready.len()];
        for round in 0..=plan.rounds {
            for ((_, contender), values) in ready.iter_mut().zip(&mut values) {
                let milliseconds = in_a_row(async || contender.embed(case).await).await?;
                if round > 0 {
                    values.push(milliseconds);
                }
            }
        }
        for ((contender, _), values) in ready.iter().zip(values) {
            outcome.add("forward", &case.name, contender, "ms", values);
        }
    }
    if let Some(case) = plan.cases.last() {
        for (contender, ready) in &ready {
            if let Ready::Peer { name, .. } = ready
                && contender.threads == 1
            {
                let question = question(case, true);
                let embeddings = page.ask(name, question, None).await?.answer;
                outcome
                    .embeddings
                    .push((contender.name.clone(), embeddings));
            }
        }
    }
    for (_, contender) in ready {
        contender.close().await?;
    }
    Ok(())
}

impl<'a> Ready<'a> {
    async fn open(page: &'a BenchPage, contender: &Contender, plan: &Plan) -> Result<Self> {
        if !contender.is_tabtune {
            let name = format!("{} {}", contender.name, contender.threads);
            page.start(&name, &contender.options).await?;
            return Ok(Self::Peer { page, name });
        }
        let cpu = DevicePreference::Cpu;
        let mut worker = Tabtune::open(page, contender, cpu, &plan.encoder).await?;
        // A run of the head alone that waits: what is asked meanwhile is the encoder as it came, mean and a linear head.
        worker
            .learn_from(&["one".to_owned(), "two".to_owned()])
            .await?;
        let config = TrainConfig {
            method: Method::HeadOnly,
            max_length: MAX_LENGTH,
            ..TrainConfig::default()
        };
        worker.train(config, true).await?;
        Ok(Self::Tabtune(worker))
    }

    /// Milliseconds from the texts to what is said of them.
    async fn embed(&mut self, case: &Case) -> Result<f64> {
        match self {
            Self::Tabtune(worker) => {
                let (milliseconds, tokens) = worker.predict(&case.texts).await?;
                let other = tokens
                    .iter()
                    .find(|&&found| case.tokens.is_some_and(|tokens| tokens != found));
                match other {
                    Some(found) => {
                        Err(format!("a text of {} has {found} tokens", case.name).into())
                    }
                    None if tokens.len() != case.texts.len() => {
                        Err("a text was not answered".into())
                    }
                    None => Ok(milliseconds),
                }
            }
            Self::Peer { page, name } => Ok(page
                .ask(name, question(case, false), None)
                .await?
                .milliseconds),
        }
    }

    async fn close(self) -> Result {
        match self {
            Self::Tabtune(worker) => worker.close().await,
            Self::Peer { page, name } => page.end(&name).await,
        }
    }
}

/// What a peer is asked; `tell` lets it answer with the embeddings, not only with their number.
fn question(case: &Case, tell: bool) -> serde_json::Value {
    json!({ "texts": case.texts, "maxLength": MAX_LENGTH, "tell": tell })
}
