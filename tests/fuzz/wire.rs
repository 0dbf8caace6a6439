//! What comes over a wire: messages between page and worker, the hub's answers, the list of encoders.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tabtune::hub::{Hub, HubFile, Listing, Repository, Transfer};
use tabtune::protocol::{Command, EncoderEntry, Event};
use tabtune::run_state::RunState;
use tabtune::run_state::watch::Watch;

use crate::harness::{Target, run};
use crate::mutation::{Corpus, Shape};

/// The messages that the test of the protocol freezes.
fn messages<T: DeserializeOwned>() -> Vec<Vec<u8>> {
    include_str!("../protocol.rs")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("r#\"")?.strip_suffix("\"#,"))
        .filter(|message| serde_json::from_str::<T>(message).is_ok())
        .map(|message| message.as_bytes().to_vec())
        .collect()
}

const PIECES: &[&str] = &[
    "Auto",
    "Cpu",
    "lora",
    "SingleLabel",
    "Train",
    "id",
    "config",
    "NaN",
];

/// Reads a message; what is one writes itself as one again.
fn message<T: DeserializeOwned + Serialize>(input: &[u8]) -> Option<T> {
    let message: T = serde_json::from_slice(input).ok()?;
    let written = serde_json::to_vec(&message).unwrap();
    assert!(serde_json::from_slice::<T>(&written).is_ok());
    Some(message)
}

fn wire(name: &'static str, share: u64) -> Target {
    Target {
        name,
        share,
        factor: 400,
        base: 2 << 20,
    }
}

#[test]
fn commands() {
    let corpus = Corpus::new(Shape::Json, messages::<Command>(), PIECES);
    run(&wire("commands", 90), &corpus, |input| {
        let Some(command) = message::<Command>(input) else {
            return false;
        };
        RunState::default().sent(&command);
        assert!(command.allowance(input.len()) > 0.0);
        if let Command::Train { config, .. } | Command::Estimate { config, .. } = &command {
            let _ = config.validate();
        }
        true
    });
}

#[test]
fn events() {
    let corpus = Corpus::new(Shape::Json, messages::<Event>(), PIECES);
    let asked: Vec<Command> = messages::<Command>()
        .iter()
        .map(|command| serde_json::from_slice(command).unwrap())
        .collect();
    let (mut state, mut at) = (RunState::default(), 0);
    run(&wire("events", 110), &corpus, |input| {
        // One page that hears them all, and now and then a new one.
        at += 1;
        if at % 50 == 0 {
            state = RunState::default();
        }
        state.sent(&asked[at % asked.len()]);
        let Some(event) = message::<Event>(input) else {
            return false;
        };
        Watch::default().hears(&event);
        state.apply(event);
        let _ = (state.can_start(), state.can_pause(), state.can_stop());
        true
    });
}

#[test]
fn hub_listing() {
    let answer = r#"{"id":"owner/name","sha":"0123456789abcdef0123456789abcdef01234567","private":false,"disabled":false,"gated":false,"cardData":{"license":["mit","other"],"license_name":"x"},"siblings":[{"rfilename":"config.json","size":600,"blobId":"b"},{"rfilename":"model.safetensors","size":700,"lfs":{"sha256":"00","size":700,"pointerSize":130}}]}"#;
    let corpus = Corpus::new(
        Shape::Json,
        vec![answer.into()],
        &["auto", "../../x", "rfilename", "lfs", "/", ".."],
    );
    run(
        &wire("hub-listing", 70),
        &corpus,
        |input| match Listing::parse(input) {
            Ok(listing) => {
                let names = listing.names();
                let described = listing.describe(&names, |_| 1 << 30);
                if let Ok(description) = described {
                    let repository = Repository::parse(&description.repository).unwrap();
                    let hub = Hub::new("https://hub.example/");
                    for file in &description.files {
                        let address = hub.file(&repository, &description.revision, &file.name);
                        assert!(address.starts_with("https://hub.example/"));
                    }
                }
                true
            }
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.hint().is_empty());
                false
            }
        },
    );
}

#[test]
fn hub_transfer() {
    let corpus = Corpus::new(
        Shape::Bytes,
        vec![b"bytes 3-9/10".to_vec(), b"bytes 0-9/*".to_vec()],
        &["bytes ", "-", "/", "*", "18446744073709551616", "-1"],
    );
    run(&wire("hub-transfer", 60), &corpus, |input| {
        let file = HubFile {
            name: "model.safetensors".into(),
            bytes: 10,
            sha256: None,
        };
        let mut transfer = Transfer::new(&file);
        transfer.push(3).unwrap();
        let text = String::from_utf8_lossy(input);
        let answered = transfer.answered(206, Some(&text)).is_ok();
        let _ = transfer.push(input.len());
        assert!(transfer.loaded() <= 10);
        answered || !text.starts_with("bytes 3-")
    });
}

#[test]
fn catalogue() {
    let list = r#"[{"id":"tiny-bert","source":"owner/tiny-bert","license":"MIT","description":"Small.","files":[{"name":"config.json","bytes":600,"sha256":"00"}]}]"#;
    let corpus = Corpus::new(Shape::Json, vec![list.into()], PIECES);
    run(&wire("catalogue", 40), &corpus, |input| {
        message::<Vec<EncoderEntry>>(input).is_some()
    });
}
