//! One file on its way, over as many requests as it takes.

use crate::checksum::sha256;

use super::HubFile;

/// Milliseconds to wait before each new attempt.
const WAITS: [u32; 5] = [250, 1_000, 2_000, 4_000, 8_000];

/// What has arrived of a file.
#[derive(Debug)]
pub struct Transfer {
    expected: usize,
    sha256: Option<String>,
    bytes: Vec<u8>,
}

/// What arrived is not the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferFault {
    /// There is no memory for it.
    Memory,
    /// More bytes than it has.
    TooLong,
    /// An answer in the middle of a file that does not continue it. What had arrived is dropped.
    Elsewhere,
    /// Another checksum.
    Checksum,
}

impl Transfer {
    /// A file of which nothing has arrived.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn new(file: &HubFile) -> Result<Self, TransferFault> {
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(file.bytes as usize)
            .map_err(|_| TransferFault::Memory)?;
        Ok(Self {
            expected: file.bytes as usize,
            sha256: file.sha256.clone(),
            bytes,
        })
    }

    /// Bytes that have arrived.
    pub fn loaded(&self) -> usize {
        self.bytes.len()
    }

    /// Whether all have.
    pub fn is_whole(&self) -> bool {
        self.bytes.len() == self.expected
    }

    /// The `Range` to ask for: what is missing. `None` asks for the whole file.
    pub fn range(&self) -> Option<String> {
        (!self.bytes.is_empty()).then(|| format!("bytes={}-", self.bytes.len()))
    }

    /// Takes in the head of an answer that succeeded: its status, and its `Content-Range` if the browser shows it.
    /// A server may ignore the range and send the whole file; then what has arrived is dropped.
    ///
    /// # Errors
    /// If the answer is another part of the file.
    pub fn answered(
        &mut self,
        status: u16,
        content_range: Option<&str>,
    ) -> Result<(), TransferFault> {
        if status != 206 {
            self.bytes.clear();
            return Ok(());
        }
        match content_range.map(first_byte) {
            Some(first) if first != Some(self.bytes.len()) => {
                self.bytes.clear();
                Err(TransferFault::Elsewhere)
            }
            _ => Ok(()),
        }
    }

    /// Takes in bytes.
    ///
    /// # Errors
    /// If they are more than the file has.
    pub fn push(
        &mut self,
        length: usize,
        copy: impl FnOnce(&mut [u8]),
    ) -> Result<(), TransferFault> {
        let start = self.bytes.len();
        if length > self.expected - start {
            return Err(TransferFault::TooLong);
        }
        self.bytes.resize(start + length, 0);
        copy(&mut self.bytes[start..]);
        Ok(())
    }

    /// The file, once it is whole.
    ///
    /// # Errors
    /// If it is another one.
    pub fn finish(self) -> Result<Vec<u8>, TransferFault> {
        match &self.sha256 {
            Some(expected) if *expected != sha256(&self.bytes) => Err(TransferFault::Checksum),
            _ => Ok(self.bytes),
        }
    }
}

/// The first byte of `bytes 5-9/10`.
fn first_byte(content_range: &str) -> Option<usize> {
    let (first, _) = content_range.strip_prefix("bytes ")?.split_once('-')?;
    first.parse().ok()
}

/// How often a file is asked for again.
#[derive(Debug, Default)]
pub struct Retries {
    failed: usize,
    loaded: usize,
}

impl Retries {
    /// Milliseconds to wait before the next attempt after one that failed at `loaded` bytes; `None` to give up. An
    /// attempt that brought bytes gives back all the others: a bad connection may break often.
    pub fn wait(&mut self, loaded: usize) -> Option<u32> {
        if loaded > self.loaded {
            self.failed = 0;
        }
        self.loaded = loaded;
        self.failed += 1;
        WAITS.get(self.failed - 1).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: &[u8] = b"0123456789";

    fn transfer(sha256: Option<&str>) -> Transfer {
        let file = HubFile {
            name: "model.safetensors".into(),
            bytes: CONTENT.len() as u32,
            sha256: sha256.map(str::to_owned),
        };
        Transfer::new(&file).unwrap()
    }

    fn push(transfer: &mut Transfer, bytes: &[u8]) -> Result<(), TransferFault> {
        transfer.push(bytes.len(), |place| place.copy_from_slice(bytes))
    }

    #[test]
    fn a_break_is_gone_on_from() {
        let sha256 = sha256(CONTENT);
        let mut transfer = transfer(Some(&sha256));
        assert_eq!(transfer.range(), None);
        transfer.answered(200, None).unwrap();
        push(&mut transfer, &CONTENT[..4]).unwrap();
        assert_eq!(transfer.range().as_deref(), Some("bytes=4-"));
        transfer.answered(206, Some("bytes 4-9/10")).unwrap();
        push(&mut transfer, &CONTENT[4..7]).unwrap();
        // A server may not show its Content-Range to pages of other origins.
        transfer.answered(206, None).unwrap();
        assert!(!transfer.is_whole());
        push(&mut transfer, &CONTENT[7..]).unwrap();
        assert!(transfer.is_whole());
        assert_eq!(transfer.finish().unwrap(), CONTENT);
    }

    #[test]
    fn a_server_that_ignores_the_range_is_heard_from_the_start() {
        let mut transfer = transfer(None);
        push(&mut transfer, b"0123").unwrap();
        transfer.answered(200, None).unwrap();
        assert_eq!(transfer.loaded(), 0);
        push(&mut transfer, CONTENT).unwrap();
        assert_eq!(transfer.finish().unwrap(), CONTENT);
    }

    #[test]
    fn what_does_not_continue_the_file_is_refused() {
        for range in ["bytes 5-9/10", "bytes */10", "items 4-9/10", ""] {
            let mut transfer = transfer(None);
            push(&mut transfer, b"0123").unwrap();
            assert_eq!(
                transfer.answered(206, Some(range)),
                Err(TransferFault::Elsewhere),
                "{range}"
            );
            assert_eq!(transfer.range(), None, "the next attempt begins anew");
        }
        let mut transfer = transfer(None);
        push(&mut transfer, b"0123").unwrap();
        assert_eq!(push(&mut transfer, b"4567890"), Err(TransferFault::TooLong));
        assert_eq!(transfer.loaded(), 4);
    }

    #[test]
    fn another_content_is_refused_where_the_checksum_is_known() {
        let mut transfer = transfer(Some(&"0".repeat(64)));
        push(&mut transfer, CONTENT).unwrap();
        assert_eq!(transfer.finish(), Err(TransferFault::Checksum));
    }

    #[test]
    fn attempts_end_unless_bytes_come() {
        let mut retries = Retries::default();
        let waits: Vec<u32> = std::iter::from_fn(|| retries.wait(0)).collect();
        assert_eq!(waits, WAITS);
        assert_eq!(retries.wait(1), Some(WAITS[0]));
        assert_eq!(retries.wait(1), Some(WAITS[1]));
    }
}
