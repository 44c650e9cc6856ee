//! How sites are asked, as the settings say.

use std::sync::Arc;

use super::coding::Excess;
use super::connect::Clients;
use super::head::Identity;
use super::prepared::Bounds;
use super::{Error, robots};
use crate::domain::Site;
use crate::domain::settings::Fetching;
use crate::net::{Guard, Reach};

/// What the settings make of it; others take their place while requests are under way.
pub(super) struct Manners {
    pub(super) settings: Fetching,
    pub(super) token: String,
    pub(super) who: Identity,
    pub(super) guard: Guard,
    pub(super) clients: Clients,
}

impl Manners {
    pub(super) fn new(settings: Fetching, sites: &[Arc<Site>]) -> Result<Self, Error> {
        let clients = Clients::new(&settings);
        let reach = if settings.allow_private { Reach::Named } else { Reach::Public };
        for site in sites {
            clients.get(reach, site.accept_invalid_tls)?;
        }
        let (token, who, guard) = (
            robots::token(&settings.user_agent),
            Identity::new(&settings)?,
            Guard::new(settings.allow_private),
        );
        Ok(Self { settings, token, who, guard, clients })
    }

    pub(super) fn bounds(&self, aim: Aim) -> Bounds {
        let settings = &self.settings;
        let (body, excess) = match aim {
            Aim::Page => (settings.body_limit, Excess::Refuse),
            Aim::Robots => (settings.body_limit.min(robots::FILE_BYTES), Excess::Cut),
        };
        let expanded = if aim == Aim::Page { settings.expanded_limit } else { body };
        let (timeout, codings) = (settings.timeout, settings.codings);
        Bounds {
            timeout,
            head: settings.head_limit,
            fields: settings.header_count,
            body,
            expanded,
            codings,
            excess,
        }
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Page,
    Robots,
}
