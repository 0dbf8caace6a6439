//! Commands about tables and the hub: the chunk [`Data`](crate::worker::chunks::Data).

use std::borrow::Cow;

use super::Driver;
use crate::data::{ColumnChoice, Part, Problem, ReadOptions, SplitConfig, TableEdit};
use crate::protocol::{Event, RequestId, TableRequest, TableSource, WireError};
use crate::worker::errors::StateError;
use crate::worker::tables::HoldOut;

impl Driver {
    pub(in crate::worker) async fn describe_hub(
        &mut self,
        id: RequestId,
        name: String,
    ) -> Result<Event, WireError> {
        self.idle()?;
        let found = self.started_mut()?.hub.look_up(&name).await?;
        Ok(Event::HubDescribed { id, found })
    }

    pub(in crate::worker) async fn forget_hub(
        &mut self,
        id: RequestId,
        repository: String,
    ) -> Result<Event, WireError> {
        self.idle()?;
        self.started_mut()?.hub.forget(&repository).await?;
        Ok(Event::HubForgotten { id, repository })
    }

    pub(in crate::worker) async fn open_table(
        &mut self,
        id: RequestId,
        source: TableSource,
        options: ReadOptions,
        bytes: Option<Vec<u8>>,
    ) -> Result<Event, WireError> {
        self.idle()?;
        let base_url = &self
            .started
            .as_ref()
            .ok_or(StateError::NotStarted)?
            .base_url;
        self.tables
            .open(id, base_url, source, &options, bytes)
            .await
    }

    pub(in crate::worker) fn use_columns(
        &mut self,
        id: RequestId,
        columns: ColumnChoice,
        problem: Problem,
        split: SplitConfig,
    ) -> Result<Event, WireError> {
        self.idle()?;
        self.tables.use_columns(id, columns, problem, split)
    }

    pub(in crate::worker) fn edit_table(
        &mut self,
        id: RequestId,
        edit: TableEdit,
    ) -> Result<(), WireError> {
        self.idle()?;
        self.tables.edit(id, edit)
    }

    pub(in crate::worker) async fn hold_out(
        &mut self,
        id: RequestId,
        source: TableSource,
        bytes: Option<Vec<u8>>,
        how: HoldOut,
    ) -> Result<(), WireError> {
        self.idle()?;
        let base_url = &self
            .started
            .as_ref()
            .ok_or(StateError::NotStarted)?
            .base_url;
        self.tables.hold_out(id, base_url, source, bytes, how).await
    }

    pub(in crate::worker) fn change_held_out(
        &mut self,
        id: RequestId,
        part: Option<Part>,
    ) -> Result<(), WireError> {
        self.idle()?;
        self.tables.change_held_out(id, part)
    }

    pub(in crate::worker) async fn open_texts(
        &mut self,
        id: RequestId,
        name: String,
        options: ReadOptions,
        bytes: Vec<u8>,
    ) -> Result<Event, WireError> {
        let base_url = &self
            .started
            .as_ref()
            .ok_or(StateError::NotStarted)?
            .base_url;
        self.using.open(id, base_url, &name, &options, bytes).await
    }

    pub(in crate::worker) fn predict_table(
        &mut self,
        id: RequestId,
        request: TableRequest,
    ) -> Result<(), WireError> {
        let pipeline = self.pipeline_in(request.precision).map(Cow::into_owned)?;
        self.using.begin(id, request, pipeline)
    }
}
