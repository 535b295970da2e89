//! A MariaDB or MySQL server of our own, on a Unix socket in the folder of the run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ground::{Ground, fault, free_port};
use super::process::Process;
use super::programs::{self, User, command};
use super::system;
use crate::databases::{DatabaseError, DatabaseUrl};

/// Nothing here has to survive. `loose`: servers pass over what they do not know.
const SETTINGS: &[&str] = &[
    "--loose-innodb-flush-log-at-trx-commit=0",
    "--loose-innodb-flush-method=nosync",
    "--loose-innodb-doublewrite=0",
    "--loose-innodb-buffer-pool-size=64M",
    "--loose-skip-log-bin",
    "--loose-performance-schema=OFF",
    "--loose-mysqlx=OFF",
    "--loose-skip-name-resolve",
    "--character-set-server=utf8mb4",
];

/// Where the statements that make MariaDB's own tables are, and their names.
const SHARES: &[&str] = &[
    "/usr/share/mysql",
    "/usr/share/mariadb",
    "/usr/local/share/mysql",
    "/usr/local/share/mariadb",
    "/opt/homebrew/share/mysql",
    "/opt/homebrew/share/mariadb",
];
const NAMES: &[&str] = &["mysql", "mariadb"];

/// Makes a server's folder, starts the server and makes an empty database `lawbook`.
///
/// The user `root` needs no password on the socket: only this user can enter the folder. With `tcp` the server also
/// listens on a random port of 127.0.0.1, for a user `lawbook` with a random password.
/// Returns how we reach it, and how the commands do.
pub(super) fn start(ground: &Ground<'_>, tcp: bool) -> Result<(Process, DatabaseUrl, DatabaseUrl), DatabaseError> {
    (ground.progress)("starting MariaDB or MySQL");
    let server = programs::mysql()?;
    let user = programs::server_user("mysql")?;
    ground.give(user)?;
    let folder = ground.path();
    let is_mariadb = is_mariadb(&server)?;
    if is_mariadb {
        mariadb(ground, &server, user)?
    } else {
        mysql(ground, &server, user)?
    }

    let socket = folder.join("socket");
    let text = format!("mysql+pymysql://root@localhost/mysql?unix_socket={}", socket.display());
    let admin = DatabaseUrl::parse(&text)?;
    let mut attempts = if tcp { 3 } else { 1 };
    loop {
        let mut run = base(&server, user, folder, is_mariadb);
        run.arg(format!("--socket={}", socket.display()));
        run.arg(format!("--pid-file={}", folder.join("server.pid").display()));
        let port = if tcp { free_port()? } else { 3306 };
        if tcp {
            run.args(["--bind-address=127.0.0.1", &format!("--port={port}")]);
        } else {
            run.arg("--skip-networking");
        }
        attempts -= 1;
        // Its folder is thrown away: there is no good order to end in.
        let process = match ground.serve(&mut run, libc::SIGKILL, &socket, &admin) {
            Err(_) if attempts > 0 && ground.watch.check().is_ok() => continue,
            result => result?,
        };
        ground.sql(&admin, &["CREATE DATABASE lawbook CHARACTER SET utf8mb4"])?;
        let ours = admin.at_database("lawbook");
        if !tcp {
            return Ok((process, ours.clone(), ours));
        }
        let password = system::random().map_err(|error| fault(error.to_string()))?;
        ground.sql(
            &admin,
            &[
                &format!("CREATE USER lawbook@'127.0.0.1' IDENTIFIED BY '{password}'"),
                "GRANT ALL PRIVILEGES ON *.* TO lawbook@'127.0.0.1' WITH GRANT OPTION",
            ],
        )?;
        let theirs = DatabaseUrl::parse(&format!("mysql+pymysql://lawbook:{password}@127.0.0.1:{port}/lawbook"))?;
        return Ok((process, ours, theirs));
    }
}

/// Makes the folder of MariaDB: with its own statements, which takes a third of the time of its script, or with that.
fn mariadb(ground: &Ground<'_>, server: &Path, user: Option<User>) -> Result<(), DatabaseError> {
    let folder = ground.path();
    let data = folder.join("data");
    if let Some(statements) = statements(server) {
        let made = fs::create_dir(&data).and_then(|()| {
            user.map_or(Ok(()), |user| std::os::unix::fs::chown(&data, Some(user.uid), Some(user.gid)))?;
            let script = folder.join("bootstrap.sql");
            fs::write(&script, statements)?;
            File::open(script)
        });
        let script = made.map_err(|error| fault(format!("the temporary folder cannot be written to: {error}")))?;
        let mut bootstrap = base(server, user, folder, true);
        bootstrap.arg("--bootstrap");
        match ground.prepare(&mut bootstrap, Some(script)) {
            Ok(()) => return Ok(()),
            Err(error) => {
                ground.watch.check()?;
                if installer().is_none() {
                    return Err(error);
                }
                let _ = fs::remove_dir_all(&data);
            }
        }
    }
    let Some(installer) = installer() else {
        return Err(fault("mariadb-install-db was not found").hint("it belongs to the package of MariaDB's server"));
    };
    let mut install = command(&installer, user, folder);
    install.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
    install.args(["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]);
    ground.prepare(&mut install, None)
}

/// Makes the folder of MySQL.
fn mysql(ground: &Ground<'_>, server: &Path, user: Option<User>) -> Result<(), DatabaseError> {
    let mut initialize = base(server, user, ground.path(), false);
    initialize.arg("--initialize-insecure");
    ground.prepare(&mut initialize, None).map_err(|error| {
        error.hint(
            "on Ubuntu, AppArmor may keep mysqld out of temporary folders: install MariaDB instead, or give `server:` \
             the URL of a server that runs",
        )
    })
}

/// Returns the command with the settings that every start of the server needs.
fn base(server: &Path, user: Option<User>, folder: &Path, is_mariadb: bool) -> Command {
    let mut command = command(server, user, folder);
    command.arg("--no-defaults").arg(format!("--datadir={}", folder.join("data").display()));
    command.arg(format!("--tmpdir={}", folder.display())).args(SETTINGS);
    // Written in full at each start.
    command.arg(match is_mariadb {
        true => "--loose-innodb-log-file-size=8M",
        false => "--loose-innodb-redo-log-capacity=8388608",
    });
    command
}

fn is_mariadb(server: &Path) -> Result<bool, DatabaseError> {
    let output = Command::new(server).arg("--version").output();
    let output = output.map_err(|error| fault(format!("{} cannot be started: {error}", server.display())))?;
    Ok(String::from_utf8_lossy(&output.stdout).contains("MariaDB"))
}

fn installer() -> Option<PathBuf> {
    ["mariadb-install-db", "mysql_install_db"].into_iter().find_map(programs::on_path)
}

/// Returns the statements that make MariaDB's own tables, with a root who needs no password and nobody else.
fn statements(server: &Path) -> Option<String> {
    let own = server.canonicalize().ok()?;
    let own = own.parent()?.parent()?.join("share");
    let folders = [own.join("mysql"), own.join("mariadb"), own].into_iter().chain(SHARES.iter().map(PathBuf::from));
    let mut found = folders.flat_map(|folder| NAMES.iter().map(move |name| (folder.clone(), *name)));
    found.find_map(|(folder, name)| {
        let tables = fs::read_to_string(folder.join(format!("{name}_system_tables.sql"))).ok()?;
        let data = fs::read_to_string(folder.join(format!("{name}_system_tables_data.sql"))).ok()?;
        let first = "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n";
        Some(format!("{first}{tables}\n{data}\n"))
    })
}
