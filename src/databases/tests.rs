//! Servers that misbehave.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::{DatabaseError, DatabaseUrl, Failure, Options, introspect};

const SECRET: &str = "s3cr3t-pa55";

fn quick() -> Options {
    Options {
        connect_timeout: Duration::from_millis(300),
        statement_timeout: Duration::from_millis(300),
        deadline: Duration::from_secs(2),
        ..Options::default()
    }
}

/// Starts a server that does this with its first connections, and returns its port.
fn server(behave: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || listener.incoming().take(4).flatten().for_each(behave));
    port
}

/// Returns a port on which nothing listens.
fn closed() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a port").port()
}

fn fail(url: &str) -> DatabaseError {
    let url = DatabaseUrl::parse(url).expect(url);
    let start = Instant::now();
    let error = introspect("x", &url, &quick()).expect_err("no such database");
    assert!(start.elapsed() < Duration::from_secs(10), "{url}: {:?}", start.elapsed());
    let shown = format!("{error} {error:?} {url} {url:?}");
    assert!(!shown.contains(SECRET), "{shown}");
    error
}

/// Keeps connections open and never says a word.
fn silent() -> u16 {
    let held = std::sync::Mutex::new(Vec::new());
    server(move |stream| held.lock().expect("alone").push(stream))
}

#[test]
fn a_server_that_never_answers_is_left_in_time() {
    let port = silent();
    for scheme in ["postgresql", "mysql"] {
        let error = fail(&format!("{scheme}://u:{SECRET}@127.0.0.1:{port}/d"));
        assert_eq!(error.failure, Failure::Timeout, "{scheme}: {error}");
    }
}

#[test]
fn a_closed_port_is_no_connection() {
    for scheme in ["postgresql+asyncpg", "mysql+pymysql"] {
        let error = fail(&format!("{scheme}://u:{SECRET}@127.0.0.1:{}/d", closed()));
        assert_eq!(error.failure, Failure::Connect, "{scheme}: {error}");
        assert!(error.message.contains("refused"), "{error}");
    }
}

#[test]
fn sockets_that_are_not_there_are_no_connection() {
    for url in ["postgresql://u@/d?host=/nowhere/at/all", "mysql://u@/d?unix_socket=/nowhere/at/all.sock"] {
        assert_eq!(fail(url).failure, Failure::Connect, "{url}");
    }
}

#[test]
fn one_host_after_the_other_is_tried() {
    let error = fail(&format!("postgresql://u:{SECRET}@127.0.0.1:{},127.0.0.1:{}/d", closed(), silent()));
    assert_eq!(error.failure, Failure::Timeout, "{error}");
    let error = fail(&format!("postgresql://u:{SECRET}@127.0.0.1:{},127.0.0.1:{}/d", silent(), closed()));
    assert_eq!(error.failure, Failure::Connect, "{error}");
}

#[test]
fn a_server_that_repeats_the_password_is_not_quoted() {
    let port = server(|mut stream| {
        let mut start = [0; 512];
        let _ = stream.read(&mut start);
        let body = format!("SFATAL\0VFATAL\0C28P01\0Mwrong password {SECRET} for u\0\0");
        let length = u32::try_from(body.len() + 4).expect("short").to_be_bytes();
        let _ = stream.write_all(&[b"E", &length[..], body.as_bytes()].concat());
    });
    let error = fail(&format!("postgresql://u:{SECRET}@127.0.0.1:{port}/d?sslmode=disable"));
    assert_eq!(error.failure, Failure::Connect, "{error}");
    assert!(error.message.contains("wrong password *** for u"), "{error}");
}

#[test]
fn encryption_that_is_asked_for_is_not_given_up() {
    // The server says that it offers none.
    let port = server(|mut stream| {
        let mut request = [0; 8];
        let _ = stream.read_exact(&mut request).and_then(|()| stream.write_all(b"N"));
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(rest.is_empty(), "something was sent without encryption");
    });
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = fail(&format!("postgresql://u:{SECRET}@127.0.0.1:{port}/d?sslmode={mode}"));
        assert_eq!(error.failure, Failure::Connect, "{error}");
        assert!(error.message.contains("TLS"), "{mode}: {error}");
    }
}

#[test]
fn noise_is_an_error_and_no_panic() {
    for noise in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &[0; 64], &[0xff; 64], b"S", b"J\x00\x00\x00\x0a8.0"] {
        let port = server(move |mut stream| {
            let _ = stream.write_all(noise);
        });
        for scheme in ["postgresql", "mysql"] {
            fail(&format!("{scheme}://u:{SECRET}@127.0.0.1:{port}/d"));
        }
    }
}
