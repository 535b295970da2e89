//! Private servers for tests: PostgreSQL and MariaDB on Unix sockets in temporary folders, one of each per test process.
//!
//! A server is never skipped: when its programs are missing, the test fails and says how to install them. Each server has
//! a guardian, a shell that waits for the end of a pipe which this process holds; the pipe ends when this process
//! ends, however it ends, and then the guardian stops the server and removes its folder.

// Both the unit tests and the integration tests compile this file; each uses a part.
#![allow(dead_code, clippy::unwrap_used)]

use std::io::Write as _;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// A server that belongs to this process.
pub struct Server {
    kind: Kind,
    folder: PathBuf,
    /// Where the client program is.
    client: PathBuf,
    databases: AtomicU32,
    /// The guardian, and its pipe: never closed by us.
    _guardian: (Child, ChildStdin),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Postgres,
    Mariadb,
}

/// Returns the PostgreSQL server of this process; its superuser is `postgres`, without password.
pub fn postgres() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    start_once(&SERVER, Kind::Postgres)
}

/// Returns the MariaDB server of this process; its superuser is `root`, without password.
pub fn mariadb() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    start_once(&SERVER, Kind::Mariadb)
}

impl Server {
    /// Returns the folder of the Unix socket: PostgreSQL's `host`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the Unix socket itself: MariaDB's `unix_socket`.
    pub fn socket(&self) -> PathBuf {
        match self.kind {
            Kind::Postgres => self.folder.join(".s.PGSQL.5432"),
            Kind::Mariadb => self.folder.join("socket"),
        }
    }

    /// Returns a URL for the superuser, as SQLAlchemy spells it.
    pub fn url(&self, database: &str) -> String {
        match self.kind {
            Kind::Postgres => format!("postgresql://postgres@/{database}?host={}", self.folder.display()),
            Kind::Mariadb => format!("mysql://root@localhost/{database}?unix_socket={}", self.socket().display()),
        }
    }

    /// Makes an empty database, runs a script of SQL in it, and returns the database's name.
    pub fn database(&self, script: &str) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        match self.kind {
            // Of template0, so that tests which run at once do not wait for each other.
            Kind::Postgres => self.run("postgres", &format!("CREATE DATABASE {name} TEMPLATE template0")),
            Kind::Mariadb => self.run("", &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")),
        }
        self.run(&name, script);
        name
    }

    /// Runs a script of SQL as the superuser. Panics with the server's words when a statement fails.
    pub fn run(&self, database: &str, script: &str) {
        self.query(database, script);
    }

    /// Runs a script of SQL as the superuser and returns what it selects: a line per row, columns separated by tabs.
    pub fn query(&self, database: &str, script: &str) -> String {
        let mut command = Command::new(&self.client);
        match self.kind {
            Kind::Postgres => command
                .args(["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"])
                .arg(&self.folder)
                .args(["-d", database]),
            Kind::Mariadb => command
                .args(["--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4"])
                .args(["-u", "root"])
                .arg(format!("--socket={}", self.socket().display()))
                .args((!database.is_empty()).then_some(database)),
        };
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().expect("the client program starts");
        let mut stdin = child.stdin.take().unwrap();
        let script = script.to_owned();
        // A client that stops at a fault does not read the rest.
        let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()).ok());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the script failed in {database}: {error}");
        String::from_utf8(output.stdout).expect("the server speaks UTF-8")
    }
}

/// What the guardian runs; `$1` is the folder, `$2` the folder of the programs.
const POSTGRES: &str = r#"
"$2/initdb" -D "$1/data" -A trust -U postgres -E UTF8 --locale=C --no-sync &&
printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$1'" 'fsync = off' 'synchronous_commit = off' \
  'full_page_writes = off' 'max_connections = 200' 'max_locks_per_transaction = 1024' 'shared_buffers = 64MB' \
  >>"$1/data/postgresql.conf" || exit 1
"$2/postgres" -D "$1/data" >&2 &
server=$!
cat >/dev/null
kill -INT $server
wait $server
"#;

const MARIADB: &str = r#"
mariadb-install-db --no-defaults --datadir="$1/data" --auth-root-authentication-method=normal --skip-test-db || exit 1
mariadbd --no-defaults --datadir="$1/data" --socket="$1/socket" --pid-file="$1/pid" --skip-networking \
  --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=64M --character-set-server=utf8mb4 &
server=$!
cat >/dev/null
kill -TERM $server
wait $server
"#;

