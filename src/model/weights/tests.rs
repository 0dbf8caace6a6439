use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use safetensors::{Dtype, tensor::TensorView};

use super::*;
use crate::checksum::sha256;
use crate::device::cpu;
use crate::model::folder::SINGLE;
use crate::model::names::{self, old_name};
use crate::model::sink::FileSink;

fn config() -> EncoderConfig {
    EncoderConfig::from_json(
        br#"{"model_type":"bert","vocab_size":8,"hidden_size":4,"num_hidden_layers":1,"num_attention_heads":2,
             "intermediate_size":6,"max_position_embeddings":5}"#,
    )
    .unwrap()
}

fn roberta() -> EncoderConfig {
    EncoderConfig::from_json(
        br#"{"model_type":"roberta","vocab_size":8,"hidden_size":4,"num_hidden_layers":1,"num_attention_heads":2,
             "intermediate_size":6,"max_position_embeddings":5}"#,
    )
    .unwrap()
}

fn file() -> Vec<u8> {
    random_file(&config(), &mut ChaCha8Rng::seed_from_u64(0)).unwrap()
}

/// A file of zeros with these tensors.
fn zeros(tensors: impl IntoIterator<Item = (String, Dtype, Vec<usize>)>) -> Vec<u8> {
    let zeros = vec![0; 8192];
    let views: Vec<_> = tensors
        .into_iter()
        .map(|(name, dtype, shape)| {
            let size = shape.iter().product::<usize>() * dtype.bitsize() / 8;
            (name, TensorView::new(dtype, shape, &zeros[..size]).unwrap())
        })
        .collect();
    safetensors::serialize(views, None).unwrap()
}

/// A single file with each tensor renamed, cut or left out by `change`.
fn changed(change: impl Fn(&str) -> Option<(String, Dtype, Vec<usize>)>) -> WeightFiles {
    let table = names::tensors(&config(), false);
    let tensors = table.iter().filter_map(|(name, _)| change(name));
    WeightFiles::Single(zeros(tensors))
}

fn shape_of(name: &str) -> Vec<usize> {
    names::tensors(&config(), true)
        .into_iter()
        .find(|(own, _)| own == name)
        .unwrap()
        .1
}

fn surplus(files: &WeightFiles, config: &EncoderConfig) -> Vec<String> {
    Weights::open(files, config, &cpu())
        .unwrap()
        .surplus()
        .to_vec()
}

