//! A file descriptor that is readable while it is set: an event loop can watch it.

#[cfg(target_os = "linux")]
pub(super) use self::event::Signal;
#[cfg(not(target_os = "linux"))]
pub(super) use self::pair::Signal;

/// An eventfd, which is one descriptor.
#[cfg(target_os = "linux")]
mod event {
    use std::{
        ffi::c_int,
        io,
        os::fd::{AsFd, AsRawFd},
    };

    use appmint_core::Result;
    use nix::sys::eventfd::{EfdFlags, EventFd};

    pub(in super::super) struct Signal(EventFd);

    impl Signal {
        pub(in super::super) fn new() -> Result<Self> {
            let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
            let event = EventFd::from_value_and_flags(0, flags);
            event.map(Self).map_err(|errno| super::no_descriptor(&io::Error::from(errno)))
        }

        pub(in super::super) fn descriptor(&self) -> c_int {
            self.0.as_fd().as_raw_fd()
        }

        /// Sets it. A count that is full is set, too.
        pub(in super::super) fn set(&self) {
            let _ = self.0.write(1);
        }

        pub(in super::super) fn clear(&self) {
            let _ = self.0.read(); // fails if it is clear
        }
    }
}

/// A pair of sockets, on any Unix.
#[cfg(not(target_os = "linux"))]
mod pair {
    use std::{
        ffi::c_int,
        io::{self, Read as _, Write as _},
        os::{fd::AsRawFd as _, unix::net::UnixStream},
    };

    use appmint_core::Result;

    pub(in super::super) struct Signal {
        watched: UnixStream,
        other: UnixStream,
    }

    impl Signal {
        pub(in super::super) fn new() -> Result<Self> {
            let pair = || -> io::Result<Self> {
                let (watched, other) = UnixStream::pair()?;
                watched.set_nonblocking(true)?;
                other.set_nonblocking(true)?;
                Ok(Self { watched, other })
            };
            pair().map_err(|error| super::no_descriptor(&error))
        }

        pub(in super::super) fn descriptor(&self) -> c_int {
            self.watched.as_raw_fd()
        }

        pub(in super::super) fn set(&self) {
            let _ = (&self.other).write(&[1]); // a buffer that is full is readable, too
        }

        pub(in super::super) fn clear(&self) {
            while matches!((&self.watched).read(&mut [0; 64]), Ok(1..)) {}
        }
    }
}

fn no_descriptor(error: &std::io::Error) -> appmint_core::Error {
    let message = format!("no file descriptor for the queue: {error}");
    appmint_core::Error::new(appmint_core::ErrorKind::ResourceExhausted, message)
        .advise("Raise the limit of open files (`ulimit -n`).")
}
