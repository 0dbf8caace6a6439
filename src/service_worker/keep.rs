//! Keeping files: those that the page cannot start without at once, the others as pages ask for them.

use std::rc::Rc;

use wasm_bindgen_futures::JsFuture;
use web_sys::ExtendableMessageEvent;

use super::Host;
use super::download::{problem_of, storage};
use crate::offline::{Kept, ListedFile, Problem, Step, Told};

impl Host {
    /// Keeps what the page cannot start without, or tells the pages why not. They hear nothing else of it: a version that
    /// may come says nothing of the one in use.
    pub(super) async fn keep_essential(self: &Rc<Self>) -> Result<(), Problem> {
        let kept = self.keep_each_essential().await;
        self.tell_of_requests().await;
        if let Err(problem) = &kept {
            let problem = problem.clone();
            self.tell(&Told::Failed { problem }).await;
        }
        kept
    }

    async fn keep_each_essential(self: &Rc<Self>) -> Result<(), Problem> {
        let kept = self.kept_paths().await.map_err(storage)?;
        for file in self.site.essential() {
            if !kept.contains(&file.path) {
                self.keep_file(file).await?;
            }
        }
        Ok(())
    }

    /// Does what a page asks.
    pub(super) async fn keep_asked(
        self: &Rc<Self>,
        ask: &ExtendableMessageEvent,
        has_gpu: bool,
        step: Option<Step>,
    ) {
        match step {
            Some(step) => {
                let kept = self.keep_next(has_gpu, step).await;
                self.answer(ask, &Told::Kept(kept));
            }
            None => self.keep_all(ask, has_gpu).await,
        }
        self.tell_of_requests().await;
    }

    /// Keeps the next file.
    async fn keep_next(self: &Rc<Self>, has_gpu: bool, step: Step) -> Kept {
        let Step { turn, without } = step;
        let (kept, problem) = match self.kept_paths().await {
            Ok(kept) => (kept, None),
            Err(error) => (Default::default(), Some(storage(error))),
        };
        let (bytes, total) = self.site.progress(has_gpu, &kept);
        let mut answer = Kept {
            turn,
            kept: bytes,
            total,
            file: None,
            problem,
        };
        let next = self.site.next_file(has_gpu, &kept, &without);
        if let Some(file) = next.filter(|_| answer.problem.is_none()) {
            answer.file = Some(file.path.clone());
            match self.keep_file(file).await {
                Ok(()) => answer.kept += file.bytes,
                Err(problem) => answer.problem = Some(problem),
            }
        }
        answer
    }

    /// Keeps all files, for a page of a version that asks once.
    async fn keep_all(self: &Rc<Self>, ask: &ExtendableMessageEvent, has_gpu: bool) {
        let mut step = Step::default();
        let mut failed = None;
        loop {
            let Kept {
                kept,
                total,
                file,
                problem,
                ..
            } = self.keep_next(has_gpu, step.clone()).await;
            failed = failed.or(problem);
            match (file, failed.clone()) {
                (Some(file), _) => step.without.push(file),
                (None, Some(problem)) => return self.answer(ask, &Told::Failed { problem }),
                (None, None) => return self.answer(ask, &Told::Keeping { kept, total }),
            }
            self.answer(ask, &Told::Keeping { kept, total });
        }
    }

    async fn keep_file(self: &Rc<Self>, file: &ListedFile) -> Result<(), Problem> {
        let kept = JsFuture::from(self.download(file).kept).await;
        kept.map(drop).map_err(problem_of)
    }
}
