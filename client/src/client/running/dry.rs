//! The dry run: what a run would come to.

use std::sync::Arc;

use spine_rules::Refusal;
use spine_session::Session;
use spine_transport::Exchange;

use crate::bulk::{self, Foreseen, Prediction, Reporter, RunEvent, Stop};
use crate::client::{Client, RunRequest};
use crate::error::ClientError;
use crate::report::Report;

impl Client {
    /// Predicts what a run would come to if it began now, or the rest of one that is resumed: the same decisions, and nothing is sent,
    /// recorded or held. Each patient is told to `each`, in no particular order.
    ///
    /// What would be refused is refused here, too. The schedule is not waited for.
    /// Requirement: RUN-033.
    pub async fn predict(
        &self,
        exchange: Arc<dyn Exchange>,
        session: &Session,
        request: RunRequest,
        (stop, reporter): (&Stop, &dyn Reporter),
        each: &mut (dyn FnMut(Foreseen) + Send),
    ) -> Result<Prediction, ClientError> {
        if let Some(kind) = self.running().await? {
            // What it will have left cannot be known yet.
            return Err(ClientError::NotOpen(Refusal::Running(kind)));
        }
        self.admit(session, &request, self.clock.now()).await?;
        let practice = self.practice().await?;
        let operator = self.operator(session).await?;
        let (order, differences) = self.order(exchange, session, &operator, &practice, request).await?;
        for difference in differences {
            reporter.report(RunEvent::Differs(difference));
        }
        Ok(bulk::predict(order, stop.clone(), reporter, each).await?)
    }

    /// The report of a prediction: of the run 0, in the state `predicted`.
    pub async fn report_of(&self, prediction: &Prediction) -> Result<Report, ClientError> {
        let import = self.store.last_import().await?;
        Ok(Report::predicted(prediction, import.as_ref(), self.clock.now()))
    }
}
