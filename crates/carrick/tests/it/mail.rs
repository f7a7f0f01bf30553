//! I3: what `carrick sync` has to say to the installer leaves by SMTP before it ends, or is told by
//! the next command that can.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use tempfile::tempdir;

use crate::process::run;
use crate::sync::Clouds;

/// How long a test waits for a mail. Only a mail that never comes needs it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail server that takes everything; each mail arrives as its lines.
fn mail_server() -> (SocketAddr, Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = channel();
    // Ends with the test's process.
    thread::spawn(move || {
        for stream in listener.incoming() {
            take_mail(stream.unwrap(), &tell);
        }
    });
    (address, told)
}

fn take_mail(mut stream: TcpStream, tell: &Sender<Vec<String>>) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut message: Option<Vec<String>> = None;
    stream.write_all(b"220 mail.test\r\n").unwrap();
    for line in lines.map_while(Result::ok) {
        let answer = match &mut message {
            Some(taken) if line == "." => {
                // Nobody listens any more once the test has what it wanted.
                _ = tell.send(std::mem::take(taken));
                message = None;
                "250 taken\r\n"
            }
            Some(taken) => {
                taken.push(line);
                continue;
            }
            None if line == "DATA" => {
                message = Some(Vec::new());
                "354 go on\r\n"
            }
            None => "250 ok\r\n",
        };
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

#[test]
fn i3_a_sync_in_the_foreground_is_mailed_once_to_the_installer() {
    let folder = tempdir().unwrap();
    let clouds = Clouds::connected(folder.path(), "12");
    // Without mail the message waits.
    let silent = run(folder.path(), &["sync", "acme"]);
    assert_eq!(silent.code, Some(0), "{}", silent.stderr);

    let (address, mails) = mail_server();
    let file = format!(
        "[server]\npublic_url = 'https://carrick.example'\n\
         [mail]\nsmtp_url = 'smtp://{address}'\nfrom = 'Carrick <carrick@example.com>'\n"
    );
    fs::write(folder.path().join("carrick.toml"), file).unwrap();
    let synced = run(folder.path(), &["sync", "acme"]);
    assert_eq!(synced.code, Some(0), "{}", synced.stderr);
    let mail = mails.recv_timeout(PATIENCE).unwrap();
    for line in [
        "From: Carrick <carrick@example.com>",
        "Linked: 11",
        "Written: 0",
        "The connection's page: https://carrick.example/connections/acme",
    ] {
        assert!(mail.iter().any(|it| it == line), "{line}: {mail:#?}");
    }
    clouds.end();
    assert!(mails.try_recv().is_err(), "one mail and no other");
}

#[test]
fn a_mail_server_that_is_not_there_fails_no_sync() {
    let folder = tempdir().unwrap();
    let clouds = Clouds::connected(folder.path(), "12");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let file = format!("[mail]\nsmtp_url = 'smtp://{address}'\nfrom = 'carrick@example.com'\n");
    fs::write(folder.path().join("carrick.toml"), file).unwrap();
    let synced = run(folder.path(), &["sync", "acme"]);
    assert_eq!(synced.code, Some(0), "{}", synced.stderr);
    assert!(synced.stdout.contains("11"), "{}", synced.stdout);
    clouds.end();
}
