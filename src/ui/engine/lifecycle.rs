//! The worker's life: its start, its greeting, its replacement by another that is brought to the same place.

use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::recovery::{EncoderChoice, Step};
use super::trouble::Trouble;
use super::worker::{
    FromWorker, OneThread, WorkerBuild, WorkerHandle, base_url, cpu_build, device_asked_for,
    hub_url, lacks_adapter,
};
use super::{Engine, Inner};
use crate::port;
use crate::protocol::{Command, DeviceKind, DeviceReason, PROTOCOL_VERSION, RequestId, WireError};
use crate::run_state::RunState;
use crate::run_state::loss::{Loss, RunAfterLoss};
use crate::run_state::monitor::Monitor;
use crate::run_state::run::Run;
use crate::run_state::wanted::Wanted;
use crate::ui::notice::Notice;
use crate::ui::words;

/// The encoder that is loaded at the start, if it is on offer.
const DEFAULT_ENCODER: &str = "paraphrase-MiniLM-L3-v2";

/// A worker that does not speak for this long may have failed to load, which the browser does not report.
const SLOW_START_MS: u32 = 20_000;

impl Engine {
    /// Goes on with another device, in a new worker. What was loaded and learnt goes along.
    pub(crate) fn switch_device(self, kind: DeviceKind) {
        self.state.update(|state| state.gpu_lost = false);
        let one_thread = self.one_thread.get_untracked();
        self.move_on(|inner| {
            inner.no_gpu = None;
            (inner.build, inner.preference) = device_asked_for(kind, one_thread.as_ref());
        });
    }

    /// Starts the worker for the GPU, or, where the browser has no GPU to give, that for the CPU, which is less than half as
    /// large. The page can tell before either is loaded.
    pub(super) async fn start_if_gpu(self) {
        let lacks_adapter = lacks_adapter().await;
        let Some(is_first) = self.inner.try_with_value(|inner| inner.generation == 0) else {
            return;
        };
        // Another may have been asked for meanwhile.
        if !is_first {
            return;
        }
        if lacks_adapter {
            let one_thread = self.one_thread.get_untracked();
            self.inner.update_value(|inner| {
                (inner.build, inner.preference) =
                    device_asked_for(DeviceKind::Cpu, one_thread.as_ref());
                inner.no_gpu = Some(DeviceReason::NoAdapter);
            });
        }
        self.start_worker();
    }

    /// Goes on in a new worker that differs in what `change` makes of it.
    pub(super) fn move_on(self, change: impl FnOnce(&mut Inner)) {
        let run = self
            .state
            .with_untracked(|state| state.run.clone().filter(Run::is_worth_resuming));
        self.inner.update_value(|inner| {
            change(inner);
            inner.losses_in_a_row = 0;
            inner.retries_gpu = false;
            inner.replay = inner.told.replay(run.as_ref(), false);
        });
        self.notice.set(None);
        self.state.update(|state| {
            state.leave_estimate();
            state.worker_replaced(false, run.is_some());
        });
        self.start_worker();
    }

    /// Starts a worker where none could be started, or where one does not answer.
    pub(crate) fn restart(self) {
        self.notice.set(None);
        self.state.update(|state| state.error = None);
        self.inner.update_value(|inner| inner.losses_in_a_row = 0);
        self.start_worker();
    }

    pub(super) fn start_worker(self) {
        self.monitor.update(Monitor::take_back);
        self.trouble.set(None);
        let (build, generation) = self
            .inner
            .try_update_value(|inner| {
                inner.worker = None;
                inner.heartbeat = None;
                inner.stays_paused = false;
                inner.generation += 1;
                inner.replaying = None;
                inner.lacks_model = false;
                inner.waiting = None;
                inner.wanted = Wanted::default();
                inner.wanted_encoder = None;
                inner.reading.clear();
                (inner.build, inner.generation)
            })
            .unwrap_or((WorkerBuild::Cpu, 0));
        self.note_recovery();
        let hear = move |message| {
            self.soon(move |work| {
                if self.inner.try_with_value(|inner| inner.generation) == Some(generation) {
                    (work.hear)(self, message);
                }
            });
        };
        let loader = build.loader(self.hub_allowed.get_untracked());
        match WorkerHandle::start(loader, build.script(), hear) {
            Ok(worker) => {
                let slow = move || self.notice.set(Some(words::slow_start()));
                self.inner.update_value(|inner| {
                    inner.worker = Some(worker);
                    inner.slow_start = Some(Timeout::new(SLOW_START_MS, slow));
                });
            }
            Err(detail) => hear(FromWorker::Died(detail)),
        }
    }

