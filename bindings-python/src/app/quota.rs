//! The quota of requests.

use appmint_core::Timestamp;
use pyo3::prelude::*;

use crate::time::Time;

/// The quota of requests, as the platform's last answer told it.
///
/// See https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(Clone, PartialEq)]
pub(crate) struct Quota(pub(crate) Parts);

/// What a quota is made of, for pickles: limit, remaining, milliseconds since 1970, resource.
pub(crate) type Parts = (Option<u64>, u64, Option<i64>, Option<String>);

impl From<appmint_core::Quota> for Quota {
    fn from(quota: appmint_core::Quota) -> Self {
        let reset_at_ms = quota.reset_at.map(Timestamp::as_millis);
        Self((quota.limit, quota.remaining, reset_at_ms, quota.resource))
    }
}

#[pymethods]
impl Quota {
    /// The number of requests that are allowed in one period.
    #[getter]
    fn limit(&self) -> Option<u64> {
        self.0.0
    }

    /// The number of requests that are left.
    #[getter]
    fn remaining(&self) -> u64 {
        self.0.1
    }

    /// When the quota is full again, by the platform's clock, in UTC.
    #[getter]
    fn reset_at(&self) -> Option<Time> {
        self.0.2.map(Timestamp::from_millis).map(Time)
    }

    /// The kind of requests that it is for, such as "core", on a platform that has several
    /// quotas.
    ///
    /// None if the platform has one quota.
    #[getter]
    fn resource(&self) -> Option<&str> {
        self.0.3.as_deref()
    }

    fn __repr__(&self) -> String {
        let limit = self.0.0.map_or_else(|| "?".to_owned(), |limit| limit.to_string());
        format!("<appmint.Quota {} of {limit}>", self.0.1)
    }
}
