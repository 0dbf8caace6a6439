//! One file on its way, over as many requests as it takes. Where its bytes go is another's business.

use super::HubFile;

/// Milliseconds to wait before each new attempt.
const WAITS: [u32; 5] = [250, 1_000, 2_000, 4_000, 8_000];

/// How much has arrived of a file.
#[derive(Debug)]
pub struct Transfer {
    expected: usize,
    sha256: Option<String>,
    loaded: usize,
}

/// What arrived is not the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferFault {
    /// More bytes than it has.
    TooLong,
    /// An answer in the middle of a file that does not continue it. What had arrived is of no use.
    Elsewhere,
    /// Another checksum.
    Checksum,
}

impl Transfer {
    /// A file of which nothing has arrived.
    pub fn new(file: &HubFile) -> Self {
        Self {
            expected: file.bytes as usize,
            sha256: file.sha256.clone(),
            loaded: 0,
        }
    }

    /// Bytes that have arrived.
    pub fn loaded(&self) -> usize {
        self.loaded
    }

    /// Whether all have.
    pub fn is_whole(&self) -> bool {
        self.loaded == self.expected
    }

    /// The `Range` to ask for: what is missing. `None` asks for the whole file.
    pub fn range(&self) -> Option<String> {
        (self.loaded > 0).then(|| format!("bytes={}-", self.loaded))
    }

    /// Takes in the head of an answer that succeeded: its status, and its `Content-Range` if the browser shows it.
    /// A server may ignore the range and send the whole file; then nothing has arrived of it.
    ///
    /// # Errors
    /// If the answer is another part of the file.
    pub fn answered(
        &mut self,
        status: u16,
        content_range: Option<&str>,
    ) -> Result<(), TransferFault> {
        if status != 206 {
            self.loaded = 0;
            return Ok(());
        }
        match content_range.map(first_byte) {
            Some(first) if first != Some(self.loaded) => {
                self.loaded = 0;
                Err(TransferFault::Elsewhere)
            }
            _ => Ok(()),
        }
    }

    /// Counts bytes that have arrived.
    ///
    /// # Errors
    /// If they are more than the file has.
    pub fn push(&mut self, length: usize) -> Result<(), TransferFault> {
        if length > self.expected - self.loaded {
            return Err(TransferFault::TooLong);
        }
        self.loaded += length;
        Ok(())
    }

    /// Compares the file, once it is whole, with what was wanted, by the SHA-256 of all that arrived.
    ///
    /// # Errors
    /// If it is another one.
    pub fn check(&self, sha256: &str) -> Result<(), TransferFault> {
        match &self.sha256 {
            Some(expected) if expected != sha256 => Err(TransferFault::Checksum),
            _ => Ok(()),
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

    /// Of a file of ten bytes.
    fn transfer(sha256: Option<&str>) -> Transfer {
        Transfer::new(&HubFile {
            name: "model.safetensors".into(),
            bytes: 10,
            sha256: sha256.map(str::to_owned),
        })
    }

    #[test]
    fn a_break_is_gone_on_from() {
        let mut transfer = transfer(Some("its sum"));
        assert_eq!(transfer.range(), None);
        transfer.answered(200, None).unwrap();
        transfer.push(4).unwrap();
        assert_eq!(transfer.range().as_deref(), Some("bytes=4-"));
        transfer.answered(206, Some("bytes 4-9/10")).unwrap();
        transfer.push(3).unwrap();
        // A server may not show its Content-Range to pages of other origins.
        transfer.answered(206, None).unwrap();
        assert!(!transfer.is_whole());
        transfer.push(3).unwrap();
        assert!(transfer.is_whole());
        assert_eq!(transfer.check("its sum"), Ok(()));
    }

    #[test]
    fn a_server_that_ignores_the_range_is_heard_from_the_start() {
        let mut transfer = transfer(None);
        transfer.push(4).unwrap();
        transfer.answered(200, None).unwrap();
        assert_eq!(transfer.loaded(), 0);
        transfer.push(10).unwrap();
        assert_eq!(transfer.check("any"), Ok(()));
    }

    #[test]
    fn what_does_not_continue_the_file_is_refused() {
        for range in ["bytes 5-9/10", "bytes */10", "items 4-9/10", ""] {
            let mut transfer = transfer(None);
            transfer.push(4).unwrap();
            assert_eq!(
                transfer.answered(206, Some(range)),
                Err(TransferFault::Elsewhere),
                "{range}"
            );
            assert_eq!(transfer.range(), None, "the next attempt begins anew");
        }
        let mut transfer = transfer(None);
        transfer.push(4).unwrap();
        assert_eq!(transfer.push(7), Err(TransferFault::TooLong));
        assert_eq!(transfer.loaded(), 4);
    }

    #[test]
    fn another_content_is_refused_where_the_checksum_is_known() {
        let mut transfer = transfer(Some("its sum"));
        transfer.push(10).unwrap();
        assert_eq!(transfer.check("another"), Err(TransferFault::Checksum));
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
