//! The trained model as files.

use std::path::Path;

use tabtune::adapter::{
    AdapterError, Trained, export_merged, export_peft, fingerprint, save_tabtune_model,
};
use tabtune::data::Dataset;
use tabtune::eval::metrics::EvaluationReport;
use tabtune::train::Trainer;

use crate::arguments::Arguments;
use crate::shared::{Loaded, Result, named};

/// Writes what the command line asks for.
pub async fn write(
    arguments: &Arguments,
    loaded: &Loaded,
    dataset: &Dataset,
    trainer: &Trainer,
    report: &EvaluationReport,
) -> Result<()> {
    let pipeline = trainer.pipeline();
    let data = fingerprint(dataset);
    let trained = Trained {
        encoder: &loaded.encoder,
        base: &loaded.base,
        model: &pipeline.model,
        config: trainer.session().config(),
        labels: &pipeline.labels,
        scale: pipeline.scale,
        data: &data,
        report: Some(report),
    };
    let wanted = &arguments.export;
    if let Some(folder) = &wanted.export_peft {
        std::fs::create_dir_all(folder).map_err(|error| named(folder, &error))?;
        for (name, bytes) in export_peft(&trained).await.map_err(explained)? {
            put(&folder.join(name), &bytes)?;
        }
        println!("PEFT adapter: {}", folder.display());
    }
    if let Some(file) = &wanted.export_merged {
        let zip = export_merged(&trained, &loaded.beside).await;
        put(file, &zip.map_err(explained)?)?;
        println!("merged model: {}", file.display());
    }
    if let Some(file) = &wanted.save_tabtune {
        put(
            file,
            &save_tabtune_model(&trained).await.map_err(explained)?,
        )?;
        println!("Tabtune model: {}", file.display());
    }
    Ok(())
}

fn explained(error: AdapterError) -> String {
    format!("{error}. {}", error.hint())
}

fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(|error| named(path, &error))
}
