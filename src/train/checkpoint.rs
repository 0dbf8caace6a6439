//! A run's whole state as bytes, so that another session, on any device, goes on as if nothing had happened.
//!
//! A safetensors file. For every trainable parameter, by its path in the model: `parameter.PATH`, and once it
//! has been updated `moment_1.PATH` and `moment_2.PATH` of AdamW. The metadata hold the settings and the step.
//! Shuffling and dropout follow from the seed and the step.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::{AdamWState, AdaptiveMomentumState};
use burn::tensor::{Tensor, TensorData, Transaction};
use safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};

use super::config::TrainConfig;
use super::parameters::ParameterPath;
use super::session::{TrainError, TrainSession};

const VERSION: &str = "1";
const KINDS: [&str; 3] = ["parameter", "moment_1", "moment_2"];

/// A checkpoint's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    bytes: Vec<u8>,
}

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Not a checkpoint, or a damaged one.
    #[error("the checkpoint cannot be read: {0}")]
    Unreadable(#[from] SafeTensorError),
    /// Its settings are missing or damaged.
    #[error("the checkpoint's {field} cannot be read")]
    Metadata {
        /// Which part.
        field: &'static str,
    },
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
    /// If the device fails.
    pub async fn checkpoint(&self) -> Result<Checkpoint, TrainError> {
        let mut collect = Collect {
            session: self,
            path: ParameterPath::default(),
            names: Vec::new(),
            read: Transaction::default(),
        };
        self.model.visit(&mut collect);
        let Collect { names, read, .. } = collect;
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
        let metadata = HashMap::from([
            ("tabtune".to_owned(), VERSION.to_owned()),
            ("step".to_owned(), self.step.to_string()),
            (
                "config".to_owned(),
                serde_json::to_string(&self.config).unwrap_or_default(),
            ),
        ]);
        let bytes = views
            .collect::<Result<Vec<_>, _>>()
            .and_then(|views| safetensors::serialize(views, Some(metadata)))
            .map_err(TrainError::Checkpoint)?;
        Ok(Checkpoint { bytes })
    }

    /// Goes on from a checkpoint of a run with the same settings, model and data.
    ///
    /// # Errors
    /// If it does not belong to this run; the session is then unchanged.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let file = SafeTensors::deserialize(&checkpoint.bytes)?;
        let (_, header) = SafeTensors::read_metadata(&checkpoint.bytes)?;
        let metadata = header.metadata().as_ref();
        let field = |field: &'static str| {
            metadata
                .and_then(|map| map.get(field))
                .ok_or(CheckpointError::Metadata { field })
        };
        if field("tabtune")? != VERSION {
            return Err(CheckpointError::Metadata { field: "tabtune" });
        }
        let step: u32 = field("step")?
            .parse()
            .map_err(|_| CheckpointError::Metadata { field: "step" })?;
        let config: TrainConfig = serde_json::from_str(field("config")?)
            .map_err(|_| CheckpointError::Metadata { field: "config" })?;
        if config != self.config {
            return Err(CheckpointError::OtherRun);
        }
        if step > self.steps() {
            return Err(CheckpointError::Step {
                step,
                steps: self.steps(),
            });
        }

        let mut check = Check {
            file: &file,
            step,
            path: ParameterPath::default(),
            misfit: None,
        };
        self.model.visit(&mut check);
        if let Some(misfit) = check.misfit {
            return Err(misfit);
        }
        let model = self.model.clone();
        let mut load = Load {
            file: &file,
            session: self,
            step,
            path: ParameterPath::default(),
        };
        let model = model.map(&mut load);
        self.model = model;
        self.step = step;
        self.shuffle();
        Ok(())
    }
}

struct Collect<'a> {
    session: &'a TrainSession,
    path: ParameterPath,
    names: Vec<String>,
    read: Transaction,
}

impl Collect<'_> {
    fn push<const D: usize>(&mut self, kind: &str, tensor: Tensor<D>) {
        self.names.push(format!("{kind}.{}", self.path.join()));
        self.read = std::mem::take(&mut self.read).register(tensor);
    }
}

impl ModuleVisitor for Collect<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if !param.is_require_grad() {
            return;
        }
        self.push(KINDS[0], param.val().inner());
        if let Some(state) = self.session.optimizer.state::<D>(param.id) {
            self.push(KINDS[1], state.momentum.moment_1.clone());
            self.push(KINDS[2], state.momentum.moment_2.clone());
        }
    }
}

/// Kinds of tensors that a checkpoint of a step holds.
fn kinds(step: u32) -> &'static [&'static str] {
    if step == 0 { &KINDS[..1] } else { &KINDS }
}

struct Check<'a> {
    file: &'a SafeTensors<'a>,
    step: u32,
    path: ParameterPath,
    misfit: Option<CheckpointError>,
}

impl ModuleVisitor for Check<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if !param.is_require_grad() {
            return;
        }
        let shape = param.val().dims().to_vec();
        for kind in kinds(self.step) {
            let name = format!("{kind}.{}", self.path.join());
            let fits = self
                .file
                .tensor(&name)
                .is_ok_and(|view| view.shape() == shape && view.dtype() == Dtype::F32);
            if !fits {
                self.misfit.get_or_insert(CheckpointError::Misfit {
                    name,
                    shape: shape.clone(),
                });
            }
        }
    }
}

struct Load<'a> {
    file: &'a SafeTensors<'a>,
    session: &'a mut TrainSession,
    step: u32,
    path: ParameterPath,
}

impl Load<'_> {
    fn tensor<const D: usize>(&self, kind: &str, shape: [usize; D]) -> Option<Tensor<D>> {
        let view = self
            .file
            .tensor(&format!("{kind}.{}", self.path.join()))
            .ok()?;
        let values: Vec<f32> = view
            .data()
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect();
        Some(Tensor::from_data(
            TensorData::new(values, shape),
            &self.session.device.clone().inner(),
        ))
    }
}

impl ModuleMapper for Load<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.enter(name);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !param.is_require_grad() {
            return param;
        }
        let shape = param.val().dims();
        if let [Some(moment_1), Some(moment_2)] =
            [KINDS[1], KINDS[2]].map(|kind| self.tensor(kind, shape))
        {
            let momentum = AdaptiveMomentumState::new(self.step as usize, moment_1, moment_2);
            self.session
                .optimizer
                .set_state(param.id, AdamWState::new(momentum));
        }
        match self.tensor(KINDS[0], shape) {
            Some(value) => param.map(|_| Tensor::from_inner(value).require_grad()),
            None => param,
        }
    }
}
