//! The header of a safetensors file, read before the rest of the file is there.

use safetensors::tensor::{Metadata, TensorInfo};
use safetensors::{SafeTensorError, SafeTensors};

/// Bytes of the number that a file begins with: the length of what follows of its header.
const LENGTH: usize = 8;

/// What a file holds, by its header.
#[derive(Debug)]
pub(super) struct Header {
    /// Name, type and shape of each tensor, in the order of their bytes, which lie one after another.
    pub tensors: Vec<(String, TensorInfo)>,
}

impl Header {
    /// Reads the header of a file of `bytes` bytes, of which the first are `start`; `None` if that is not yet all of
    /// its header.
    ///
    /// # Errors
    /// If the header cannot be read, or does not describe a file of that length.
    pub fn parse(start: &[u8], bytes: u64) -> Result<Option<Self>, SafeTensorError> {
        let Some(length) = start.first_chunk::<LENGTH>() else {
            return match bytes < LENGTH as u64 {
                true => Err(SafeTensorError::HeaderTooSmall),
                false => Ok(None),
            };
        };
        let end = u64::from_le_bytes(*length).saturating_add(LENGTH as u64);
        let start = match usize::try_from(end) {
            Ok(end) => &start[..end.min(start.len())],
            Err(_) => start,
        };
        let metadata = match SafeTensors::read_metadata(start) {
            Ok((_, metadata)) => metadata,
            // The library reads whole files. It finds nothing wrong with the header itself.
            Err(SafeTensorError::MetadataIncompleteBuffer) => {
                serde_json::from_slice::<Metadata>(&start[LENGTH..])
                    .map_err(SafeTensorError::InvalidHeaderDeserialization)?
            }
            Err(SafeTensorError::InvalidHeaderLength) if end <= bytes => return Ok(None),
            Err(error) => return Err(error),
        };
        if end.checked_add(metadata.data_len() as u64) != Some(bytes) {
            return Err(SafeTensorError::MetadataIncompleteBuffer);
        }
        let names = metadata.offset_keys().into_iter();
        let tensors = names.filter_map(|name| {
            let info = metadata.info(&name)?.clone();
            Some((name, info))
        });
        Ok(Some(Self {
            tensors: tensors.collect(),
        }))
    }

    /// How many bytes are still to come of a header that begins so, as far as that tells.
    pub fn missing(start: &[u8]) -> usize {
        let Some(length) = start.first_chunk::<LENGTH>() else {
            return LENGTH - start.len();
        };
        let end = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        end.saturating_add(LENGTH).saturating_sub(start.len())
    }

    /// A tensor by its name.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        let mut tensors = self.tensors.iter();
        tensors.find_map(|(own, info)| (own == name).then_some(info))
    }
}

#[cfg(test)]
mod tests {
    use safetensors::Dtype;
    use safetensors::tensor::TensorView;

    use super::*;

    fn file() -> Vec<u8> {
        let view = |bytes| TensorView::new(Dtype::U8, vec![2], bytes).unwrap();
        safetensors::serialize([("b", view(&[1, 2])), ("a", view(&[3, 4]))], None).unwrap()
    }

    #[test]
    fn a_header_is_read_once_it_is_there() {
        let file = file();
        let bytes = file.len() as u64;
        let length = file.len() - 4;
        for end in 0..length {
            assert!(Header::parse(&file[..end], bytes).unwrap().is_none());
            let known = if end < LENGTH { LENGTH } else { length };
            assert_eq!(Header::missing(&file[..end]), known - end);
        }
        for end in length..=file.len() {
            let header = Header::parse(&file[..end], bytes).unwrap().unwrap();
            assert_eq!(header.tensors.len(), 2);
            assert_eq!(header.tensor("a").unwrap().shape, [2]);
            assert!(header.tensor("c").is_none());
        }
    }

    #[test]
    fn a_file_of_another_length_is_refused_by_its_header() {
        let file = file();
        for bytes in [0, 7, 8, 20, file.len() - 1, file.len() + 1] {
            let start = &file[..bytes.min(file.len())];
            assert!(Header::parse(start, bytes as u64).is_err(), "{bytes}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_header_is_what_the_library_says_of_whole_files() {
        let mut damaged = vec![file(); 4];
        damaged[0][..8].copy_from_slice(&u64::MAX.to_le_bytes());
        damaged[1][8] = b'[';
        damaged[2][9] = 0xff;
        // The offsets no longer meet.
        let at = file().windows(3).position(|three| three == b"2,4").unwrap();
        damaged[3][at] = b'3';
        for file in damaged {
            let expected = SafeTensors::deserialize(&file).unwrap_err();
            let error = Header::parse(&file, file.len() as u64).unwrap_err();
            assert_eq!(error.to_string(), expected.to_string());
        }
    }
}
