//! Finds installations: by an endpoint of the platform, or in the list of all.

use super::PlatformClient;
use crate::{
    error::{Error, ErrorKind, Reason, Result},
    http::{Request, quota::QuotaOwner},
    platform::descriptor::Operation,
    resources::{
        Installation, Lookup, installation,
        pager::{Listed as _, Pager},
    },
    tasks::Deadline,
    token::Token,
};

impl PlatformClient {
    /// The installation of this app that a lookup means.
    pub(crate) fn find_installation(
        &self,
        lookup: &Lookup,
        jwt: &Token,
        deadline: Deadline,
    ) -> Result<Installation> {
        let found = self.find_any_installation(lookup, jwt, deadline);
        let found = found.and_then(|found| self.refuse_other_app(found));
        found.map_err(|error| match lookup {
            Lookup::Id(id) => self.explain_own_id(error, id),
            _ => error,
        })
    }

    /// The error of an installation that is not there, if its id is that of the app.
    pub(super) fn explain_own_id(&self, error: Error, id: &str) -> Error {
        if error.kind() != ErrorKind::NotFound || self.config.app_id.as_deref() != Some(id) {
            return error;
        }
        error.advise(format!(
            "{id} is the app's own id, which no installation has: list the installations, or find one \
             by its account."
        ))
    }

    /// Refuses an installation of another app. Ids of another form than `app_id` are not compared: one
    /// may be a client id.
    fn refuse_other_app(&self, found: Installation) -> Result<Installation> {
        let is_number = |id: &str| id.bytes().all(|byte| byte.is_ascii_digit());
        match (&self.config.app_id, &found.app_id) {
            (Some(own), Some(other))
                if is_number(own) == is_number(other) && !own.eq_ignore_ascii_case(other) =>
            {
                let message = format!(
                    "installation {} belongs to app {other}, and app_id is {own}",
                    found.id
                );
                Err(Error::new(ErrorKind::NotFound, message)
                    .because(Reason::NotInstalled)
                    .advise("Compare app_id and the private key with the app's settings page."))
            }
            _ => Ok(found),
        }
    }

    fn find_any_installation(
        &self,
        lookup: &Lookup,
        jwt: &Token,
        deadline: Deadline,
    ) -> Result<Installation> {
        lookup.name()?;
        let mut not_found = None;
        for url in lookup.endpoints(self.platform())? {
            let (operation, subject) = (Operation::Installations, lookup.subject());
            let request = Request::new("GET", url).counted_for(QuotaOwner::App);
            match self.get(request, operation, &subject, jwt, deadline, installation::read_single) {
                Err(error) if error.kind() == ErrorKind::NotFound => not_found = Some(error),
                outcome => return outcome,
            }
        }
        match not_found {
            Some(error) => Err(error),
            None => installation::pick(self.platform(), &self.all(jwt, deadline)?, lookup),
        }
    }

    fn all(&self, jwt: &Token, deadline: Deadline) -> Result<Vec<Installation>> {
        let mut pager = Pager::start(self.platform(), Installation::list(self.platform())?)?;
        let mut all = Vec::new();
        while let Some(page) = self.next_page(&mut pager, jwt, Some(QuotaOwner::App), deadline)? {
            all.extend(page);
        }
        Ok(all)
    }
}
