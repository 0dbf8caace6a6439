//! A run's whole state as bytes, so that another session, on any device, goes on as if nothing had happened.
//!
//! A safetensors file. For every trained parameter, by its path in the model: `parameter.PATH`; once it has been updated
//! what the optimizer remembers, by PyTorch's names, `exp_avg.PATH` for example; and `best.PATH` if a best model is kept.
//! The metadata hold the settings as JSON under `settings` and the rest under `tabtune`. Sampling and dropout follow from
//! the seed and the step.

use std::collections::{BTreeMap, HashMap, HashSet};

use burn::module::{Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData, Transaction};
use safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use super::best::BestRecord;
use super::config::TrainConfig;
use super::exact::{ExactF64, ExactRunEnd};
use super::loss_scaler::LossScaler;
use super::optimizer::{Optimizer, ParameterState};
use super::parameters::trained_parameters;
use super::record::RunEnd;
use super::session::{TrainError, TrainSession};
use crate::model::parameters::{ParameterMapper, ParameterVisitor};
use crate::reason::as_text;

const VERSION: u32 = 5;
const METADATA: &str = "tabtune";
const SETTINGS: &str = "settings";
const PARAMETER: &str = "parameter";
const BEST: &str = "best";

/// All of a run's state but tensors.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    version: u32,
    step: u32,
    /// Peak of the learning rate, which may have been set after the start.
    learning_rate: ExactF64,
    /// How often each parameter has been updated, by path; those that have not are left out.
    updates: BTreeMap<String, u32>,
    best: BestRecord,
    /// Of the next step, in a run in 16-bit numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    loss_scaler: Option<LossScaler>,
    /// How training ended, if it had: what is left then is the test.
    end: Option<ExactRunEnd>,
}

/// A checkpoint's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    bytes: Vec<u8>,
}

/// Why a checkpoint cannot be used.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum CheckpointError {
    /// Not a checkpoint, or a damaged one.
    #[error("the checkpoint cannot be read: {0}")]
    Unreadable(
        #[serde(serialize_with = "as_text")]
        #[from]
        SafeTensorError,
    ),
    /// What it holds besides tensors is missing, damaged or of another version.
    #[error("the checkpoint's state is damaged or of another version of Tabtune")]
    State,
    /// It belongs to a run with other settings.
    #[error("the checkpoint belongs to a run with other settings")]
    OtherRun,
    /// It lacks a tensor of the model, or holds it in another shape.
    #[error("the checkpoint has no {name} of shape {shape:?}")]
    Misfit {
        /// The tensor's name.
        name: String,
        /// The shape that the model needs.
        shape: Vec<usize>,
    },
    /// Its step lies beyond the run.
    #[error("the checkpoint is of step {step}, but the run has {steps}")]
    Step {
        /// Its step.
        step: u32,
        /// Steps of the run.
        steps: u32,
    },
}

impl Checkpoint {
    /// Takes bytes for a checkpoint; [`TrainSession::restore`] checks them.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// The bytes to keep.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl TrainSession {
    /// Reads the run's state back from the device.
    ///
    /// # Errors
    /// If the device fails, or the loss of a step that was not read yet is not finite.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, TrainError> {
        self.settle().await?;
        let wanted: HashSet<ParamId> = trained_parameters(&self.model)
            .into_iter()
            .map(|parameter| parameter.id)
            .collect();
        let mut collect = Collect {
            kind: PARAMETER,
            wanted: &wanted,
            optimizer: Some(&self.optimizer),
            updates: BTreeMap::new(),
            names: Vec::new(),
            read: Transaction::default(),
        };
        self.model.visit_parameters(&mut collect);
        if let Some(best) = &self.best.model {
            collect.kind = BEST;
            collect.optimizer = None;
            best.visit_parameters(&mut collect);
        }
        let Collect {
            names,
            read,
            updates,
            ..
        } = collect;
        let state = State {
            version: VERSION,
            step: self.step,
            learning_rate: ExactF64(self.schedule.peak()),
            updates,
            best: self.best.record,
            loss_scaler: self.loss_scaler,
            end: self.end.map(ExactRunEnd::from),
        };
        let state = serde_json::to_string(&state).map_err(TrainError::Settings)?;
        let settings = self.settings().map_err(TrainError::Settings)?;
        let metadata = HashMap::from([
            (METADATA.to_owned(), state),
            (SETTINGS.to_owned(), settings),
        ]);
        let tensors = read.execute_async().await?;

