//! Which column of a list is what. Headings are quoted as the file has them, and only such as are known:
//! a file without a heading line would otherwise put its first person into an error.

use super::NotASource;

/// A column that is read. Others are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// `email`, `e-mail address`, `mail`.
    Email,
    /// `username`, `user name`, `user id`, `login`; `name`, where nothing else says who is meant.
    UserName,
    /// `name` beside an e-mail address or a user name, `display name`, `full name`.
    DisplayName,
    /// `given_name`, `first name`, `forename`.
    GivenName,
    /// `family_name`, `last name`, `surname`.
    FamilyName,
    /// `active`, `enabled`: yes or no.
    Active,
    /// `role`, `roles`.
    Role,
}

impl Column {
    fn from_header(header: &str) -> Option<Self> {
        match plain(header).as_str() {
            "email" | "emailaddress" | "emailaddresses" | "mail" | "mailaddress" => Some(Self::Email),
            "username" | "userid" | "login" | "loginname" | "userprincipalname" | "upn" => {
                Some(Self::UserName)
            }
            "name" | "displayname" | "fullname" => Some(Self::DisplayName),
            "givenname" | "firstname" | "forename" => Some(Self::GivenName),
            "familyname" | "lastname" | "surname" => Some(Self::FamilyName),
            "active" | "enabled" => Some(Self::Active),
            "role" | "roles" => Some(Self::Role),
            _ => None,
        }
    }

    /// The column's name in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::UserName => "user name",
            Self::DisplayName => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Active => "active",
            Self::Role => "role",
        }
    }

    /// Whether its cell says who is meant.
    pub(super) fn names_somebody(self) -> bool {
        matches!(self, Self::Email | Self::UserName)
    }
}

fn plain(header: &str) -> String {
    header
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many headings of a line are known, were it split by this.
pub(super) fn known(line: &str, delimiter: char) -> usize {
    let headings = line.split(delimiter);
    headings
        .filter(|heading| Column::from_header(heading).is_some())
        .count()
}

/// What each column is; none of those that are not read.
pub(super) type Columns = Vec<Option<Column>>;

/// The columns of a heading line, and which are passed over for a better one: (passed over, read), counted
/// from 1.
pub(super) fn columns(
    headings: &csv::StringRecord,
    line: u64,
) -> Result<(Columns, Vec<(usize, usize)>), NotASource> {
    let mut columns: Columns = headings.iter().map(Column::from_header).collect();
    let mut passed_over = Vec::new();
    for of in [
        Column::Email,
        Column::UserName,
        Column::DisplayName,
        Column::GivenName,
        Column::FamilyName,
        Column::Active,
        Column::Role,
    ] {
        let all: Vec<usize> = (0..columns.len()).filter(|at| columns[*at] == Some(of)).collect();
        let [first, second, ..] = all.as_slice() else {
            continue;
        };
        // `email` itself wins over "Mail"; of display names any will do.
        let exact = |at: &&usize| plain(&headings[**at]) == plain(of.word());
        let mut exactly = all.iter().filter(exact);
        let best = match (exactly.next(), exactly.next()) {
            (Some(best), None) => *best,
            _ if of == Column::DisplayName => *first,
            _ => {
                return Err(NotASource::TwiceTheColumn {
                    line,
                    column: of,
                    first: (first + 1, quotable(&headings[*first])),
                    second: (second + 1, quotable(&headings[*second])),
                });
            }
        };
        for at in all.iter().filter(|at| **at != best) {
            columns[*at] = None;
            passed_over.push((at + 1, best + 1));
        }
    }
    let has = |columns: &[Option<Column>], column| columns.contains(&Some(column));
    // In Profile a user's name is their e-mail address (`tis.md`, "Identity"): a name that stands alone says
    // who is meant. Beside one that does it is what people are called.
    if !has(&columns, Column::Email) && !has(&columns, Column::UserName) {
        let alone = |at: &usize| plain(&headings[*at]) == "name";
        let Some(name) = (0..columns.len()).find(alone) else {
            return Err(NotASource::NoPersonColumn { line });
        };
        columns[name] = Some(Column::UserName);
    }
    Ok((columns, passed_over))
}

/// A known heading, short enough for a message.
fn quotable(heading: &str) -> String {
    heading
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(40)
        .collect()
}
