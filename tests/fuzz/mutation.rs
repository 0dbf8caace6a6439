//! Damaging whole files: their bytes, and what they hold.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// What a file is, so that damage can get past its outermost layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Nothing is known.
    Bytes,
    /// One JSON value.
    Json,
    /// A safetensors file: a length, a JSON header, data.
    Safetensors,
    /// A zip of such files.
    Zip,
}

/// Whole files of a kind, to be damaged.
pub struct Corpus {
    shape: Shape,
    seeds: Vec<Vec<u8>>,
    /// Pieces that mean something to the parser.
    pieces: &'static [&'static str],
}

/// Most bytes that damage makes of a file beyond what it had.
const MOST_GROWTH: usize = 4_096;

impl Corpus {
    /// These files.
    pub fn new(shape: Shape, seeds: Vec<Vec<u8>>, pieces: &'static [&'static str]) -> Self {
        assert!(!seeds.is_empty(), "there is something to damage");
        Self {
            shape,
            seeds,
            pieces,
        }
    }

    /// The whole files.
    pub fn seeds(&self) -> impl Iterator<Item = &[u8]> {
        self.seeds.iter().map(Vec::as_slice)
    }

    /// A damaged file.
    pub fn input(&self, random: &mut ChaCha8Rng) -> Vec<u8> {
        let seed = self.seeds.choose(random).map_or(&[][..], Vec::as_slice);
        if random.random_bool(0.01) {
            return (0..random.random_range(0..200))
                .map(|_| random.random())
                .collect();
        }
        let damaged = match random.random_bool(0.6) {
            true => damage(self.shape, seed, self.pieces, random),
            false => None,
        };
        match damaged {
            // Both at once, at times.
            Some(damaged) if random.random_bool(0.9) => damaged,
            Some(damaged) => self.damage_bytes(damaged, random),
            None => self.damage_bytes(seed.to_vec(), random),
        }
    }

    fn damage_bytes(&self, bytes: Vec<u8>, random: &mut ChaCha8Rng) -> Vec<u8> {
        let other = self.seeds.choose(random).map_or(&[][..], Vec::as_slice);
        damage_bytes(bytes, other, self.pieces, random)
    }
}

/// Damages what a file holds, and leaves what is around it as it should be. `None` if there is nothing within.
fn damage(shape: Shape, seed: &[u8], pieces: &[&str], random: &mut ChaCha8Rng) -> Option<Vec<u8>> {
    match shape {
        Shape::Bytes => None,
        Shape::Json => {
            let mut value = serde_json::from_slice(seed).ok()?;
            for _ in 0..random.random_range(1..4) {
                damage_json(&mut value, pieces, random);
            }
            serde_json::to_vec(&value).ok()
        }
        Shape::Safetensors => {
            let (length, rest) = seed.split_first_chunk::<8>()?;
            let (header, data) = rest.split_at_checked(u64::from_le_bytes(*length) as usize)?;
            let mut header = damage(Shape::Json, header, pieces, random)?;
            while header.len() % 8 != 0 {
                header.push(b' ');
            }
            let data = match random.random_bool(0.9) {
                true => data,
                false => &data[..random.random_range(0..=data.len())],
            };
            Some([&(header.len() as u64).to_le_bytes()[..], &header, data].concat())
        }
        Shape::Zip => {
            let mut files = unpack(seed)?;
            let names: Vec<String> = files.keys().cloned().collect();
            let name = names.choose(random)?;
            let content = files.get_mut(name)?;
            let within = match name {
                name if name.ends_with(".json") => Shape::Json,
                name if name.ends_with(".safetensors") => Shape::Safetensors,
                _ => Shape::Bytes,
            };
            *content = damage(within, content, pieces, random)
                .unwrap_or_else(|| damage_bytes(content.clone(), &[], pieces, random));
            match random.random_range(0..30) {
                0 => drop(files.remove(name)),
                1 => {
                    let odd = ["../out", "/etc/out", "a/../b", "con:", "", "a\\b", "x/y/z"];
                    let content = files.get(name)?.clone();
                    files.insert((*odd.choose(random)?).to_owned(), content);
                }
                _ => (),
            }
            pack(&files)
        }
    }
}

