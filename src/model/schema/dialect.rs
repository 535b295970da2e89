//! The databases whose dialects are known.

/// A kind of database. MariaDB counts as MySQL; `Schema::server` tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    Sqlite,
    Postgresql,
    Mysql,
}

impl Dialect {
    pub const ALL: &'static [Self] = &[Self::Sqlite, Self::Postgresql, Self::Mysql];
    pub const WORDS: &'static [&'static str] = &["sqlite", "postgresql", "mysql"];

    /// Returns the name that SQLAlchemy gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
        }
    }

    /// Returns the dialect with this name; `postgres` and `mariadb` are understood as well.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "sqlite" => Some(Self::Sqlite),
            "postgresql" | "postgres" => Some(Self::Postgresql),
            "mysql" | "mariadb" => Some(Self::Mysql),
            _ => None,
        }
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}
