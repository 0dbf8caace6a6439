//! The weights of an ONNX export of a sentence encoder, under the names that Hugging Face's `BertModel` gives them.
//!
//! | in the graph | Hugging Face | shape in the graph |
//! |---|---|---|
//! | `model.0.auto_model.X` | `X` | as Hugging Face's |
//! | second input of the MatMul `/model/model.0/auto_model/X/Y/MatMul` | `X.Y.weight` | [in, out], transposed |
//!
//! The exporter kept the names of embeddings, layer norms and biases. It folded the transposition of a linear
//! layer's weight into the weight and named the result after nothing, so the node that multiplies by it tells
//! what it is.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};
use prost::Message;

use super::tensors::{Tensor, Tensors, values_of};

/// What the names of kept initializers begin with.
const INITIALIZER_PREFIX: &str = "model.0.auto_model.";
/// What the names of nodes begin with.
const NODE_PREFIX: &str = "/model/model.0/auto_model/";

// The parts of the format that weights need.
// Source: onnx.proto of ONNX 1.16, <https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto>.

#[derive(Clone, PartialEq, Message)]
struct ModelProto {
    #[prost(message, optional, tag = "7")]
    graph: Option<GraphProto>,
}

#[derive(Clone, PartialEq, Message)]
struct GraphProto {
    #[prost(message, repeated, tag = "1")]
    node: Vec<NodeProto>,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<TensorProto>,
}

#[derive(Clone, PartialEq, Message)]
struct NodeProto {
    #[prost(string, repeated, tag = "1")]
    input: Vec<String>,
    #[prost(string, tag = "3")]
    name: String,
    #[prost(string, tag = "4")]
    op_type: String,
}

#[derive(Clone, PartialEq, Message)]
struct TensorProto {
    #[prost(int64, repeated, tag = "1")]
    dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    data_type: i32,
    #[prost(float, repeated, tag = "4")]
    float_data: Vec<f32>,
    #[prost(string, tag = "8")]
    name: String,
    #[prost(bytes = "vec", tag = "9")]
    raw_data: Vec<u8>,
}

/// `TensorProto.DataType.FLOAT`.
const FLOAT: i32 = 1;

/// Reads the weights of an ONNX file. Every initializer must find its name.
pub fn read(bytes: &[u8]) -> Result<Tensors> {
    let graph = ModelProto::decode(bytes)
        .context("the ONNX file cannot be read")?
        .graph
        .context("it has no graph")?;
    let mut initializers: HashMap<String, TensorProto> = graph
        .initializer
        .into_iter()
        .map(|tensor| (tensor.name.clone(), tensor))
        .collect();
    let mut tensors = Tensors::new();
    for node in graph.node.iter().filter(|node| node.op_type == "MatMul") {
        // A product of two activations, as in attention, has no initializer.
        if let Some(weight) = node.input.get(1).and_then(|name| initializers.remove(name)) {
            let key = format!("{}.weight", linear_of(&node.name)?);
            tensors.insert(key, tensor(weight)?.transposed()?);
        }
    }
    for (name, initializer) in initializers {
        let Some(key) = name.strip_prefix(INITIALIZER_PREFIX) else {
            bail!("the initializer {name} has no place in BertModel");
        };
        ensure!(!tensors.contains_key(key), "{key} appears twice");
        tensors.insert(key.to_owned(), tensor(initializer)?);
    }
    Ok(tensors)
}

/// The linear layer that a MatMul belongs to.
fn linear_of(node: &str) -> Result<String> {
    let path = node
        .strip_prefix(NODE_PREFIX)
        .and_then(|path| path.strip_suffix("/MatMul"));
    Ok(path
        .with_context(|| format!("the MatMul {node} has no place in BertModel"))?
        .replace('/', "."))
}

fn tensor(initializer: TensorProto) -> Result<Tensor> {
    let TensorProto {
        dims,
        data_type,
        float_data,
        name,
        raw_data,
    } = initializer;
    ensure!(
        data_type == FLOAT,
        "{name} is of ONNX's data type {data_type}, not of FLOAT"
    );
    let shape = dims
        .into_iter()
        .map(usize::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    let values = if raw_data.is_empty() {
        float_data
    } else {
        values_of(&raw_data)
    };
    ensure!(
        values.len() == shape.iter().product::<usize>(),
        "{name} of shape {shape:?} holds {} values",
        values.len()
    );
    Ok(Tensor { shape, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn initializer(name: &str, dims: &[i64], values: &[f32]) -> TensorProto {
        TensorProto {
            dims: dims.to_vec(),
            data_type: FLOAT,
            float_data: Vec::new(),
            name: name.to_owned(),
            raw_data: values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect(),
        }
    }

    fn matmul(name: &str, inputs: [&str; 2]) -> NodeProto {
        NodeProto {
            input: inputs.map(str::to_owned).to_vec(),
            name: name.to_owned(),
            op_type: "MatMul".to_owned(),
        }
    }

    fn tiny() -> GraphProto {
        GraphProto {
            node: vec![
                matmul(
                    "/model/model.0/auto_model/encoder/layer.0/attention/self/query/MatMul",
                    ["x", "onnx::MatMul_7"],
                ),
                matmul(
                    "/model/model.0/auto_model/encoder/layer.0/attention/self/MatMul",
                    ["q", "k"],
                ),
            ],
            initializer: vec![
                initializer("onnx::MatMul_7", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
                TensorProto {
                    raw_data: Vec::new(),
                    float_data: vec![0.5, -0.5],
                    ..initializer("model.0.auto_model.embeddings.LayerNorm.bias", &[2], &[])
                },
            ],
        }
    }

    fn encoded(graph: GraphProto) -> Vec<u8> {
        ModelProto { graph: Some(graph) }.encode_to_vec()
    }

    #[test]
    fn weights_get_the_names_and_shapes_of_bert_model() -> Result<()> {
        let query = Tensor {
            shape: vec![3, 2],
            values: vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0],
        };
        let bias = Tensor {
            shape: vec![2],
            values: vec![0.5, -0.5],
        };
        let expected = Tensors::from([
            ("embeddings.LayerNorm.bias".to_owned(), bias),
            (
                "encoder.layer.0.attention.self.query.weight".to_owned(),
                query,
            ),
        ]);
        assert_eq!(read(&encoded(tiny()))?, expected);
        Ok(())
    }

    #[test]
    fn an_initializer_without_a_place_is_named() {
        let mut graph = tiny();
        graph.initializer.push(initializer("stray", &[1], &[0.0]));
        let error = read(&encoded(graph)).expect_err("stray belongs nowhere");
        assert_eq!(
            error.to_string(),
            "the initializer stray has no place in BertModel"
        );
    }

    #[test]
    fn a_tensor_with_too_few_values_is_named() {
        let mut graph = tiny();
        graph.initializer[0].dims = vec![2, 4];
        let error = read(&encoded(graph)).expect_err("six values don't fill eight places");
        assert_eq!(
            error.to_string(),
            "onnx::MatMul_7 of shape [2, 4] holds 6 values"
        );
    }
}
