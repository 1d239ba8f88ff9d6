//! Finds installations: by an endpoint of the platform, or in the list of all.

use super::PlatformClient;
use crate::{
    error::{ErrorKind, Result},
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
    /// The installation that a lookup means.
    pub(crate) fn find_installation(
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
