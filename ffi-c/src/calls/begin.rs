//! Starts a call that nobody's thread waits for.

use std::{ffi::c_void, sync::Arc, time::Duration};

use appmint_core::{Error, Listing, Result, Task, Waiter};

use crate::{
    call::{Out, try_call},
    callback::Userdata,
    calls::{
        appmint_call, appmint_on_done,
        completions::{CallState, Delivery},
        queue::appmint_queue,
        value::Value,
    },
    convert::required,
    errors::{appmint_error, appmint_status},
};

/// Starts a call that has the app's timeout, or its own.
pub(super) fn begin<T: Clone + Send + 'static>(
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Out<'_, appmint_call>,
    error: Out<'_, appmint_error>,
    start: impl FnOnce() -> Result<Task<T>>,
) -> appmint_status
where
    Value: From<T>,
{
    begin_within(queue, done, userdata, call, error, || Ok((start()?, None)))
}

/// Starts a call whose caller waits no longer than the timeout.
pub(super) fn begin_within<T: Clone + Send + 'static>(
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Out<'_, appmint_call>,
    error: Out<'_, appmint_error>,
    start: impl FnOnce() -> Result<(Task<T>, Option<Duration>)>,
) -> appmint_status
where
    Value: From<T>,
{
    begin_with(queue, done, userdata, call, error, || {
        let (task, timeout) = start()?;
        Ok(move |call: Arc<CallState>| {
            task.on_complete_within(timeout, move |outcome| call.complete(outcome.map(Value::from)))
        })
    })
}

/// Starts to fetch a listing's next item.
pub(super) fn begin_next<T: Clone + Send + 'static>(
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    call: Out<'_, appmint_call>,
    error: Out<'_, appmint_error>,
    listing: Option<&Listing<T>>,
) -> appmint_status
where
    Value: From<Option<T>>,
{
    begin_with(queue, done, userdata, call, error, || {
        let listing = required("listing", listing)?;
        Ok(|call: Arc<CallState>| {
            listing.on_next(move |outcome| call.complete(outcome.map(Value::from)))
        })
    })
}

/// Starts a call: `start` reads its arguments, what it returns subscribes to the outcome.
fn begin_with<S: FnOnce(Arc<CallState>) -> Waiter>(
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
    place: Out<'_, appmint_call>,
    error: Out<'_, appmint_error>,
    start: impl FnOnce() -> Result<S>,
) -> appmint_status {
    try_call(error, || {
        if done.is_none() && place.is_none() {
            return Err(Error::invalid("both done and call are NULL")
                .advise("Nobody would see how the call ends."));
        }
        let call = CallState::new(delivery(queue, done, userdata))?;
        let subscribe = start().inspect_err(|_| call.withdraw())?;
        // Before `done` can run.
        if let Some(place) = place {
            place.write(Box::into_raw(Box::new(appmint_call::of(&call))));
        }
        call.set_waiter(subscribe(Arc::clone(&call)));
        Ok(())
    })
}

fn delivery(
    queue: Option<&appmint_queue>,
    done: appmint_on_done,
    userdata: *mut c_void,
) -> Option<Delivery> {
    let (done, userdata) = (done?, Userdata::take(userdata, None));
    let callback = move |call: &Arc<CallState>| {
        let borrowed = appmint_call::of(call);
        // SAFETY: the call outlives the callback. The header demands that `done` can run where this runs.
        unsafe { done(userdata.start(), &raw const borrowed) };
    };
    Some(Delivery::new(queue.map(|queue| &queue.0), Box::new(callback)))
}
