//! Whether a formula is one for an object: its fields exist, and its types go together.

use crate::schema::{Kind, ObjectSchema};
use crate::value::Value;

use super::{Formula, FormulaError, Function, Node, Operator};

/// What a part of a formula is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Blank,
    Boolean,
    Date,
    DateTime,
    MultiPicklist,
    Number,
    Picklist,
    Text,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::Blank => "Null",
            Self::Boolean => "Boolean",
            Self::Date => "Date",
            Self::DateTime => "DateTime",
            Self::MultiPicklist => "MultiPicklist",
            Self::Number => "Number",
            Self::Picklist => "Picklist",
            Self::Text => "Text",
        }
    }
}

impl Formula {
    /// Refuses what is no condition on records of that object.
    pub(in crate::records) fn check(&self, schema: &ObjectSchema) -> Result<(), FormulaError> {
        match self.root.type_in(schema)? {
            Type::Boolean => Ok(()),
            other => Err(FormulaError(format!(
                "Formula result is data type ({}), incompatible with expected data type (true or \
                 false).",
                other.name()
            ))),
        }
    }
}

impl Node {
    fn type_in(&self, schema: &ObjectSchema) -> Result<Type, FormulaError> {
        match self {
            Self::Constant(value) => Ok(type_of(value)),
            Self::Field(name) => field_type(name, schema),
            Self::Call(function, arguments) => call_type(*function, arguments, schema),
            Self::Operation(operator, left, right) => {
                let (left, right) = (left.type_in(schema)?, right.type_in(schema)?);
                operation_type(*operator, left, right)
            }
        }
    }

    /// Refuses what is not a field.
    fn field(&self, function: Function) -> Result<&str, FormulaError> {
        match self {
            Self::Field(name) => Ok(name),
            Self::Constant(_) | Self::Call(..) | Self::Operation(..) => Err(FormulaError(format!(
                "Incorrect argument type for function '{}()'.",
                function.name()
            ))),
        }
    }
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::Blank,
        Value::Bool(_) => Type::Boolean,
        Value::Int(_) | Value::Double(_) => Type::Number,
        Value::Text(_) | Value::Static(_) | Value::Id(_) => Type::Text,
        Value::Date(_) => Type::Date,
        Value::Instant(_) => Type::DateTime,
    }
}

fn field_type(name: &str, schema: &ObjectSchema) -> Result<Type, FormulaError> {
    let unknown = || FormulaError(format!("Field {name} does not exist. Check spelling."));
    let field = schema.field(name).ok_or_else(unknown)?;
    Ok(match field.kind {
        Kind::Id
        | Kind::Text
        | Kind::TextArea
        | Kind::Phone
        | Kind::Email
        | Kind::Url
        | Kind::Combobox
        | Kind::Reference => Type::Text,
        Kind::Picklist => Type::Picklist,
        Kind::MultiPicklist => Type::MultiPicklist,
        Kind::Bool => Type::Boolean,
        Kind::Int | Kind::Double | Kind::Currency | Kind::Percent => Type::Number,
        Kind::Date => Type::Date,
        Kind::Instant => Type::DateTime,
        Kind::Address => return Err(unknown()),
    })
}

fn call_type(
    function: Function,
    arguments: &[Node],
    schema: &ObjectSchema,
) -> Result<Type, FormulaError> {
    let all = |wanted: Type| {
        arguments
            .iter()
            .try_for_each(|argument| want(function.name(), argument.type_in(schema)?, wanted))
    };
    match function {
        Function::And | Function::Or | Function::Not => all(Type::Boolean)?,
        Function::Begins
        | Function::Contains
        | Function::Len
        | Function::Lower
        | Function::Trim
        | Function::Upper => all(Type::Text)?,
        Function::IsNew | Function::Now | Function::Today => {}
        Function::IsBlank => {
            arguments[0].type_in(schema)?;
        }
        Function::IsChanged | Function::PriorValue => {
            field_type(arguments[0].field(function)?, schema)?;
        }
        Function::IsPickVal | Function::Includes => {
            let wanted = if function == Function::IsPickVal {
                Type::Picklist
            } else {
                Type::MultiPicklist
            };
            want(function.name(), arguments[0].type_in(schema)?, wanted)?;
            want(function.name(), arguments[1].type_in(schema)?, Type::Text)?;
        }
        Function::Text => {
            let given = arguments[0].type_in(schema)?;
            if matches!(given, Type::Boolean | Type::MultiPicklist | Type::Text) {
                return Err(incorrect(
                    function.name(),
                    "Number, Date, DateTime, Picklist",
                    given,
                ));
            }
        }
        Function::If => return choice_type(arguments, schema),
    }
    result_type(function, arguments, schema)
}

