//! The adapter against mail servers on this machine that speak just enough SMTP.

use model::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;

/// How a server answers to a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Accepting,
    Answering(&'static str),
    Silent,
}

/// Starts a server for one connection; the task returns what it was told.
async fn server(manner: Manner) -> (SmtpServer, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        speak(stream, manner).await
    });
    let server = SmtpServer {
        host: "127.0.0.1".to_owned(),
        port,
        tls: SmtpTls::None,
        credentials: None,
    };
    (server, task)
}

async fn speak(stream: TcpStream, manner: Manner) -> Vec<String> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut told = Vec::new();
    let mut in_message = false;
    if manner == Manner::Silent {
        // Until the other side hangs up.
        while let Ok(Some(_)) = lines.next_line().await {}
        return told;
    }
    write.write_all(b"220 mail.test\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match (
            in_message,
            line.split([' ', ':']).next().unwrap_or_default(),
        ) {
            (true, ".") => {
                in_message = false;
                "250 taken\r\n"
            }
            (true, _) => "",
            (false, "RCPT") => match manner {
                Manner::Answering(refusal) => refusal,
                Manner::Accepting | Manner::Silent => "250 ok\r\n",
            },
            (false, "DATA") => {
                in_message = true;
                "354 go on\r\n"
            }
            (false, "QUIT") => "221 bye\r\n",
            (false, _) => "250 ok\r\n",
        };
        told.push(line);
        // Whoever was refused may have hung up already.
        if write.write_all(answer.as_bytes()).await.is_err() {
            break;
        }
    }
    told
}

fn mail() -> Mail {
    Mail {
        to: "ada@acme.io".to_owned(),
        subject: "Fertig: Größe".to_owned(),
        text: "Linked: 11\n".to_owned(),
        html: "<p>Linked: 11</p>".to_owned(),
        message_id: "sync-done-1.a.b@carrick.example".to_owned(),
        written_at: Timestamp::from_seconds(1_767_323_045),
    }
}

async fn sent(server: &SmtpServer, mail: &Mail) -> Result<(), MailError> {
    let from = "Carrick <carrick@example.com>".parse().unwrap();
    mailer(server, from).unwrap().send(mail).await
}

#[tokio::test]
async fn i3_a_mail_is_handed_in_with_its_own_id_and_date() {
    let (server, task) = server(Manner::Accepting).await;
    assert_eq!(sent(&server, &mail()).await, Ok(()));
    let told = task.await.unwrap();
    for line in [
        "MAIL FROM:<carrick@example.com>",
        "RCPT TO:<ada@acme.io>",
        "From: Carrick <carrick@example.com>",
        "To: ada@acme.io",
        "Message-ID: <sync-done-1.a.b@carrick.example>",
        "Date: Fri, 02 Jan 2026 03:04:05 +0000",
        "Linked: 11",
        "<p>Linked: 11</p>",
    ] {
        assert!(told.iter().any(|it| it == line), "{line}: {told:#?}");
    }
    assert!(told.iter().all(|line| line.is_ascii()), "{told:#?}");
}

#[tokio::test]
async fn a_code_of_the_five_hundreds_is_for_good() {
    let (server, _task) = server(Manner::Answering("550 no such mailbox\r\n")).await;
    let words = "permanent error (550): no such mailbox".to_owned();
    assert_eq!(
        sent(&server, &mail()).await,
        Err(MailError::Refused { words })
    );
}

#[tokio::test]
async fn a_code_of_the_four_hundreds_passes() {
    let (server, _task) = server(Manner::Answering("451 come back later\r\n")).await;
    let words = "transient error (451): come back later".to_owned();
    assert_eq!(
        sent(&server, &mail()).await,
        Err(MailError::Unavailable { words })
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_left_in_time() {
    let (server, _task) = server(Manner::Silent).await;
    let began = tokio::time::Instant::now();
    let outcome = sent(&server, &mail()).await;
    assert!(
        matches!(outcome, Err(MailError::Unavailable { .. })),
        "{outcome:?}"
    );
    assert!(began.elapsed() <= SEND_TIME + Duration::from_secs(1));
}

#[tokio::test]
async fn nobody_at_the_port_passes() {
    let (mut server, task) = server(Manner::Accepting).await;
    task.abort();
    assert!(task.await.is_err());
    server.credentials = Some(("user".to_owned(), "hush-hush".into()));
    let outcome = sent(&server, &mail()).await.unwrap_err();
    assert!(
        matches!(outcome, MailError::Unavailable { .. }),
        "{outcome:?}"
    );
    assert!(!outcome.to_string().contains("hush-hush"), "{outcome}");
}

#[tokio::test]
async fn a_password_is_not_sent_to_a_server_that_cannot_encrypt() {
    let (mut server, task) = server(Manner::Accepting).await;
    server.tls = SmtpTls::StartTls;
    server.credentials = Some(("user".to_owned(), "hush-hush".into()));
    assert!(sent(&server, &mail()).await.is_err());
    let told = task.await.unwrap();
    assert!(!told.iter().any(|it| it.starts_with("AUTH")), "{told:#?}");
    assert!(!told.iter().any(|it| it.starts_with("MAIL")), "{told:#?}");
}

#[tokio::test]
async fn what_is_no_address_is_refused_without_asking_anybody() {
    let (server, task) = server(Manner::Accepting).await;
    let mail = Mail {
        to: "ada@acme.io\r\nBcc: all@acme.io".to_owned(),
        ..mail()
    };
    let outcome = sent(&server, &mail).await;
    assert!(
        matches!(outcome, Err(MailError::Refused { .. })),
        "{outcome:?}"
    );
    assert!(!task.is_finished());
    task.abort();
}
