//! Text → nodes.

use crate::value::Value;

use super::{FormulaError, Function, Node, Operator};

/// How deep a formula may be nested.
const DEPTH_MAX: usize = 60;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
}

/// Longer signs first, so that `<=` is not read as `<`.
const SIGNS: [&str; 19] = [
    "<>", "<=", ">=", "!=", "==", "&&", "||", "<", ">", "=", "!", "&", "+", "-", "*", "/", "(",
    ")", ",",
];

/// Operators by strength, the weakest first.
const LEVELS: [&[(&str, Operator)]; 5] = [
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[
        ("=", Operator::Equal),
        ("==", Operator::Equal),
        ("<>", Operator::Differs),
        ("!=", Operator::Differs),
        ("<=", Operator::AtMost),
        (">=", Operator::AtLeast),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[
        ("&", Operator::Join),
        ("+", Operator::Plus),
        ("-", Operator::Minus),
    ],
    &[("*", Operator::Times), ("/", Operator::Over)],
];

pub(super) fn parse(text: &str) -> Result<Node, FormulaError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
    };
    let node = parser.level(0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(node),
        Some(token) => Err(extra(token)),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, FormulaError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let taken = if first == '"' || first == '\'' {
            let (content, length) = quoted(rest, first)?;
            tokens.push(Token::Text(content));
            length
        } else if first.is_ascii_digit() {
            let length = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(rest.len());
            let number = rest[..length].parse();
            let wrong = |_| syntax(&format!("Found '{}'", &rest[..length]));
            tokens.push(Token::Number(number.map_err(wrong)?));
            length
        } else if first.is_alphabetic() {
            let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..length].to_owned()));
            length
        } else {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
            let sign = sign.ok_or_else(|| syntax(&format!("Found '{first}'")))?;
            tokens.push(Token::Sign(sign));
            sign.len()
        };
        rest = rest[taken..].trim_start();
    }
    Ok(tokens)
}

/// The content of a quoted text, and how many bytes it takes with its quotes.
fn quoted(text: &str, quote: char) -> Result<(String, usize), FormulaError> {
    let mut content = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return Ok((content, at + 1));
        }
        if character == '\\' {
            content.extend(characters.next().map(|(_, escaped)| escaped));
        } else {
            content.push(character);
        }
    }
    Err(syntax("Missing closing quotation mark"))
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn sign(&mut self, wanted: &str) -> bool {
        let is_there =
            matches!(self.tokens.get(self.at), Some(Token::Sign(sign)) if *sign == wanted);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, wanted: &str) -> Result<(), FormulaError> {
        if self.sign(wanted) {
            Ok(())
        } else {
            Err(syntax(&format!("Missing '{wanted}'")))
        }
    }

    /// Operators of one strength, from the left, between what binds stronger.
    fn level(&mut self, level: usize) -> Result<Node, FormulaError> {
        let Some(operators) = LEVELS.get(level) else {
            return self.single();
        };
        let mut left = self.level(level + 1)?;
        loop {
            let found = operators.iter().find(|(sign, _)| self.sign(sign));
            let Some((_, operator)) = found else {
                return Ok(left);
            };
            let right = self.level(level + 1)?;
            left = Node::Operation(*operator, Box::new(left), Box::new(right));
        }
    }

    fn single(&mut self) -> Result<Node, FormulaError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(syntax("Formula is too deeply nested"));
        }
        let node = self.unary();
        self.depth -= 1;
        node
    }

    fn unary(&mut self) -> Result<Node, FormulaError> {
        if self.sign("!") {
            return Ok(Node::Call(Function::Not, vec![self.single()?]));
        }
        if self.sign("-") {
            let zero = Box::new(Node::Constant(Value::Double(0.0)));
            let negated = Box::new(self.single()?);
            return Ok(Node::Operation(Operator::Minus, zero, negated));
        }
        if self.sign("(") {
            let inner = self.level(0)?;
            self.expect(")")?;
            return Ok(inner);
        }
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        match token {
            None => Err(syntax("Unexpected end of formula")),
            Some(Token::Number(number)) => Ok(Node::Constant(Value::Double(number))),
            Some(Token::Text(text)) => Ok(Node::Constant(Value::text(text))),
            Some(Token::Name(name)) => self.named(name),
            Some(token @ Token::Sign(_)) => Err(extra(&token)),
        }
    }

    fn named(&mut self, name: String) -> Result<Node, FormulaError> {
        let upper = name.to_ascii_uppercase();
        if !self.sign("(") {
            return Ok(match upper.as_str() {
                "TRUE" => Node::Constant(Value::Bool(true)),
                "FALSE" => Node::Constant(Value::Bool(false)),
                "NULL" => Node::Constant(Value::Null),
                _ => Node::Field(name),
            });
        }
        let known = Function::ALL.iter().find(|(known, ..)| *known == upper);
        let Some((known, function, least, most)) = known else {
            return Err(FormulaError(format!(
                "Unknown function {upper}. Check spelling."
            )));
        };
        let mut arguments = Vec::new();
        if !self.sign(")") {
            arguments.push(self.level(0)?);
            while self.sign(",") {
                arguments.push(self.level(0)?);
            }
            self.expect(")")?;
        }
        let count = arguments.len();
        if count < *least || count > *most {
            let message = format!(
                "Incorrect number of parameters for function '{known}()'. Expected {least}, \
                 received {count}"
            );
            return Err(FormulaError(message));
        }
        Ok(Node::Call(*function, arguments))
    }
}

fn syntax(what: &str) -> FormulaError {
    FormulaError(format!("Syntax error. {what}"))
}

fn extra(token: &Token) -> FormulaError {
    let shown = match token {
        Token::Name(text) | Token::Text(text) => text.clone(),
        Token::Number(number) => number.to_string(),
        Token::Sign(sign) => (*sign).to_owned(),
    };
    syntax(&format!("Extra {shown}"))
}
