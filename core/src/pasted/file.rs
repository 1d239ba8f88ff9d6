//! Files that settings name: a bounded part of them is read, and no file keeps the program waiting.
//!
//! A path may lead anywhere: to a pipe into which nobody writes, to a device without an end, to a log of a
//! gigabyte. A pipe with a writer is read, because shells write `<(…)` and container platforms mount secrets
//! as such.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _},
    path::Path,
};

use zeroize::Zeroizing;

/// The contents of a file. The error says what the file is, and never where.
pub(crate) fn contents(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    contents_within(path, LONGEST_WAIT_MS)
}

fn contents_within(path: &Path, wait_ms: u16) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut file = open(path)?;
    let known = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let mut body = Body::with_capacity(known.clamp(CHUNK, LIMIT) + 1);
    let mut may_begin_late = true;
    loop {
        match body.read_from(&mut file) {
            // A named pipe looks like this before its writer has opened it.
            Ok(0) if body.length == 0 && may_begin_late => {
                may_begin_late = false;
                wait_for_bytes(&file, wait_ms)?;
            }
            Ok(0) => return Ok(body.finished()),
            Ok(_) if body.length > LIMIT => return Err(io::Error::other(TOO_LARGE)),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                wait_for_bytes(&file, wait_ms)?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Opens a file without waiting for a writer, and without making a terminal this process's own.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use nix::libc::{O_NOCTTY, O_NONBLOCK};
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().read(true).custom_flags(O_NONBLOCK | O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Waits until there is something to read, or a writer has gone.
#[cfg(unix)]
fn wait_for_bytes(file: &File, wait_ms: u16) -> io::Result<()> {
    use nix::poll::{PollFd, PollFlags, poll};
    use std::os::fd::AsFd as _;
    loop {
        match poll(&mut [PollFd::new(file.as_fd(), PollFlags::POLLIN)], wait_ms) {
            Ok(0) => return Err(io::Error::new(io::ErrorKind::TimedOut, SILENT)),
            Ok(_) => return Ok(()),
            Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
fn wait_for_bytes(_: &File, _: u16) -> io::Result<()> {
    Ok(())
}

/// Bytes that may be secret: each buffer is wiped when a larger one takes its place.
struct Body {
    bytes: Zeroizing<Vec<u8>>,
    length: usize,
}

impl Body {
    fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Zeroizing::new(vec![0; capacity]), length: 0 }
    }

    fn read_from(&mut self, file: &mut File) -> io::Result<usize> {
        if self.length == self.bytes.len() {
            let mut larger = Zeroizing::new(vec![0; self.length * 2]);
            larger[..self.length].copy_from_slice(&self.bytes);
            self.bytes = larger;
        }
        let count = file.read(&mut self.bytes[self.length..])?;
        self.length += count;
        Ok(count)
    }

    fn finished(mut self) -> Zeroizing<Vec<u8>> {
        self.bytes.truncate(self.length);
        self.bytes
    }
}

/// The largest bundle of certificates that systems ship has a quarter of a megabyte.
const LIMIT: usize = 16 << 20;
const TOO_LARGE: &str = "it is larger than 16 MiB";
const CHUNK: usize = 16 << 10;
const LONGEST_WAIT_MS: u16 = 5000;
const SILENT: &str = "it is a pipe or a device, and nothing was written to it for 5 s";

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _, path::PathBuf, process::Command, thread};

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("appmint-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn pipe(&self) -> PathBuf {
            let path = self.0.join("pipe");
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn refusal(path: &Path) -> String {
        contents_within(path, 0).unwrap_err().to_string()
    }

    #[test]
    fn a_file_is_read_whole_and_an_empty_one_is_empty() {
        let folder = Folder::new("file");
        for length in [0, 1, CHUNK, CHUNK + 1, 5 * CHUNK] {
            let (path, body) = (folder.0.join("file"), vec![b'x'; length]);
            fs::write(&path, &body).unwrap();
            assert_eq!(*contents(&path).unwrap(), body);
        }
    }

    #[test]
    fn a_file_of_the_kernel_s_is_read_though_its_length_is_zero() {
        assert!(!contents(Path::new("/proc/self/status")).unwrap().is_empty());
    }

    #[test]
    fn a_device_without_an_end_and_a_long_file_are_too_large() {
        let folder = Folder::new("long");
        let long = folder.0.join("long");
        File::create(&long).unwrap().set_len(1 << 30).unwrap();
        assert_eq!(refusal(&long), TOO_LARGE);
        assert_eq!(refusal(Path::new("/dev/zero")), TOO_LARGE);
        assert!(refusal(&folder.0).contains("directory"));
    }

    #[test]
    fn a_pipe_is_waited_for_and_not_for_ever() {
        let folder = Folder::new("pipe");
        let path = folder.pipe();
        assert_eq!(refusal(&path), SILENT);
        let open_for_writing = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        assert_eq!(refusal(&path), SILENT);
        drop(open_for_writing);

        let place = path.clone();
        let writer = thread::spawn(move || {
            let mut pipe = OpenOptions::new().write(true).open(place).unwrap();
            pipe.write_all(&vec![b'k'; 3 * CHUNK]).unwrap();
        });
        assert_eq!(contents_within(&path, 60_000).unwrap().len(), 3 * CHUNK);
        writer.join().unwrap();
    }
}
