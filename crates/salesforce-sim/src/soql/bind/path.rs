//! Paths: from the record over its parents to a field.

use crate::error::ApiError;
use crate::schema::{Field, Object};

use super::super::malformed;
use super::super::predicate::{Column, Reads};
use super::super::syntax::Written;
use super::{Asked, Binder, Step};

/// Paths lead over this many relationships at most.
const DEPTH_MAX: usize = 5;

/// All paths of a query together lead over this many relationships at most.
pub(super) const STEPS_MAX: usize = 55;

/// What can be asked of a record behind a reference to several objects, whichever it is.
const NAME_FIELDS: [&str; 11] = [
    "Id",
    "Name",
    "FirstName",
    "LastName",
    "Email",
    "Phone",
    "Title",
    "Username",
    "IsActive",
    "Alias",
    "UserRoleId",
];

/// A path that was looked up.
pub(super) struct Found<'schema> {
    pub(super) column: Column,
    /// Nothing for the pseudo-field `Type`.
    pub(super) field: Option<&'schema Field>,
    /// The relationships on the way in canonical spelling, each with the source it leads to.
    pub(super) ups: Vec<(String, usize)>,
    /// The field in canonical spelling.
    pub(super) name: String,
}

impl Found<'_> {
    /// The whole path in canonical spelling.
    pub(super) fn path(&self) -> String {
        let ups = self.ups.iter().map(|(name, _)| name.as_str());
        let parts: Vec<&str> = ups.chain([self.name.as_str()]).collect();
        parts.join(".")
    }
}

/// Where a path has got to: a source, and the objects whose records can stand there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing<'a> {
    pub(super) source: usize,
    pub(super) objects: &'a [Object],
}

impl Asked<'_> {
    /// The object of that name, as far as apps may know of it.
    pub(super) fn object(&self, name: &Written<String>) -> Result<Object, ApiError> {
        let readable = |object: &Object| !self.records.sharing.denies(*object);
        Object::named(&name.what).filter(readable).ok_or_else(|| {
            let message = format!(
                "sObject type '{}' is not supported. If you are attempting to use a custom \
                     object, be sure to append the '__c' after the entity name. Please reference \
                     your WSDL or the describe call for the appropriate names.",
                name.what
            );
            super::pointed("INVALID_TYPE", self.text, name.at, &message)
        })
    }
}