    /// Hears what a worker says, or that it is lost.
    pub(crate) fn hear_worker(self, message: FromWorker) {
        match message {
            FromWorker::Message(message) => match port::unpack(&message) {
                Ok((event, buffer)) => {
                    if !self.heard_from_worker(&event) {
                        self.hear(event, buffer);
                    }
                }
                Err(error) => self.lose(words::version_mismatch(&error.to_string())),
            },
            FromWorker::Died(detail) => self.lose(words::worker_died(&detail)),
        }
    }

    pub(super) fn greet(self) {
        self.watch_worker();
        let Some((device, no_gpu)) = self.inner.try_update_value(|inner| {
            inner.slow_start = None;
            (inner.preference, inner.no_gpu.clone())
        }) else {
            return;
        };
        // The notice may be the one that says that the worker is slow to start.
        self.notice
            .update(|notice| *notice = notice.take().filter(|notice| !notice.offers_restart));
        self.send(
            |id| Command::Start {
                id,
                version: PROTOCOL_VERSION,
                device,
                no_gpu,
                base_url: base_url(),
                hub_url: hub_url(),
                hub_allowed: self.hub_allowed.get_untracked(),
            },
            None,
        );
    }

    /// Sends the next command of a recovery; without one, loads an encoder if there is none.
    pub(super) fn go_on(self) {
        let step = self
            .inner
            .try_update_value(|inner| inner.replay.pop_front())
            .flatten();
        let Some(step) = step else {
            let encoder = self.state.with_untracked(|state| {
                let default = state
                    .encoders
                    .iter()
                    .find(|entry| entry.id == DEFAULT_ENCODER);
                let wanted = default.or(state.encoders.first())?;
                (state.loading.is_none() && state.encoder.is_none()).then(|| wanted.id.clone())
            });
            // The project's own may be waiting for the user's word.
            let encoder =
                encoder.filter(|_| self.inner.with_value(|inner| inner.told.encoder.is_none()));
            encoder
                .into_iter()
                .for_each(|encoder| self.send_encoder(EncoderChoice::Origin(encoder)));
            return;
        };
        self.inner.update_value(|inner| {
            let may_fail_alone = matches!(step, Step::Texts(_) | Step::Pause | Step::Stop);
            inner.replaying = (!may_fail_alone).then_some(inner.next_id);
            inner.replays_model = matches!(step, Step::Encoder(_) | Step::Model(_));
        });
        let lacks_model = self.inner.with_value(|inner| inner.lacks_model);
        let error = self.state.with_untracked(|state| state.error.clone());
        match step {
            Step::Encoder(encoder) => self.send_encoder(encoder),
            Step::Model(brought) => self.open_model(brought),
            Step::Table(source) => self.send_table(source),
            Step::HoldOut(source, part, columns) => self.hold_out_by(source, part, columns),
            // The bytes are kept: the next worker may be lost too.
            Step::Edits(saved) => self.restore_edits(saved.slice(0)),
            Step::Columns(columns, problem, split) => {
                self.inner.update_value(|inner| inner.split = split);
                self.send_columns(columns, problem);
            }
            Step::Train { config, paused } => {
                // The bytes are kept: the next worker may be lost too.
                let bytes = self
                    .inner
                    .with_value(|inner| inner.told.checkpoint.as_ref().map(|bytes| bytes.slice(0)));
                self.inner.update_value(|inner| inner.stays_paused = paused);
                self.send(
                    |id| Command::Train {
                        id,
                        config,
                        resume: bytes.is_some(),
                        paused,
                    },
                    bytes.clone(),
                );
            }
            Step::Texts(source) => {
                // Nothing else depends on them.
                self.open_texts(source);
                self.go_on();
            }
            Step::Pause => self.pause(),
            Step::Stop => self.stop(),
        }
        if lacks_model {
            self.state
                .update(|state| state.error = state.error.take().or(error));
        }
    }

    /// Goes on with a recovery if `id` is what it waits for, and tells whether it is.
    pub(super) fn settle_replay(self, id: RequestId) -> bool {
        let settled = self.takes_replaying(id);
        if settled && self.inner.with_value(|inner| !inner.replay.is_empty()) {
            self.go_on();
        }
        settled
    }

