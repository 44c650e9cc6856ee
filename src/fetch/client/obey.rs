//! What robots.txt says of an address: read when it is due, and obeyed.

use tokio::time::Instant;
use url::Url;

use super::{Client, Trip, host_key};
use crate::domain::{Bound, Exchange, Validators};
use crate::fetch::manners::Aim;
use crate::fetch::robots::Memory;
use crate::fetch::{Cause, Error, Request};

impl Client {
    /// Reads the origin's robots.txt if it is due, and asks it.
    pub(super) async fn obey_robots(
        &self,
        trip: &Trip<'_>,
        url: &Url,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<(), Error> {
        let memory = self.origins.of(url);
        let mut memory = memory.lock().await;
        if memory.is_due(Instant::now()) {
            self.read_robots(trip, url, &mut memory, exchanges).await?;
        }
        self.hosts.delay(&host_key(url), memory.delay());
        memory.allows(url)
    }

    /// Reads robots.txt; what may pass by itself is tried twice.
    async fn read_robots(
        &self,
        trip: &Trip<'_>,
        url: &Url,
        memory: &mut Memory,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<(), Error> {
        let address =
            url.join("/robots.txt").map_err(|e| Error::RobotsUnreachable(Cause::of(e)))?;
        let request = Request {
            url: address,
            form: None,
            validators: memory.validators.clone(),
            max_wait: trip.request.max_wait,
            known: None,
        };
        for last in [false, true] {
            let before = exchanges.len();
            match Box::pin(self.follow(trip.site, &request, Aim::Robots, exchanges)).await {
                Ok(reply) if !last && matches!(reply.status, 429 | 500..) => {}
                Ok(reply) => {
                    memory.take(
                        reply.status,
                        &reply.body,
                        reply.validators,
                        &self.manners.load().token,
                    );
                    self.origins.weigh(url, memory.bytes());
                    break;
                }
                Err(error @ (Error::Paused { .. } | Error::Setup(_))) => return Err(error),
                Err(error @ Error::Refused(_)) if exchanges.len() == before => return Err(error),
                // Not reached within the redirects: as if there were none (RFC 9309 §2.3.1.2).
                Err(Error::Redirect(_) | Error::Bound { what: Bound::Redirects, .. }) => {
                    memory.take(404, &[], Validators::default(), &self.manners.load().token);
                    break;
                }
                Err(Error::Timeout(_) | Error::Connect(_)) if !last => {}
                Err(error) => {
                    memory.unreachable(Cause::whole(error));
                    break;
                }
            }
        }
        Ok(())
    }
}