fn error(files: &WeightFiles) -> String {
    match Weights::open(files, &config(), &cpu()) {
        Ok(_) => panic!("the files are accepted"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn assert_error(files: &WeightFiles, message: &str) {
    let error = error(files);
    assert!(error.contains(message), "{error}");
}

#[test]
fn each_type_of_number_gives_a_weight_of_the_right_shape() {
    for dtype in [Dtype::F32, Dtype::F16, Dtype::BF16] {
        let files = changed(|name| Some((name.into(), dtype, shape_of(name))));
        let (config, device) = (config(), cpu());
        let weights = Weights::open(&files, &config, &device).unwrap();
        let linear = weights
            .linear("encoder.layer.0.intermediate.dense")
            .unwrap();
        assert_eq!(linear.weight.val().dims(), [4, 6]);
    }
}

#[test]
fn names_of_heads_and_of_old_files_are_understood() {
    let files = changed(|name| {
        let old = old_name(name).unwrap_or(name.to_owned());
        Some((format!("bert.{old}"), Dtype::F32, shape_of(name)))
    });
    assert!(surplus(&files, &config()).is_empty());
}

#[test]
fn a_pooler_is_taken_only_whole() {
    let pooler = |parts: &[&str]| {
        let mut tensors: Vec<_> = names::tensors(&config(), false)
            .into_iter()
            .map(|(name, shape)| (name, Dtype::F32, shape))
            .collect();
        for part in parts {
            let name = format!("pooler.dense.{part}");
            let shape = shape_of(&name);
            tensors.push((name, Dtype::F32, shape));
        }
        WeightFiles::Single(zeros(tensors))
    };
    assert!(surplus(&pooler(&["weight", "bias"]), &config()).is_empty());
    assert_error(&pooler(&["weight"]), "pooler.dense.bias is missing");
}

#[test]
fn missing_misshapen_and_mistyped_tensors_are_named() {
    let files = changed(|name| match name {
        "embeddings.LayerNorm.bias" => None,
        "encoder.layer.0.output.dense.weight" => Some((name.into(), Dtype::F32, vec![6, 4])),
        "encoder.layer.0.output.dense.bias" => Some((name.into(), Dtype::I64, vec![4])),
        _ => Some((name.into(), Dtype::F32, shape_of(name))),
    });
    let error = error(&files);
    for message in [
        "embeddings.LayerNorm.bias is missing",
        "encoder.layer.0.output.dense.weight has shape [6, 4], not [4, 6]",
        "encoder.layer.0.output.dense.bias is of type I64, not F32, F16 or BF16",
    ] {
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_file_of_something_else_is_summed_up() {
    let files = changed(|name| (name.contains("word")).then(|| ("x".into(), Dtype::F32, vec![1])));
    assert_error(&files, "; and 16 more");
    // DistilBERT's weights under BERT's config.json.
    let files = changed(|name| {
        let name = name.replace("encoder.layer", "transformer.layer");
        Some((format!("distilbert.{name}"), Dtype::F32, vec![1]))
    });
    assert_error(&files, "embeddings.word_embeddings.weight is missing");
}

#[test]
fn surplus_tensors_are_named_but_buffers_are_not() {
    let files = |prefix: &str, head: &str| {
        let own = names::tensors(&config(), false)
            .into_iter()
            .map(|(name, shape)| (format!("{prefix}{name}"), Dtype::F32, shape));
        let more = [
            (
                format!("{prefix}embeddings.position_ids"),
                Dtype::I64,
                vec![1, 5],
            ),
            (
                format!("{prefix}embeddings.token_type_ids"),
                Dtype::I64,
                vec![1, 5],
            ),
            (head.to_owned(), Dtype::F32, vec![2, 4]),
        ];
        WeightFiles::Single(zeros(own.chain(more)))
    };
    assert_eq!(
        surplus(&files("", "classifier.weight"), &config()),
        ["classifier.weight"]
    );
    assert_eq!(
        surplus(&files("roberta.", "lm_head.dense.weight"), &roberta()),
        ["lm_head.dense.weight"]
    );
}

#[test]
fn damaged_files_are_refused() {
    let bytes = file();
    for end in [0, 7, 8, 100, bytes.len() - 1] {
        assert_error(
            &WeightFiles::Single(bytes[..end].to_vec()),
            "model.safetensors cannot be read",
        );
    }
    let mut huge = bytes.clone();
    huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert_error(
        &WeightFiles::Single(huge),
        "model.safetensors cannot be read",
    );
}

const SHARDS: [&str; 2] = [
    "model-00001-of-00002.safetensors",
    "model-00002-of-00002.safetensors",
];

/// The tensors in two files by `places`, and an index that lists each where `listed` says.
fn sharded(
    places: impl Fn(&str) -> Vec<usize>,
    listed: impl Fn(&str) -> Option<usize>,
) -> WeightFiles {
    let table = names::tensors(&config(), false);
    let shard = |shard: usize| {
        let tensors = table
            .iter()
            .filter(|(name, _)| places(name).contains(&shard))
            .map(|(name, shape)| (name.clone(), Dtype::F32, shape.clone()));
        (SHARDS[shard].to_owned(), zeros(tensors))
    };
    let map: BTreeMap<&String, &str> = table
        .iter()
        .filter_map(|(name, _)| Some((name, SHARDS[listed(name)?])))
        .collect();
    let index = serde_json::json!({"metadata": {"total_size": 1}, "weight_map": map});
    WeightFiles::Sharded {
        index: serde_json::to_vec(&index).unwrap(),
        shards: [shard(0), shard(1)].into(),
    }
}

/// Embeddings in the first file, layers in the second.
fn place(name: &str) -> usize {
    name.starts_with("encoder").into()
}

const NORM: &str = "embeddings.LayerNorm.bias";

#[test]
fn several_files_are_read_as_one() {
    let files = sharded(|name| vec![place(name)], |name| Some(place(name)));
    assert!(surplus(&files, &config()).is_empty());
    let WeightFiles::Sharded { index, .. } = &files else {
        panic!("there are several");
    };
    assert!(shard_names(index).unwrap().iter().eq(SHARDS));
}

#[test]
fn differences_of_index_and_files_are_named() {
    let own = |name: &str| Some(place(name));
    let elsewhere = sharded(|name| vec![place(name) ^ usize::from(name == NORM)], own);
    assert_error(
        &elsewhere,
        "embeddings.LayerNorm.bias is listed in model-00001-of-00002.safetensors, but is in model-00002-of-00002.safetensors",
    );
    let twice = sharded(
        |name| {
            if name == NORM {
                vec![0, 1]
            } else {
                vec![place(name)]
            }
        },
        own,
    );
    assert_error(
        &twice,
        "embeddings.LayerNorm.bias is in model-00001-of-00002.safetensors and in model-00002",
    );
    let absent = sharded(
        |name| {
            if name == NORM {
                vec![]
            } else {
                vec![place(name)]
            }
        },
        own,
    );
    assert_error(
        &absent,
        "embeddings.LayerNorm.bias is listed in model-00001-of-00002.safetensors and is not there",
    );
    let unlisted = sharded(
        |name| vec![place(name)],
        |name| (name != NORM).then(|| place(name)),
    );
    assert_error(
        &unlisted,
        "embeddings.LayerNorm.bias of model-00001-of-00002.safetensors is not listed",
    );
}

#[test]
fn missing_and_damaged_shards_are_named() {
    let mut files = sharded(|name| vec![place(name)], |name| Some(place(name)));
    if let WeightFiles::Sharded { shards, .. } = &mut files {
        shards.get_mut(SHARDS[1]).unwrap().truncate(20);
    }
    assert_error(&files, "model-00002-of-00002.safetensors cannot be read");
    if let WeightFiles::Sharded { shards, .. } = &mut files {
        shards.remove(SHARDS[1]);
    }
    assert_error(
        &files,
        "the file model-00002-of-00002.safetensors is missing",
    );
    if let WeightFiles::Sharded { index, .. } = &mut files {
        *index = b"{}".to_vec();
    }
    assert_error(
        &files,
        "model.safetensors.index.json cannot be read: missing field `weight_map`",
    );
}

/// As [`config`], wide enough for whole blocks of 4-bit numbers.
fn wide() -> EncoderConfig {
    EncoderConfig::from_json(
        br#"{"model_type":"bert","vocab_size":8,"hidden_size":32,"num_hidden_layers":1,"num_attention_heads":2,
             "intermediate_size":64,"max_position_embeddings":5}"#,
    )
    .unwrap()
}

/// Weights of [`wide`] whose layers have 4-bit matrices, of `dtype` and with rows of `bytes` for 32 numbers.
fn packed(dtype: Dtype, bytes: usize) -> WeightFiles {
    let tensors = names::tensors(&wide(), true).into_iter();
    let tensors = tensors.map(|(name, shape)| match shape[..] {
        [rows, columns] if !name.starts_with("embeddings") => {
            let stored = vec![rows, columns / 32 * bytes];
            (format!("bert.{name}.q4_0"), dtype, stored)
        }
        _ => (format!("bert.{name}"), Dtype::F32, shape),
    });
    let tensors: Vec<_> = tensors.collect();
    WeightFiles::Single(zeros(tensors))
}

#[test]
fn four_bit_matrices_stand_for_others() {
    let (files, config, device) = (packed(Dtype::U8, 18), wide(), cpu());
    let weights = Weights::open(&files, &config, &device).unwrap();
    assert!(weights.surplus().is_empty());
    let linear = weights
        .linear("encoder.layer.0.intermediate.dense")
        .unwrap();
    assert_eq!(linear.weight.val().dims(), [32, 64]);
    assert_eq!(weights.pooler(), Some("pooler.dense"));
}

#[test]
fn four_bit_matrices_of_another_shape_or_type_are_named() {
    let error = |files| match Weights::open(&files, &wide(), &cpu()) {
        Ok(_) => panic!("the file is accepted"),
        Err(error) => error.to_string(),
    };
    let name = "encoder.layer.0.intermediate.dense.weight.q4_0";
    let shape = error(packed(Dtype::U8, 20));
    assert!(
        shape.contains(&format!("{name} has shape [64, 20], not [64, 18]")),
        "{shape}"
    );
    let dtype = error(packed(Dtype::I8, 18));
    assert!(
        dtype.contains(&format!("{name} is of type I8, not U8")),
        "{dtype}"
    );
}

/// All numbers of an encoder's weights, in an order, and what it does not use.
fn content(weights: &Weights) -> (Vec<u32>, Vec<String>) {
    let numbers = weights.tensors.values().flat_map(|parameter| {
        let data = match parameter {
            Parameter::Vector(vector) => vector.val().into_data(),
            Parameter::Matrix(matrix) => matrix.val().into_data(),
        };
        data.iter::<f32>().map(f32::to_bits).collect::<Vec<_>>()
    });
    (numbers.collect(), weights.surplus().to_vec())
}

/// Files of each kind with their configurations: float32 with a head beside it, float16, 4-bit, and several.
fn kinds() -> Vec<(WeightFiles, EncoderConfig)> {
    let mut halves: Vec<u8> = Vec::new();
    let table = names::tensors(&config(), true);
    let tensors: Vec<_> = table
        .iter()
        .map(|(name, shape)| {
            let start = halves.len();
            let numbers = shape.iter().product::<usize>() as u16;
            halves.extend((0..numbers).flat_map(|at| (0x3000 + at).to_le_bytes()));
            (name, shape, start..halves.len())
        })
        .collect();
    let views = tensors.into_iter().map(|(name, shape, range)| {
        (
            name,
            TensorView::new(Dtype::F16, shape.clone(), &halves[range]).unwrap(),
        )
    });
    let halves = safetensors::serialize(views, None).unwrap();
    let mut blocks = packed(Dtype::U8, 18);
    if let WeightFiles::Single(bytes) = &mut blocks {
        let data = bytes.len() / 2;
        for (at, byte) in bytes[data..].iter_mut().enumerate() {
            *byte = (at % 120) as u8;
        }
    }
    vec![
        (WeightFiles::Single(file()), config()),
        (WeightFiles::Single(halves), config()),
        (blocks, wide()),
        (
            sharded(|name| vec![place(name)], |name| Some(place(name))),
            config(),
        ),
    ]
}

/// Reads files whose bytes come in parts of these lengths, again and again.
fn in_parts(
    files: &WeightFiles,
    config: &EncoderConfig,
    lengths: &[usize],
) -> Result<Weights, WeightsError> {
    let mut reader = match files {
        WeightFiles::Single(_) => WeightsReader::single(config, &cpu()),
        WeightFiles::Sharded { index, .. } => {
            WeightsReader::sharded(index, |_| true, config, &cpu())?
        }
    };
    let mut lengths = lengths.iter().cycle();
    for name in reader.remaining() {
        let (_, mut bytes) = files.iter().find(|(own, _)| *own == name).unwrap();
        reader.begin(&name, bytes.len() as u64)?;
        let checksum = sha256(bytes);
        while !bytes.is_empty() {
            let (part, rest) = bytes.split_at((*lengths.next().unwrap()).min(bytes.len()));
            reader.push(part)?;
            bytes = rest;
        }
        assert_eq!(reader.checksum(), checksum);
        reader.end()?;
    }
    reader.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_bytes_are_cut_the_weights_are_the_same(lengths in vec(1_usize..700, 1..20)) {
        for (files, config) in kinds() {
            let whole = content(&Weights::open(&files, &config, &cpu()).unwrap());
            let parts = content(&in_parts(&files, &config, &lengths).unwrap());
            prop_assert_eq!(whole, parts);
        }
    }

    #[test]
    fn however_damaged_bytes_are_cut_the_error_is_the_same(
        lengths in vec(1_usize..700, 1..20),
        at in any::<Index>(),
        byte in any::<u8>(),
        kept in any::<Index>(),
    ) {
        let (mut altered, mut cut) = (file(), file());
        let at = at.index(altered.len());
        altered[at] = byte;
        cut.truncate(kept.index(cut.len()));
        for bytes in [altered, cut] {
            let files = WeightFiles::Single(bytes);
            let outcome = |weights: Result<Weights, WeightsError>| {
                weights.map(|weights| content(&weights)).map_err(|error| error.to_string())
            };
            let whole = outcome(Weights::open(&files, &config(), &cpu()));
            prop_assert_eq!(whole, outcome(in_parts(&files, &config(), &lengths)));
        }
    }
}

#[test]
fn numbers_are_where_the_format_has_them() {
    let file = file();
    let weights = Weights::open(&WeightFiles::Single(file.clone()), &config(), &cpu()).unwrap();
    let views = safetensors::SafeTensors::deserialize(&file).unwrap();
    let stored = |name: &str| to_f32(name, &views.tensor(name).unwrap()).unwrap();
    let layer = "encoder.layer.0.intermediate.dense";
    let linear = weights.linear(layer).unwrap();
    let [weight, bias] = ["weight", "bias"].map(|part| stored(&format!("{layer}.{part}")));
    let read: Vec<f32> = linear.weight.val().into_data().iter().collect();
    assert_eq!(read, transpose(&weight, 6, 4));
    let read: Vec<f32> = linear.bias.unwrap().val().into_data().iter().collect();
    assert_eq!(read, bias);
    let words = weights.embedding("embeddings.word_embeddings").unwrap();
    let read: Vec<f32> = words.weight.val().into_data().iter().collect();
    assert_eq!(read, stored("embeddings.word_embeddings.weight"));
}

#[test]
fn misfits_are_known_before_the_first_tensor() {
    let files = changed(|name| {
        let shape = if name == NORM {
            vec![5]
        } else {
            shape_of(name)
        };
        Some((name.into(), Dtype::F32, shape))
    });
    let WeightFiles::Single(bytes) = files else {
        panic!("there is one file");
    };
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let mut reader = WeightsReader::single(&config(), &cpu());
    reader.begin(SINGLE, bytes.len() as u64).unwrap();
    reader.push(&bytes[..header - 1]).unwrap();
    let error = reader.push(&bytes[header - 1..header]).unwrap_err();
    assert!(error.to_string().contains(NORM), "{error}");
}

#[test]
fn a_file_that_begins_anew_leaves_nothing_of_what_came_before() {
    let (file, mut damaged) = (file(), file());
    let end = damaged.len();
    damaged[end - 400..].fill(0);
    let mut reader = WeightsReader::single(&config(), &cpu());
    for (bytes, end) in [(&damaged, end), (&damaged, end / 2), (&file, end)] {
        reader.begin(SINGLE, bytes.len() as u64).unwrap();
        reader.push(&bytes[..end]).unwrap();
        if end == bytes.len() {
            reader.end().unwrap();
            assert!(reader.remaining().is_empty());
        }
    }
    let read = content(&reader.finish().unwrap());
    let whole = Weights::open(&WeightFiles::Single(file), &config(), &cpu());
    assert_eq!(read, content(&whole.unwrap()));
}

#[test]
fn what_has_not_come_whole_is_not_used() {
    let file = file();
    let mut reader = WeightsReader::single(&config(), &cpu());
    reader.begin(SINGLE, file.len() as u64).unwrap();
    reader.push(&file[..file.len() - 1]).unwrap();
    assert!(matches!(reader.end(), Err(WeightsError::Unreadable { .. })));
    assert_eq!(reader.remaining(), [SINGLE]);
    assert!(matches!(reader.finish(), Err(WeightsError::Shards(_))));
}

#[test]
fn bytes_beyond_the_file_are_refused() {
    let file = file();
    let mut reader = WeightsReader::single(&config(), &cpu());
    reader.begin(SINGLE, file.len() as u64).unwrap();
    reader.push(&file).unwrap();
    reader.push(&[0]).unwrap();
    assert!(matches!(reader.end(), Err(WeightsError::Unreadable { .. })));
}
