//! A field of a form, said once: for reading it, for the order in which faults are told, and for the OpenAPI
//! document.

/// A field of a form.
#[derive(Clone, Copy, Debug)]
pub struct FormField {
    /// What it is called in the body.
    pub name: &'static str,
    /// Whether it has to be filled in.
    pub is_required: bool,
    /// What it holds.
    pub kind: Kind,
    /// What it means, in a sentence of the OpenAPI document.
    pub meaning: &'static str,
    /// What it may hold, for the OpenAPI document.
    pub example: &'static str,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text that is judged by its own rules afterwards; white space around it does not count.
    Plain,
    /// The same, and a username that is to be taken.
    Username,
    /// An e-mail address.
    Email,
    /// A password, kept as it was typed, white space and all.
    Password,
    /// The same, and one that is to be set.
    NewPassword,
    /// A text that is stored and shown again; at most so many characters, none of them a control.
    Stored(usize),
    /// The same, and a telephone number, without what came along with it and nobody sees.
    Telephone(usize),
}

impl FormField {
    /// A field that has to be filled in.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, meaning: &'static str, example: &'static str) -> Self {
        Self { name, is_required: true, kind, meaning, example }
    }

    /// The same field where it may be left out.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { is_required: false, ..self }
    }
}

impl Kind {
    /// The most characters of what is stored.
    #[must_use]
    pub const fn most(self) -> Option<usize> {
        match self {
            Self::Stored(most) | Self::Telephone(most) => Some(most),
            Self::Plain | Self::Username | Self::Email | Self::Password | Self::NewPassword => None,
        }
    }
}
