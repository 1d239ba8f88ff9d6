//! The socket over which the command's git gets tokens: fresh ones, however long the command runs.
//!
//! It lies in a folder that only this user may enter, and its path is in `APPMINT_RUN_SOCKET`. The helper
//! sends `get` or `erase` and the request's members, and gets the helper's answer.

use std::{
    env, fs,
    io::{BufReader, Read as _, Write as _},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    process::Command,
    thread,
    time::Duration,
};

use appmint_core::{App, Error, ErrorKind, Lookup, Result, Secret, TokenSource, store::StoreKey};

use crate::{
    files,
    git::{self, Answer, Request},
    settings::Settings,
    variable,
};

/// The socket, in the folder that goes with it. The thread that answers ends with the process.
pub(super) struct Server {
    folder: PathBuf,
}

/// The credentials that the server answers with.
struct Answering {
    source: TokenSource,
    username: Option<String>,
    /// The account whose repositories the token is for; `None` if only an id was given.
    owner: Option<String>,
    git_url: Option<url::Url>,
}

impl Server {
    /// Starts to answer the git of a command.
    pub(super) fn start(
        app: &App,
        source: TokenSource,
        lookup: &Lookup,
        settings: &Settings,
        command: &mut Command,
    ) -> Result<Self> {
        let folder = folder()?;
        let listener = UnixListener::bind(folder.join(SOCKET)).map_err(unable)?;
        let of_profile = settings.profile().and_then(|profile| profile.git.username.clone());
        let answering = Answering {
            source,
            username: of_profile.or_else(|| app.platform().git_username().map(str::to_owned)),
            owner: owner(lookup),
            git_url: settings.git_url()?,
        };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answering.serve(&stream);
            }
        });
        let server = Self { folder };
        server.configure_git(command, settings)?;
        Ok(server)
    }

    /// Configures git for the command, and says where the socket is.
    fn configure_git(&self, command: &mut Command, settings: &Settings) -> Result<()> {
        let program = env::current_exe().map_err(unable)?;
        let helper = format!("!{} git credential", git::quoted(&program.to_string_lossy()));
        command.envs(git::variables(settings, &helper)?);
        command.env(VARIABLE, self.folder.join(SOCKET));
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Answering {
    /// Answers one connection. One that fails is the command's own business.
    fn serve(&self, stream: &UnixStream) {
        let _ = stream.set_read_timeout(Some(READ_TIME));
        let mut reader = BufReader::new(stream);
        let mut action = [0; 1];
        if reader.read_exact(&mut action).is_err() {
            return;
        }
        let Ok(request) = Request::read(reader) else { return };
        let answer = match action {
            [b'g'] => self.get(&request),
            _ => self.erase(&request),
        };
        let mut out = stream;
        let _ = answer.write(&mut out);
    }

    fn get(&self, request: &Request) -> Answer {
        if !self.is_about_own(request) {
            return Answer::nothing();
        }
        let Some(username) = &self.username else { return Answer::quit() };
        match git::token(&self.source, request) {
            Ok(token) => Answer::credential(request, username, &token),
            Err(error) => {
                crate::failure::print(&error, false);
                Answer::quit()
            }
        }
    }

    fn erase(&self, request: &Request) -> Answer {
        if let Some(token) = request.token() {
            self.source.invalidate_token(token);
        }
        Answer::nothing()
    }

    fn is_about_own(&self, request: &Request) -> bool {
        let Some(place) = self.git_url.as_ref().and_then(|base| git::place(request, base)) else {
            return false;
        };
        match (&self.owner, place.owner) {
            (Some(own), Some(owner)) => own.to_lowercase() == owner.to_lowercase(),
            _ => true,
        }
    }
}

/// Asks the `appmint run` that this process is in; `None` elsewhere.
pub(super) fn ask(request: &Request, action: &str) -> Option<Result<Answer>> {
    let path = PathBuf::from(variable(VARIABLE)?);
    let ask = || {
        let mut stream = UnixStream::connect(&path)?;
        stream.write_all(&action.as_bytes()[..1])?;
        stream.write_all(request.as_text().reveal().as_bytes())?;
        stream.shutdown(Shutdown::Write)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(Answer::read(&answer.into()))
    };
    Some(ask().map_err(|error: std::io::Error| {
        Error::new(ErrorKind::Transport, format!("`appmint run` does not answer: {error}"))
    }))
}

fn owner(lookup: &Lookup) -> Option<String> {
    match lookup {
        Lookup::Organization(name) | Lookup::User(name) | Lookup::Account(name) => {
            Some(name.clone())
        }
        Lookup::Repository(name) => name.split('/').next().map(str::to_owned),
        _ => None,
    }
}

/// A new folder that only this user may enter, in the user's folder for such things or in one for temporary
/// files. The path of a socket has 108 bytes, and on some systems 104.
fn folder() -> Result<PathBuf> {
    let own = variable("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_dir());
    let mut bases = own.into_iter().chain([env::temp_dir()]);
    let base = bases.find(|base| base.as_os_str().len() <= LONGEST_BASE);
    let base = base.unwrap_or_else(|| PathBuf::from("/tmp"));
    let name =
        |random: &Secret| format!("appmint-{}", random.reveal().get(..16).unwrap_or_default());
    let folder = base.join(name(&StoreKey::generate()?));
    files::make_new_private_folder(&folder).map_err(unable)?;
    Ok(folder)
}

fn unable(error: std::io::Error) -> Error {
    let message = format!("the socket for git cannot be made: {error}");
    Error::new(ErrorKind::ResourceExhausted, message).caused_by(error)
}

const LONGEST_BASE: usize = 64;
const SOCKET: &str = "git.sock";
const VARIABLE: &str = "APPMINT_RUN_SOCKET";
const READ_TIME: Duration = Duration::from_secs(10);