impl<'query> Binder<'query> {
    pub(super) fn find(&mut self, path: &Written<String>) -> Result<Found<'query>, ApiError> {
        let objects = [self.object];
        let start = Standing {
            source: 0,
            objects: &objects,
        };
        let mut parts: Vec<&str> = path.what.split('.').collect();
        if parts.len() > 1 && self.is_root(parts[0]) {
            parts.remove(0);
        }
        self.find_from(start, &parts, path)
    }

    /// Follows `parts` from where `start` is.
    pub(super) fn find_from(
        &mut self,
        start: Standing<'_>,
        parts: &[&str],
        path: &Written<String>,
    ) -> Result<Found<'query>, ApiError> {
        let (name, ups) = parts
            .split_last()
            .expect("splitting yields at least one part");
        let (standing, ups) = self.climb(start, ups, path)?;
        let objects = standing.objects;
        let is_named = objects.len() > 1;
        let column = |reads| Column {
            source: standing.source,
            reads,
            function: None,
        };
        if is_named && name.eq_ignore_ascii_case("Type") {
            return Ok(Found {
                column: column(Reads::ObjectName),
                field: None,
                ups,
                name: "Type".to_owned(),
            });
        }
        let places: Box<[_]> = objects
            .iter()
            .filter_map(|of| Some((*of, self.place_in(*of, objects, name)?)))
            .collect();
        let Some((first, place)) = places.first().copied() else {
            return Err(self.no_such_column(name, objects, path));
        };
        let field = &self.seen().of(first).fields[place];
        let name = if is_named && name.eq_ignore_ascii_case("Name") {
            "Name".to_owned()
        } else {
            field.name.clone()
        };
        Ok(Found {
            column: column(Reads::Field(places)),
            field: Some(field),
            ups,
            name,
        })
    }

    /// Follows relationships, and returns where they lead and how they are spelled.
    pub(super) fn climb<'a>(
        &mut self,
        start: Standing<'a>,
        ups: &[&str],
        path: &Written<String>,
    ) -> Result<(Standing<'a>, Vec<(String, usize)>), ApiError> {
        if ups.len() > DEPTH_MAX {
            let words = "the field path leads over more than 5 relationships";
            return Err(malformed(words));
        }
        let mut standing = start;
        let mut names = Vec::with_capacity(ups.len());
        for up in ups {
            standing = self.step(standing, up, path)?;
            let name = self.steps[standing.source - 1].name.clone();
            names.push((name, standing.source));
        }
        Ok((standing, names))
    }

    /// Whether paths may begin with that name of what is queried.
    pub(super) fn is_root(&self, name: &str) -> bool {
        let from = self.query.from.what.rsplit('.').next().unwrap_or_default();
        name.eq_ignore_ascii_case(from)
            || name.eq_ignore_ascii_case(self.object.name())
            || self
                .query
                .alias
                .as_ref()
                .is_some_and(|alias| alias.eq_ignore_ascii_case(name))
    }

    /// The place of a field that apps may know of. Every look-up of a name ends here.
    pub(super) fn visible(&self, of: Object, name: &str) -> Option<usize> {
        self.seen().of(of).position(name)
    }

    /// Where `name` is in `of`. Behind a polymorphic reference only the fields that every named
    /// thing has can be asked for, and `Name` is whatever names the record.
    fn place_in(&self, of: Object, objects: &[Object], name: &str) -> Option<usize> {
        if objects.len() == 1 {
            return self.visible(of, name);
        }
        if !NAME_FIELDS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
        {
            return None;
        }
        if name.eq_ignore_ascii_case("Name") {
            let fields = &self.seen().of(of).fields;
            return fields.iter().position(|field| field.is_name);
        }
        self.visible(of, name)
    }

    /// Whether apps may read any object that the reference at `place` points to.
    fn leads_somewhere(&self, of: Object, place: usize) -> bool {
        let targets = self.seen().of(of).fields[place].refers_to;
        targets.iter().any(|target| !self.sharing().denies(*target))
    }

    fn step<'a>(
        &mut self,
        from: Standing<'_>,
        name: &str,
        path: &Written<String>,
    ) -> Result<Standing<'a>, ApiError> {
        let references: Vec<_> = from
            .objects
            .iter()
            .filter_map(|of| Some((*of, self.seen().of(*of).relationship(name)?)))
            .filter(|(of, place)| {
                let field = &self.seen().of(*of).fields[*place];
                self.visible(*of, &field.name).is_some() && self.leads_somewhere(*of, *place)
            })
            .collect();
        let Some((first, place)) = references.first().copied() else {
            let message = format!(
                "Didn't understand relationship '{name}' in field path. If you are attempting to \
                 use a custom relationship, be sure to append the '__r' after the custom \
                 relationship name. Please reference your WSDL or the describe call for the \
                 appropriate names."
            );
            return Err(self.pointed("INVALID_FIELD", path.at, &message));
        };
        let field = &self.seen().of(first).fields[place];
        let canonical = field
            .relationship()
            .expect("it was found by its relationship");
        let known = self.steps.iter().position(|step| {
            step.from == from.source && step.name == canonical && step.references == references
        });
        let at = known.unwrap_or_else(|| {
            self.steps.push(Step {
                from: from.source,
                references,
                name: canonical,
                targets: field.refers_to,
            });
            self.steps.len() - 1
        });
        Ok(Standing {
            source: at + 1,
            objects: self.steps[at].targets,
        })
    }

    fn no_such_column(&self, name: &str, objects: &[Object], path: &Written<String>) -> ApiError {
        let entity = if objects.len() > 1 {
            "Name"
        } else {
            objects[0].name()
        };
        let message = format!(
            "No such column '{name}' on entity '{entity}'. If you are attempting to use a custom \
             field, be sure to append the '__c' after the custom field name. Please reference \
             your WSDL or the describe call for the appropriate names."
        );
        self.pointed("INVALID_FIELD", path.at, &message)
    }
}
