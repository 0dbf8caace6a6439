//! An encoder's weights never lie in memory but as its tensors, whatever the size of their files.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tabtune::device;
use tabtune::model::weights::{WeightsReader, random_file};
use tabtune::model::{Encoder, EncoderConfig, FileSink};

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, and a count of what it has given out.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator with the arguments that it came with; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(in_use, Ordering::Relaxed);
        // SAFETY: as the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller's.
        unsafe { System.dealloc(place, layout) };
    }
}

#[test]
fn loading_needs_no_more_than_what_is_loaded() {
    let config = EncoderConfig::from_json(
        br#"{"model_type":"bert","vocab_size":20000,"hidden_size":64,"num_hidden_layers":4,"num_attention_heads":2,
             "intermediate_size":256,"max_position_embeddings":512}"#,
    )
    .unwrap();
    let file = random_file(&config, &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
    let device = device::cpu();
    let before = IN_USE.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);

    let mut reader = WeightsReader::single(&config, &device);
    reader
        .begin("model.safetensors", file.len() as u64)
        .unwrap();
    for part in file.chunks(1 << 16) {
        reader.push(part).unwrap();
    }
    reader.end().unwrap();
    let encoder = Encoder::load(&reader.finish().unwrap()).unwrap();

    let most = MOST.load(Ordering::Relaxed) - before;
    let kept = IN_USE.load(Ordering::Relaxed) - before;
    assert!(kept >= file.len() - (1 << 16), "{kept} of {}", file.len());
    // The header, names and shapes.
    assert!(most - kept < 256 << 10, "{most}, of which {kept} are kept");
    drop(encoder);
}
