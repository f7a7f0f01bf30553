//! SOAP 1.1 messages: reading them into a small tree, and writing answers and faults.

use http::StatusCode;
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Fault, Kind};
use crate::answer::{self, Response};

/// Elements within elements that are read; none of the API's messages comes near.
const DEPTH_MAX: usize = 32;

/// An element: local name, text, and the elements in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) text: String,
    /// `xsi:nil="true"`: there, but without a value.
    pub(super) is_nil: bool,
    pub(super) children: Vec<Self>,
}

/// A message: its header, and the one operation in its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) header: Element,
    pub(super) operation: Element,
}

impl Element {
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter()
            .try_fold(self, |element, name| element.child(name))
    }
}

/// Reads a message. The error says what is wrong with it.
pub(super) fn parse(body: &[u8]) -> Result<Message, String> {
    let text = std::str::from_utf8(body).map_err(|_| "Invalid byte in UTF-8 sequence")?;
    let mut envelope = tree(text)?;
    if envelope.name != "Envelope" {
        return Err(format!("envelope expected, found {}", envelope.name));
    }
    let taken = |envelope: &mut Element, name: &str| {
        let place = envelope.children.iter().position(|part| part.name == name);
        place.map(|place| envelope.children.swap_remove(place))
    };
    let header = taken(&mut envelope, "Header").unwrap_or_default();
    let body = taken(&mut envelope, "Body").ok_or("missing SOAP body")?;
    let operation = body.children.into_iter().next();
    let operation = operation.ok_or("the SOAP body is empty")?;
    Ok(Message { header, operation })
}

fn tree(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let closed = match event {
            Event::Start(start) => {
                open.push(element(&start));
                if open.len() > DEPTH_MAX {
                    return Err("the message is nested too deeply".to_owned());
                }
                None
            }
            Event::Empty(start) => Some(element(&start)),
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                write(&mut open, &text);
                None
            }
            Event::CData(text) => {
                write(&mut open, &text);
                None
            }
            Event::GeneralRef(reference) => {
                write(&mut open, &resolved(&reference)?);
                None
            }
            Event::DocType(_) => return Err("DOCTYPE is not allowed".to_owned()),
            Event::Eof => return Err("the message ends before its envelope".to_owned()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => None,
        };
        if let Some(closed) = closed {
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None => return Ok(closed),
            }
        }
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let is_nil = start.attributes().flatten().any(|attribute| {
        attribute.key.local_name().as_ref() == "nil"
            && matches!(attribute.value.as_ref(), "true" | "1")
    });
    Element {
        name: start.local_name().as_ref().to_owned(),
        is_nil,
        ..Element::default()
    }
}

fn write(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// The character of `&amp;`, `&#38;` and the like. Entities of a document's own do not exist here.
fn resolved(reference: &BytesRef<'_>) -> Result<String, String> {
    let character = reference.resolve_char_ref();
    if let Some(letter) = character.map_err(|error| error.to_string())? {
        return Ok(letter.to_string());
    }
    let letter = match reference.as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        other => {
            return Err(format!(
                "The entity \"{other}\" was referenced, but not declared."
            ));
        }
    };
    Ok(letter.to_owned())
}

/// The answer of an operation: elements with text, in order.
pub(super) struct Reply {
    operation: &'static str,
    xml: String,
}

impl Reply {
    pub(super) fn to(operation: &'static str) -> Self {
        Self {
            operation,
            xml: String::new(),
        }
    }

    /// An element with text.
    pub(super) fn value(&mut self, name: &str, text: &str) {
        self.element(name, |reply| reply.xml.push_str(&escape(text)));
    }

    /// An element without a value.
    pub(super) fn nil(&mut self, name: &str) {
        self.write(&["<", name, " xsi:nil=\"true\"/>"]);
    }

    pub(super) fn value_or_nil(&mut self, name: &str, text: Option<&str>) {
        match text {
            Some(text) => self.value(name, text),
            None => self.nil(name),
        }
    }

    /// An element around what `inside` writes.
    pub(super) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.write(&["<", name, ">"]);
        inside(self);
        self.write(&["</", name, ">"]);
    }

    fn write(&mut self, parts: &[&str]) {
        self.xml.extend(parts.iter().copied());
    }

    pub(super) fn sent(self, kind: Kind) -> Response {
        let Self { operation, xml } = self;
        let name = kind.name();
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns=\"urn:{name}.soap.sforce.com\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
             <soapenv:Body><{operation}Response>{xml}</{operation}Response></soapenv:Body>\
             </soapenv:Envelope>"
        );
        answer::with_type(StatusCode::OK, "text/xml; charset=utf-8", text)
    }
}

/// A fault, which is always a 500.
pub(super) fn fault(kind: Kind, fault: &Fault) -> Response {
    let name = kind.name();
    let message = escape(fault.message.as_str());
    let (code, words, detail) = match &fault.exception {
        Some(exception) => {
            let exception = escape(exception.as_str());
            // The type of the detail is the exception's own, as far as the WSDL has one.
            let kind_of_fault = match exception.as_ref() {
                "INVALID_LOGIN" => "LoginFault",
                "INVALID_ID_FIELD" | "MALFORMED_ID" => "InvalidIdFault",
                _ => "UnexpectedErrorFault",
            };
            (
                format!("sf:{exception}"),
                format!("{exception}: {message}"),
                format!(
                    "<detail><sf:{kind_of_fault} xsi:type=\"sf:{kind_of_fault}\">\
                     <sf:exceptionCode>{exception}</sf:exceptionCode>\
                     <sf:exceptionMessage>{message}</sf:exceptionMessage>\
                     </sf:{kind_of_fault}></detail>"
                ),
            )
        }
        None => (
            "soapenv:Client".to_owned(),
            message.into_owned(),
            String::new(),
        ),
    };
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:sf=\"urn:fault.{name}.soap.sforce.com\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <soapenv:Body><soapenv:Fault><faultcode>{code}</faultcode>\
         <faultstring>{words}</faultstring>{detail}</soapenv:Fault></soapenv:Body>\
         </soapenv:Envelope>"
    );
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    answer::with_type(status, "text/xml; charset=utf-8", text)
}
