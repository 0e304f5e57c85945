//! One leg: takes the lease, puts together what the leg needs, and has it conducted.

use std::sync::Arc;

use jiff::Timestamp;
use spine_rules::PracticeProfile;
use spine_rules::import::Practice;
use spine_session::{Action as Doing, Operator, Session, authorise};
use spine_store::{Holder, Lease, NewRun};
use spine_transport::Exchange;

use crate::bulk::{self, Ended, Order, Reporter, RunEvent, Stop};
use crate::client::request::InForce;
use crate::client::{Client, RunRequest, converse};
use crate::compose::Composer;
use crate::error::ClientError;
use crate::fault::Halt;
use crate::login::LoginError;
use crate::spine::hl7::Hl7Spine;

/// The version that a run records.
const BUILD: &str = concat!("scr ", env!("CARGO_PKG_VERSION"));

impl Client {
    /// One leg, from the taking of the lease to its return; it pauses by itself at the time, if there is one.
    pub(super) async fn leg(
        &self,
        exchange: Arc<dyn Exchange>,
        session: &Session,
        request: RunRequest,
        until: Option<Timestamp>,
        (stop, reporter): (&Stop, &dyn Reporter),
    ) -> Result<Ended, ClientError> {
        let practice = self.practice().await?;
        let operator = self.operator(session).await?;
        let lease = self.lease(&operator.name).await?;
        let order = self.order(exchange, session, &operator, &practice, request).await;
        let ended = match order {
            Ok((order, differences)) => {
                for difference in differences {
                    reporter.report(RunEvent::Differs(difference));
                }
                let order = Order { until, ..order };
                bulk::conduct(order, lease.fence, stop.clone(), reporter).await.map_err(ClientError::from)
            }
            Err(error) => Err(error),
        };
        // A lease that was taken over is not ours to give back.
        let _ = self.store.release_lease(lease.fence).await;
        ended
    }

    pub(super) async fn order(
        &self,
        exchange: Arc<dyn Exchange>,
        session: &Session,
        operator: &Operator,
        practice: &Practice,
        request: RunRequest,
    ) -> Result<(Order, Vec<bulk::Difference>), ClientError> {
        let now = self.clock.now();
        let profile = PracticeProfile::from(practice);
        let resume = self.opens(&request, &profile).await?;
        let InForce { settings, terminology, recorded, differences } =
            InForce::new(&request, resume.as_ref(), practice.nn_days)?;
        authorise(session, operator, Doing::BulkRun, &settings.access, now).map_err(LoginError::from)?;
        let author = converse::author(session)?;
        let addressing = converse::addressing(practice)?;
        let sender = spine_message::Practice { ods: practice.ods.clone(), name: practice.name.clone() };
        let new = NewRun {
            kind: request.kind,
            action: request.action,
            user: session.user().clone(),
            role_profile: session.role_profile().clone(),
            settings: recorded,
            group: resume.as_ref().map_or_else(|| request.group.clone(), |run| run.group.clone()),
            build: BUILD.to_owned(),
            at: now,
        };
        let spine = Hl7Spine::new(
            exchange,
            addressing.clone(),
            author.clone(),
            Arc::clone(&self.clock),
            Arc::clone(&self.ids),
            settings.poll_unit,
        );
        let order = Order {
            store: Arc::clone(&self.store),
            spine: Arc::new(spine),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            composer: Composer::new(author, sender, addressing, terminology),
            practice: profile,
            settings: settings.rules,
            contract: settings.contract,
            ladder: settings.ladder_minutes,
            limits: settings.limits,
            permit: self.permit(session),
            session_ends_at: session.ends_at(),
            until: None,
            retry_now: request.retry_now,
            new,
            resume,
        };
        Ok((order, differences))
    }

    /// Refuses from the moment at which the session is over.
    fn permit(&self, session: &Session) -> Arc<dyn Fn() -> Result<(), Halt> + Send + Sync> {
        let (session, clock) = (session.clone(), Arc::clone(&self.clock));
        Arc::new(move || {
            let live = session.is_live(clock.now());
            if live {
                Ok(())
            } else {
                Err(Halt::SessionOver(format!("The session ended at {}", session.ends_at())))
            }
        })
    }

    async fn lease(&self, operator: &str) -> Result<Lease, ClientError> {
        let holder =
            Holder { host: self.host.clone(), pid: std::process::id(), operator: operator.to_owned() };
        Ok(self.store.take_lease(&holder, self.clock.now()).await?)
    }
}