        let bytes: Vec<(Vec<u8>, Vec<usize>)> = tensors
            .iter()
            .map(|data| {
                let values = data.iter::<f32>().flat_map(f32::to_le_bytes).collect();
                (values, data.shape().to_vec())
            })
            .collect();
        let views = names.iter().zip(&bytes).map(|(name, (bytes, shape))| {
            TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name.clone(), view))
        });
        let bytes = views
            .collect::<Result<Vec<_>, _>>()
            .and_then(|views| safetensors::serialize(views, Some(metadata)))
            .map_err(TrainError::Checkpoint)?;
        Ok(Checkpoint { bytes })
    }

    /// Goes on from a checkpoint of a run with the same settings, model and data. The numbers that layers are computed in may be
    /// others.
    ///
    /// # Errors
    /// If it does not belong to this run; the session is then unchanged.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let file = SafeTensors::deserialize(&checkpoint.bytes)?;
        let (_, header) = SafeTensors::read_metadata(&checkpoint.bytes)?;
        let metadata = header.metadata().as_ref().ok_or(CheckpointError::State)?;
        let state: State = metadata
            .get(METADATA)
            .and_then(|state| serde_json::from_str(state).ok())
            .filter(|state: &State| state.version == VERSION)
            .filter(|state| state.loss_scaler.is_none_or(LossScaler::is_valid))
            .ok_or(CheckpointError::State)?;
        if !metadata
            .get(SETTINGS)
            .is_some_and(|settings| self.is_of_run(settings))
        {
            return Err(CheckpointError::OtherRun);
        }
        let (step, steps) = (state.step, self.steps());
        if step > steps {
            return Err(CheckpointError::Step { step, steps });
        }

        let kept_best = state.best.best.filter(|_| self.best.keeps);
        // What is trained depends on the epoch of the last step.
        let epoch = step.saturating_sub(1) / self.steps_per_epoch();
        let model = self.model.clone().trained_in(self.config.method, epoch);
        for parameter in trained_parameters(&model) {
            let updated = state.updates.contains_key(&parameter.path);
            let moments = self.optimizer.moments().iter().filter(|_| updated);
            let kinds = [PARAMETER]
                .into_iter()
                .chain(moments.copied())
                .chain(kept_best.map(|_| BEST));
            for kind in kinds {
                let name = format!("{kind}.{}", parameter.path);
                let fits = file.tensor(&name).is_ok_and(|view| {
                    view.shape() == parameter.shape && view.dtype() == Dtype::F32
                });
                if !fits {
                    return Err(CheckpointError::Misfit {
                        name,
                        shape: parameter.shape,
                    });
                }
            }
        }
        let mut load = Load {
            file: &file,
            kind: PARAMETER,
            updates: &state.updates,
            optimizer: Some(&mut self.optimizer),
            device: self.device.clone().inner(),
        };
        self.model = model.clone().map_parameters(&mut load);
        self.best.record = state.best;
        self.best.model = kept_best.map(|_| {
            load.kind = BEST;
            load.optimizer = None;
            model.map_parameters(&mut load)
        });
        self.schedule.set_peak(state.learning_rate.0);
        // One that has not computed in 16 bits has no scale yet.
        self.loss_scaler = self.loss_scaler.map(|own| state.loss_scaler.unwrap_or(own));
        self.forget_steps();
        self.step = step;
        self.end = state.end.map(RunEnd::from);
        self.enter_epoch();
        Ok(())
    }
}

