//! Examples to token batches: the tokenizer of a Hugging Face folder, and batches padded to their longest text.

mod batch;
mod encoded;
mod prompt;
mod tokenizer;

pub use batch::TokenBatch;
pub use encoded::EncodedExample;
pub use prompt::{PromptError, default_prompt};
pub use tokenizer::{Tokenizer, TokenizerError};
