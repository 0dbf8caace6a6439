//! Walks over a model's parameters that tell where each stands.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::TextClassifier;

/// Looks at parameters.
pub trait ParameterVisitor {
    /// Looks at one. Its path is that of its field: `encoder`, `layers`, `0`, `attention`, `query`, `lora`, `a` for
    /// example.
    fn visit<const D: usize>(&mut self, path: &[String], parameter: &Param<Tensor<D>>);
}

/// Puts parameters in the place of others.
pub trait ParameterMapper {
    /// What is to stand in the place of one. Its path is as for a [`ParameterVisitor`].
    fn map<const D: usize>(
        &mut self,
        path: &[String],
        parameter: Param<Tensor<D>>,
    ) -> Param<Tensor<D>>;
}

impl TextClassifier {
    /// Shows every parameter, in the model's order.
    pub fn visit_parameters(&self, visitor: &mut impl ParameterVisitor) {
        self.visit(&mut Walk::with(visitor));
    }

    /// Replaces every parameter, in the model's order.
    #[must_use]
    pub fn map_parameters(self, mapper: &mut impl ParameterMapper) -> Self {
        self.map(&mut Walk::with(mapper))
    }
}

struct Walk<'a, T> {
    walker: &'a mut T,
    path: Vec<String>,
}

impl<'a, T> Walk<'a, T> {
    fn with(walker: &'a mut T) -> Self {
        Self {
            walker,
            path: Vec::new(),
        }
    }
}

impl<T: ParameterVisitor> ModuleVisitor for Walk<'_, T> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.walker.visit(&self.path, param);
    }
}

impl<T: ParameterMapper> ModuleMapper for Walk<'_, T> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        self.walker.map(&self.path, param)
    }
}