fn unpack(bytes: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).ok()?;
        let mut content = Vec::new();
        file.read_to_end(&mut content).ok()?;
        let name = file.name().ok()?.into_owned();
        files.insert(name, content);
    }
    Some(files)
}

fn pack(files: &BTreeMap<String, Vec<u8>>) -> Option<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in files {
        zip.start_file(name.as_str(), stored).ok()?;
        zip.write_all(content).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}

/// Damages a value somewhere.
fn damage_json(value: &mut Value, pieces: &[&str], random: &mut ChaCha8Rng) {
    let deeper = random.random_bool(0.85);
    match value {
        Value::Array(items) if deeper && !items.is_empty() => {
            let at = random.random_range(0..items.len());
            match random.random_range(0..20) {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                2 => items.truncate(at),
                _ => damage_json(&mut items[at], pieces, random),
            }
        }
        Value::Object(fields) if deeper && !fields.is_empty() => {
            let at = random.random_range(0..fields.len());
            let Some(name) = fields.keys().nth(at).cloned() else {
                return;
            };
            match random.random_range(0..20) {
                0 => drop(fields.remove(&name)),
                1 => {
                    let other = fields.remove(&name).unwrap_or_default();
                    fields.insert(text(pieces, random), other);
                }
                2 => drop(fields.insert(text(pieces, random), leaf(pieces, random))),
                _ => fields
                    .values_mut()
                    .nth(at)
                    .into_iter()
                    .for_each(|field| damage_json(field, pieces, random)),
            }
        }
        Value::String(content) if random.random_bool(0.4) => {
            let other = text(pieces, random);
            content.push_str(&other);
        }
        _ => *value = leaf(pieces, random),
    }
}

fn text(pieces: &[&str], random: &mut ChaCha8Rng) -> String {
    let odd = [
        "",
        "\u{0}",
        "a b",
        "评论",
        "\u{1F600}\u{200D}",
        "../../x",
        "[PAD]",
        "1e999",
    ];
    match random.random_range(0..3) {
        0 => (*odd.choose(random).unwrap_or(&"")).to_owned(),
        1 => "long ".repeat(random.random_range(0..200)),
        _ => (*pieces.choose(random).unwrap_or(&"x")).to_owned(),
    }
}

fn leaf(pieces: &[&str], random: &mut ChaCha8Rng) -> Value {
    match random.random_range(0..12) {
        0 => Value::Null,
        1 => random.random::<bool>().into(),
        2 => (-1).into(),
        3 => 0.into(),
        4 => u64::MAX.into(),
        5 => i64::MIN.into(),
        6 => u32::MAX.into(),
        7 => random.random_range(0..100).into(),
        8 => 1e308.into(),
        9 => Value::Array((0..random.random_range(0..20)).map(Value::from).collect()),
        10 => {
            let depth = random.random_range(0..150);
            (0..depth).fold(Value::Null, |inner, _| Value::Array(vec![inner]))
        }
        _ => text(pieces, random).into(),
    }
}

/// Damages bytes, some of them by what stands in another file.
fn damage_bytes(
    mut bytes: Vec<u8>,
    other: &[u8],
    pieces: &[&str],
    random: &mut ChaCha8Rng,
) -> Vec<u8> {
    const ODD: &[u8] = b"{}[]\",:<>&;/0\0\xFF\n\r\\";
    let most = bytes.len() + MOST_GROWTH;
    for _ in 0..random.random_range(1..8) {
        let at = random.random_range(0..=bytes.len());
        let end = random.random_range(at..=bytes.len().min(at + 64));
        match random.random_range(0..9) {
            0 | 1 if at < bytes.len() => bytes[at] = random.random(),
            2 if at < bytes.len() => bytes[at] = *ODD.choose(random).unwrap_or(&0),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            5 => {
                let piece = pieces.choose(random).unwrap_or(&"0");
                bytes.splice(at..at, piece.bytes());
            }
            6 if !other.is_empty() => {
                let from = random.random_range(0..other.len());
                let to = random.random_range(from..=other.len().min(from + 256));
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            7 if at + 4 <= bytes.len() => {
                let number = [0, 1, u32::MAX, 1 << 31, 1 << 20];
                let number = number.choose(random).copied().unwrap_or(0);
                bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            }
            8 if random.random_bool(0.3) => bytes.truncate(at),
            _ => (),
        }
    }
    bytes.truncate(most);
    bytes
}