impl TrainSession {
    fn settings(&self) -> serde_json::Result<String> {
        serde_json::to_string(&self.config)
    }

    /// Whether a checkpoint's settings are this run's, but for the numbers that layers are computed in: a checkpoint's are
    /// 32-bit ones, and a run may go on on a device that has no others.
    fn is_of_run(&self, settings: &str) -> bool {
        let computed_in = [(false, false), (true, false), (false, true), (true, true)];
        computed_in.into_iter().any(|(load_in_8bit, fp16)| {
            let config = TrainConfig {
                load_in_8bit,
                fp16,
                ..self.config.clone()
            };
            // As texts: what is read from decimals may differ in the last place.
            serde_json::to_string(&config).is_ok_and(|config| config == settings)
        })
    }
}

struct Collect<'a> {
    kind: &'static str,
    wanted: &'a HashSet<ParamId>,
    /// Whose memory goes along.
    optimizer: Option<&'a Optimizer>,
    updates: BTreeMap<String, u32>,
    names: Vec<String>,
    read: Transaction,
}

impl Collect<'_> {
    fn push<const D: usize>(&mut self, kind: &str, path: &str, tensor: Tensor<D>) {
        self.names.push(format!("{kind}.{path}"));
        self.read = std::mem::take(&mut self.read).register(tensor);
    }
}

impl ParameterVisitor for Collect<'_> {
    fn visit<const D: usize>(&mut self, path: &[String], param: &Param<Tensor<D>>) {
        if !self.wanted.contains(&param.id) {
            return;
        }
        let path = path.join(".");
        self.push(self.kind, &path, param.val().inner());
        let state = self
            .optimizer
            .and_then(|optimizer| Some((optimizer, optimizer.state::<D>(param.id)?)));
        if let Some((optimizer, state)) = state {
            self.updates.insert(path.clone(), state.updates);
            for (kind, moment) in optimizer.moments().iter().zip(&state.moments) {
                self.push(kind, &path, moment.clone());
            }
        }
    }
}

/// Puts checked tensors into a model, and into its optimizer.
struct Load<'a> {
    file: &'a SafeTensors<'a>,
    kind: &'static str,
    updates: &'a BTreeMap<String, u32>,
    optimizer: Option<&'a mut Optimizer>,
    device: Device,
}

impl Load<'_> {
    fn tensor<const D: usize>(
        &self,
        kind: &str,
        path: &str,
        shape: [usize; D],
    ) -> Option<Tensor<D>> {
        let view = self.file.tensor(&format!("{kind}.{path}")).ok()?;
        let values: Vec<f32> = view
            .data()
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect();
        Some(Tensor::from_data(
            TensorData::new(values, shape),
            &self.device,
        ))
    }
}

impl ParameterMapper for Load<'_> {
    fn map<const D: usize>(
        &mut self,
        path: &[String],
        param: Param<Tensor<D>>,
    ) -> Param<Tensor<D>> {
        if !param.is_require_grad() {
            return param;
        }
        let shape = param.val().dims();
        let path = path.join(".");
        let updates = self.updates.get(&path).copied();
        let kinds = self.optimizer.as_ref().map(|optimizer| optimizer.moments());
        if let (Some(updates), Some(kinds)) = (updates, kinds) {
            let moments = kinds
                .iter()
                .filter_map(|kind| self.tensor(kind, &path, shape))
                .collect();
            let state = ParameterState::<D> { updates, moments };
            if let Some(optimizer) = &mut self.optimizer {
                optimizer.set_state(param.id, state);
            }
        }
        match self.tensor(self.kind, &path, shape) {
            Some(value) => param.map(|_| Tensor::from_inner(value).require_grad()),
            None => param,
        }
    }
}
