//! The few calls to the operating system that the standard library lacks, each wrapped so that no other file is unsafe.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::RawFd;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Sends a signal to a process group. Nothing happens when it is gone.
pub(super) fn signal_group(group: u32, signal: i32) {
    if let Ok(group) = libc::pid_t::try_from(group)
        && group > 1
    {
        // SAFETY: kill takes numbers only. A group of 1 or less would mean others than ours.
        unsafe { libc::kill(-group, signal) };
    }
}

/// Sends a signal to one process. Nothing happens when it is gone.
pub(super) fn signal(process: u32, signal: i32) {
    if let Ok(process) = libc::pid_t::try_from(process)
        && process > 1
    {
        // SAFETY: kill takes numbers only.
        unsafe { libc::kill(process, signal) };
    }
}

/// Returns whether a child has ended. It stays a zombie, so that its number still belongs to it.
pub(super) fn has_ended(child: u32) -> io::Result<bool> {
    // SAFETY: a siginfo_t of zeros is valid; waitid only writes into it.
    let mut information: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    let result = unsafe {
        libc::waitid(libc::P_PID, child as libc::id_t, &mut information, libc::WEXITED | libc::WNOHANG | libc::WNOWAIT)
    };
    if result != 0 {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::Interrupted { Ok(false) } else { Err(error) };
    }
    // Without a change of state the structure stays zeroed.
    Ok(information.si_signo != 0)
}

/// Returns the user that this process runs as.
pub(super) fn user() -> u32 {
    // SAFETY: geteuid takes nothing and cannot fail.
    unsafe { libc::geteuid() }
}

/// Makes the child of the command the leader of a session of its own, and has it say `+NUMBER` into a pipe before it
/// becomes the program: whoever reads the pipe knows of it even when this process dies at that very moment.
///
/// A session of its own has no terminal: a program that wants to ask for a password fails at once instead of waiting
/// for ever.
pub(super) fn announce(command: &mut Command, pipe: RawFd) {
    let in_child = move || {
        // SAFETY: between fork and exec only calls that are safe in signal handlers, and no allocation: setsid, getpid
        // and write are such calls. The pipe stays open at least until the child has started.
        unsafe {
            if libc::setsid() < 0 {
                return Err(io::Error::last_os_error());
            }
            let mut line = [0_u8; 16];
            let length = write_line(libc::getpid().unsigned_abs(), &mut line);
            if libc::write(pipe, line.as_ptr().cast(), length) < 0 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    };
    // SAFETY: see above.
    unsafe { command.pre_exec(in_child) };
}

/// Writes `+NUMBER` and a line break without allocating. Returns its length.
fn write_line(mut number: u32, line: &mut [u8; 16]) -> usize {
    let mut digits = [0_u8; 10];
    let mut count = 0;
    loop {
        digits[count] = b'0' + (number % 10) as u8;
        count += 1;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    line[0] = b'+';
    line[1] = b' ';
    for index in 0..count {
        line[index + 2] = digits[count - 1 - index];
    }
    line[count + 2] = b'\n';
    count + 3
}

/// Returns 32 hexadecimal digits that nobody can guess.
pub(super) fn random() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Returns the name of a signal, or its number.
pub(super) fn signal_name(signal: i32) -> String {
    const NAMES: &[(i32, &str)] = &[
        (libc::SIGHUP, "SIGHUP"),
        (libc::SIGINT, "SIGINT"),
        (libc::SIGQUIT, "SIGQUIT"),
        (libc::SIGILL, "SIGILL"),
        (libc::SIGABRT, "SIGABRT"),
        (libc::SIGBUS, "SIGBUS"),
        (libc::SIGFPE, "SIGFPE"),
        (libc::SIGKILL, "SIGKILL"),
        (libc::SIGSEGV, "SIGSEGV"),
        (libc::SIGPIPE, "SIGPIPE"),
        (libc::SIGALRM, "SIGALRM"),
        (libc::SIGTERM, "SIGTERM"),
        (libc::SIGXCPU, "SIGXCPU"),
    ];
    let known = NAMES.iter().find(|(number, _)| *number == signal);
    known.map_or_else(|| format!("signal {signal}"), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        for number in [2, 10, 4_194_304, u32::MAX] {
            let mut line = [0; 16];
            let length = write_line(number, &mut line);
            assert_eq!(std::str::from_utf8(&line[..length]).unwrap(), format!("+ {number}\n"));
        }
    }

    #[test]
    fn random_names_differ() {
        let (one, two) = (random().unwrap(), random().unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, two);
    }
}
