//! What can be said about a field: what it holds, who writes it, whether it may be empty, and where
//! its value comes from.

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Text,
    TextArea,
    Phone,
    Email,
    Url,
    Picklist,
    /// Several values of a picklist, in its order, with semicolons between.
    MultiPicklist,
    Combobox,
    Reference,
    Bool,
    Int,
    Double,
    Currency,
    Percent,
    Date,
    Instant,
    Address,
}

/// Who may write a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Full,
    CreateOnly,
    UpdateOnly,
    Read,
}

/// What happens when a field is left out on create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Nillable,
    Required,
    /// Never empty: the org fills it in.
    Defaulted,
    /// May be emptied, but a create that leaves it out gets the default.
    DefaultedNillable,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Stored,
    Id,
    IsDeleted,
    CreatedDate,
    CreatedById,
    LastModifiedDate,
    LastModifiedById,
    SystemModstamp,
    /// `FirstName LastName`.
    FullName,
    /// The parts of an address whose field names begin with the compound's prefix.
    Address,
    /// Follows from what `Status` or `StageName` means.
    IsClosed,
    IsWon,
    /// Follows from what `Priority` means.
    IsHighPriority,
    /// Whether `EmailBouncedDate` holds something.
    IsEmailBounced,
    /// `Amount` times `Probability`.
    ExpectedRevenue,
    /// The key of `ForecastCategoryName`.
    ForecastCategory,
    /// Follow from `CloseDate`, in calendar years.
    Fiscal,
    FiscalQuarter,
    FiscalYear,
}

impl Access {
    /// What is left of it for who may not do both.
    pub(crate) fn limited(self, creates: bool, updates: bool) -> Self {
        let createable = creates && matches!(self, Self::Full | Self::CreateOnly);
        let updateable = updates && matches!(self, Self::Full | Self::UpdateOnly);
        match (createable, updateable) {
            (true, true) => Self::Full,
            (true, false) => Self::CreateOnly,
            (false, true) => Self::UpdateOnly,
            (false, false) => Self::Read,
        }
    }
}

impl Kind {
    /// The `type` of describe.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text => "string",
            Self::TextArea => "textarea",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Url => "url",
            Self::Picklist => "picklist",
            Self::MultiPicklist => "multipicklist",
            Self::Combobox => "combobox",
            Self::Reference => "reference",
            Self::Bool => "boolean",
            Self::Int => "int",
            Self::Double => "double",
            Self::Currency => "currency",
            Self::Percent => "percent",
            Self::Date => "date",
            Self::Instant => "datetime",
            Self::Address => "address",
        }
    }
}