fn start_once(cell: &'static OnceLock<Server>, kind: Kind) -> &'static Server {
    /// Held while a server starts; a failed start leaves it as it was for the next test, which fails likewise.
    static START: Mutex<()> = Mutex::new(());
    if let Some(server) = cell.get() {
        return server;
    }
    let _one_at_a_time = START.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    cell.get_or_init(|| start(kind))
}

fn start(kind: Kind) -> Server {
    let (programs, client, user, script) = match kind {
        Kind::Postgres => {
            let folder = postgres_programs().unwrap_or_else(|| missing("PostgreSQL", "initdb"));
            let client = folder.join("psql");
            let client = if client.exists() { client } else { PathBuf::from("psql") };
            (folder, client, "postgres", POSTGRES)
        }
        Kind::Mariadb => {
            let client = found("mariadb").unwrap_or_else(|| missing("MariaDB", "mariadb"));
            for program in ["mariadbd", "mariadb-install-db"] {
                found(program).unwrap_or_else(|| missing("MariaDB", program));
            }
            (PathBuf::new(), client, "mysql", MARIADB)
        }
    };
    // Short, because the path of a socket may have 100 bytes or so. Removed by the guardian.
    let folder = tempfile::Builder::new().prefix("lawbook-").tempdir_in("/tmp").unwrap().keep();
    let log = std::fs::File::create(folder.join("log")).unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("trap '' INT TERM HUP\n({script})\nrm -rf \"$1\""), "guardian"])
        .args([&folder, &programs])
        .env("PATH", path())
        .env("LC_ALL", "C")
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .process_group(0);
    if id("-u", None) == 0 {
        // Database servers refuse to run as root.
        let (uid, gid) = (id("-u", Some(user)), id("-g", Some(user)));
        chown(&folder, Some(uid), Some(gid)).unwrap();
        command.uid(uid).gid(gid);
    }
    let mut guardian = command.spawn().expect("sh starts");
    let stdin = guardian.stdin.take().unwrap();
    let server = Server { kind, folder, client, databases: AtomicU32::new(0), _guardian: (guardian, stdin) };
    wait_until_ready(&server);
    server
}

fn wait_until_ready(server: &Server) {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let mut command = Command::new(&server.client);
        match server.kind {
            Kind::Postgres => {
                command.args(["-X", "-U", "postgres", "-d", "postgres", "-c", "select 1", "-h"]).arg(&server.folder)
            }
            Kind::Mariadb => command
                .args(["--no-defaults", "-u", "root", "-e", "select 1"])
                .arg(format!("--socket={}", server.socket().display())),
        };
        let tried = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if tried.expect("the client program starts").success() {
            return;
        }
        let log = std::fs::read_to_string(server.folder.join("log"));
        let Ok(log) = log else { panic!("the server did not start and its guardian has cleared up") };
        assert!(Instant::now() < deadline, "the server is not ready after two minutes:\n{log}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Returns the folder that holds `initdb` and `postgres`: the one asked for, the newest of the system, or that on PATH.
fn postgres_programs() -> Option<PathBuf> {
    if let Some(asked) = std::env::var_os("LAWBOOK_TEST_POSTGRES") {
        return Some(PathBuf::from(asked));
    }
    let version = |folder: &Path| {
        let name = folder.file_name()?.to_str()?.trim_start_matches("pgsql-").to_owned();
        name.parse::<u32>().ok()
    };
    let roots = ["/usr/lib/postgresql", "/usr"].into_iter().filter_map(|root| std::fs::read_dir(root).ok());
    let folders = roots.flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let installed = folders.filter(|folder| folder.join("bin/initdb").exists() && version(folder).is_some());
    let newest = installed.max_by_key(|folder| version(folder)).map(|folder| folder.join("bin"));
    newest.or_else(|| found("initdb")?.canonicalize().ok()?.parent().map(Path::to_owned))
}

/// Returns where a program is.
fn found(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&path()).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// Returns PATH with the folders of servers, which not every user has on it.
fn path() -> std::ffi::OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/sbin:/usr/local/sbin");
    path
}

/// Returns a number of `id`: of a user, or of this process.
fn id(option: &str, user: Option<&str>) -> u32 {
    let output = Command::new("id").arg(option).args(user).output().expect("id starts");
    let number = String::from_utf8_lossy(&output.stdout).trim().parse();
    number.unwrap_or_else(|_| panic!("there is no user {}", user.unwrap_or_default()))
}

fn missing(server: &str, program: &str) -> ! {
    panic!("{server} is not installed ({program} was not found): run tests/servers/install.sh, then the tests again")
}

#[test]
fn both_servers_start_and_run_scripts() {
    for (server, version) in [(postgres(), "select version()"), (mariadb(), "select concat('MariaDB ', version())")] {
        let database = server.database("create table t (a int); insert into t values (1), (2);");
        assert_eq!(server.query(&database, "select a from t order by a"), "1\n2\n");
        let version = server.query(&database, version);
        assert!(version.starts_with("PostgreSQL") || version.starts_with("MariaDB"), "{version}");
    }
}