    /// Gives up what a recovery waits for with `id`, and what needs it. Without an encoder or a model there is no run, but
    /// there is the table.
    pub(super) fn abandon_replay(self, id: RequestId) {
        let was_of_model = self.inner.with_value(|inner| inner.replays_model);
        if !self.takes_replaying(id) {
            return;
        }
        if was_of_model && self.wanted_of_hub.with_untracked(Option::is_some) {
            return self.hold_back();
        }
        self.inner.update_value(|inner| {
            inner.lacks_model = was_of_model;
            inner
                .replay
                .retain(|step| was_of_model && !step.is_of_run());
        });
        self.state.update(RunState::run_abandoned);
        if self.inner.with_value(|inner| !inner.replay.is_empty()) {
            self.go_on();
        }
    }

    /// Notes whether a recovery is under way: what the page shows need not be what the worker holds.
    pub(super) fn note_recovery(self) {
        let recovering = self
            .inner
            .with_value(|inner| inner.replaying.is_some() || !inner.replay.is_empty());
        if self.state.with_untracked(RunState::is_recovering) != recovering {
            self.state.update(|state| state.set_recovering(recovering));
        }
    }

    /// Says why what was dropped is not taken: a run needs what there is, or the worker is still being brought to it.
    pub(crate) fn refuse_drop(self, in_use: fn() -> Notice) {
        let needs = |state: &RunState| state.is_running() || state.is_interrupted();
        let notice = match self.state.with_untracked(needs) {
            true => in_use(),
            false => words::not_ready(),
        };
        self.notice.set(Some(notice));
    }

    fn takes_replaying(self, id: RequestId) -> bool {
        let mut taken = false;
        self.inner.update_value(|inner| {
            taken = inner
                .replaying
                .take_if(|replaying| *replaying == id)
                .is_some();
        });
        taken
    }

    /// Replaces the worker, once the call that brought the news has returned: it runs in the old worker's listener.
    pub(super) fn lose(self, error: WireError) {
        self.inner.update_value(|inner| inner.generation += 1);
        spawn_local(async move { self.replace_worker(error) });
    }

    fn replace_worker(self, error: WireError) {
        let run = self.state.with_untracked(|state| state.run.clone());
        let was_ready = self.state.with_untracked(|state| state.device.is_some());
        let without_threads =
            !was_ready && self.inner.with_value(|inner| inner.build) == WorkerBuild::CpuThreads;
        if without_threads {
            let detail = error.message.clone();
            self.one_thread.set(Some(OneThread::Failed(detail)));
        }
        let one_thread = self.one_thread.get_untracked();
        let Some(replacement) = self.inner.try_update_value(|inner| {
            inner.worker = None;
            inner.slow_start = None;
            inner.heartbeat = None;
            inner.retries_gpu = false;
            inner.losses_in_a_row += 1;
            let loss = Loss {
                kind: error.kind,
                on_gpu: inner.build == WorkerBuild::Gpu,
                was_ready,
                in_a_row: inner.losses_in_a_row,
                run: run.as_ref(),
            };
            let replacement = loss.replacement();
            if replacement.gpu_failed && !replacement.asks {
                (inner.build, inner.preference) =
                    device_asked_for(DeviceKind::Cpu, one_thread.as_ref());
            } else if without_threads {
                inner.build = cpu_build(one_thread.as_ref());
            }
            let (taken_up, paused) = match replacement.run {
                RunAfterLoss::Left => (None, false),
                RunAfterLoss::TakenUp => (run.as_ref(), false),
                RunAfterLoss::TakenUpPaused => (run.as_ref(), true),
            };
            inner.replay = inner.told.replay(taken_up, paused);
            replacement
        }) else {
            return;
        };
        let resumes = replacement.run != RunAfterLoss::Left;
        self.state.update(|state| {
            let on_cpu = replacement.gpu_failed && !replacement.asks;
            state.worker_replaced(on_cpu, resumes);
            state.error = replacement.gives_up.then(|| error.clone());
        });
        let step = run.as_ref().and_then(|run| run.checkpoint);
        if replacement.asks {
            let error = Some(error);
            self.notice.set(None);
            return self.trouble.set(Some(Trouble::GpuFailed { error, step }));
        }
        let notice = match replacement.gives_up {
            true => words::gave_up(),
            false => {
                let had_run = run.as_ref().is_some_and(|run| !run.kept);
                words::worker_replaced(&error, &replacement, had_run, step)
            }
        };
        self.notice.set(Some(notice));
        if replacement.gives_up {
            self.trouble.set(None);
        } else {
            self.start_worker();
        }
    }
}