/// What `IF` gives: one of two of a kind.
fn choice_type(arguments: &[Node], schema: &ObjectSchema) -> Result<Type, FormulaError> {
    want("IF", arguments[0].type_in(schema)?, Type::Boolean)?;
    let yes = arguments[1].type_in(schema)?;
    let no = arguments[2].type_in(schema)?;
    match (yes, no) {
        (Type::Blank, other) | (other, Type::Blank) => Ok(other),
        (yes, no) if yes == no => Ok(yes),
        (yes, no) => Err(incorrect("IF", yes.name(), no)),
    }
}

/// What a function gives, given arguments that go with it.
fn result_type(
    function: Function,
    arguments: &[Node],
    schema: &ObjectSchema,
) -> Result<Type, FormulaError> {
    Ok(match function {
        Function::And
        | Function::Begins
        | Function::Contains
        | Function::Includes
        | Function::IsBlank
        | Function::IsChanged
        | Function::IsNew
        | Function::IsPickVal
        | Function::Not
        | Function::Or => Type::Boolean,
        Function::Len => Type::Number,
        Function::Lower | Function::Text | Function::Trim | Function::Upper => Type::Text,
        Function::Now => Type::DateTime,
        Function::Today => Type::Date,
        Function::If => choice_type(arguments, schema)?,
        Function::PriorValue => field_type(arguments[0].field(function)?, schema)?,
    })
}

fn operation_type(operator: Operator, left: Type, right: Type) -> Result<Type, FormulaError> {
    let both = |sign: &str, wanted: Type| {
        want(sign, left, wanted)?;
        want(sign, right, wanted)
    };
    match operator {
        Operator::Or => both("||", Type::Boolean).map(|()| Type::Boolean),
        Operator::And => both("&&", Type::Boolean).map(|()| Type::Boolean),
        Operator::Join => both("&", Type::Text).map(|()| Type::Text),
        Operator::Plus => both("+", Type::Number).map(|()| Type::Number),
        Operator::Minus => both("-", Type::Number).map(|()| Type::Number),
        Operator::Times => both("*", Type::Number).map(|()| Type::Number),
        Operator::Over => both("/", Type::Number).map(|()| Type::Number),
        Operator::Equal | Operator::Differs => {
            refuse_picklist("=", left)?;
            refuse_picklist("=", right)?;
            if left == right || left == Type::Blank || right == Type::Blank {
                Ok(Type::Boolean)
            } else {
                Err(incorrect("=", left.name(), right))
            }
        }
        Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
            let is_ordered = matches!(left, Type::Number | Type::Date | Type::DateTime);
            if !is_ordered {
                return Err(incorrect("<", "Number, Date, DateTime", left));
            }
            want("<", right, left).map(|()| Type::Boolean)
        }
    }
}

fn want(place: &str, given: Type, wanted: Type) -> Result<(), FormulaError> {
    if wanted != Type::Picklist && wanted != Type::MultiPicklist {
        refuse_picklist(place, given)?;
    }
    let can_be_blank = given == Type::Blank && wanted != Type::Boolean;
    if given == wanted || can_be_blank {
        Ok(())
    } else {
        Err(incorrect(place, wanted.name(), given))
    }
}

/// The text of a picklist is had by `TEXT()`, and asked for by functions of its own.
fn refuse_picklist(place: &str, given: Type) -> Result<(), FormulaError> {
    match given {
        Type::Picklist | Type::MultiPicklist => Err(FormulaError(format!(
            "'{place}' was given a picklist field. Picklist fields are only supported in certain \
             functions."
        ))),
        Type::Blank | Type::Boolean | Type::Date | Type::DateTime | Type::Number | Type::Text => {
            Ok(())
        }
    }
}

fn incorrect(place: &str, wanted: &str, given: Type) -> FormulaError {
    FormulaError(format!(
        "Incorrect parameter type for '{place}'. Expected {wanted}, received {}",
        given.name()
    ))
}
