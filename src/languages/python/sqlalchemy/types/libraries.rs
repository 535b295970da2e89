//! Types of well-known libraries beside SQLAlchemy.

use std::sync::Arc;

use super::{Reason, Shape, Types, number};
use crate::languages::python::interpret::{Object, Value};
use crate::model::schema::{Dialect, Length, Normal};

const fn varchar(length: u32) -> Normal {
    Normal::Varchar { length: Some(length) }
}

const TEXT: Normal = Normal::Text { length: Length::Plain };
const BLOB: Normal = Normal::Blob { length: Length::Plain };

impl<'a> Types<'_, 'a> {
    /// Returns what a type of another library is.
    pub(super) fn library(&self, path: &Arc<str>, object: Option<&Object<'a>>) -> Result<Shape, Reason> {
        let root = path.split('.').next().unwrap_or(path);
        let name = path.rsplit('.').next().unwrap_or(path);
        // SQLModel imports the module of SQLAlchemy's types, and others reach it there.
        if let ("sqlmodel", Some((_, inner))) = (root, path.split_once(".types.")) {
            return self.outside(&format!("sqlalchemy.{inner}").into(), object);
        }
        let unknown = || Err(format!("the type `{path}` of another package is not known").into());
        match (root, name) {
            ("sqlmodel", "AutoString") => Ok(Shape::plain(Normal::Varchar { length: number(object, 0, "length")? })),
            ("sqlmodel", "GUID") | ("fastapi_users_db_sqlalchemy" | "fastapi_users", "GUID") => {
                Ok(on_postgresql(Normal::Char { length: Some(36) }, Normal::Uuid))
            }
            ("fastapi_users_db_sqlalchemy" | "sqlalchemy_utc", "TIMESTAMPAware" | "UtcDateTime") => {
                Ok(Shape::plain(Normal::Timestamp { zone: true, precision: None }))
            }
            ("sqlalchemy_utils", _) => self.sqlalchemy_utils(path, name, object),
            ("geoalchemy2", "Geometry" | "Geography") => {
                let kind = match object.and_then(|object| object.argument(0, "geometry_type")) {
                    None => "GEOMETRY".into(),
                    Some(kind) => kind.as_text().ok_or("the kind of geometry is computed")?,
                };
                let srid = match object.and_then(|object| object.argument(1, "srid")) {
                    None => -1,
                    Some(srid) => srid.as_int().ok_or("the SRID is computed")?,
                };
                Ok(Shape::plain(Normal::Other(format!("{name}({kind},{srid})").to_lowercase().into())))
            }
            ("geoalchemy2", "Raster") => Ok(Shape::plain(Normal::Other("raster".into()))),
            ("pgvector", "Vector" | "VECTOR" | "HALFVEC" | "HalfVector" | "SPARSEVEC" | "SparseVector") => {
                let word = match name {
                    "HALFVEC" | "HalfVector" => "halfvec",
                    "SPARSEVEC" | "SparseVector" => "sparsevec",
                    _ => "vector",
                };
                let spelling = match number(object, 0, "dim")? {
                    Some(length) => format!("{word}({length})"),
                    None => word.to_owned(),
                };
                Ok(Shape::plain(Normal::Other(spelling.into())))
            }
            ("citext", "CIText") => Ok(Shape::plain(Normal::Other("citext".into()))),
            ("sqlalchemy_json", "MutableJson" | "NestedMutableJson") => {
                Ok(Shape::plain(Normal::Json { binary: false }))
            }
            _ => unknown(),
        }
    }

    fn sqlalchemy_utils(&self, path: &Arc<str>, name: &str, object: Option<&Object<'a>>) -> Result<Shape, Reason> {
        let given = |position: usize, keyword: &str| object.and_then(|object| object.argument(position, keyword));
        let plain = |normal| Ok(Shape::plain(normal));
        match name {
            "UUIDType" => {
                let binary = given(0, "binary").map_or(Some(true), Value::truth).ok_or("`binary` is computed")?;
                let native = given(1, "native").map_or(Some(true), Value::truth).ok_or("`native` is computed")?;
                let fallback =
                    if binary { Normal::Binary { length: Some(16) } } else { Normal::Char { length: Some(32) } };
                if native { Ok(on_postgresql(fallback, Normal::Uuid)) } else { plain(fallback) }
            }
            "EmailType" => plain(Normal::Varchar { length: Some(number(object, 0, "length")?.unwrap_or(255)) }),
            "ChoiceType" => match given(1, "impl") {
                None | Some(Value::None) => plain(varchar(255)),
                Some(inner) => self.shape(inner),
            },
            "EncryptedType" => plain(BLOB),
            "StringEncryptedType" => plain(Normal::Varchar { length: number(object, usize::MAX, "length")? }),
            "JSONType" => Ok(on_postgresql(TEXT, Normal::Json { binary: false })),
            "URLType" | "ScalarListType" => plain(TEXT),
            "ArrowType" | "EnrichedDateTimeType" => plain(Normal::Timestamp { zone: false, precision: None }),
            "EnrichedDateType" => plain(Normal::Date),
            "TimezoneType" | "IPAddressType" => plain(varchar(50)),
            "LocaleType" => plain(varchar(10)),
            "CountryType" => plain(varchar(2)),
            "CurrencyType" => plain(varchar(3)),
            "PhoneNumberType" => {
                plain(Normal::Varchar { length: Some(number(object, 1, "max_length")?.unwrap_or(20)) })
            }
            "ColorType" => plain(varchar(20)),
            "PasswordType" => Err("the length of a PasswordType depends on its schemes".into()),
            "TSVectorType" => plain(Normal::Other("tsvector".into())),
            "LtreeType" => plain(Normal::Other("ltree".into())),
            "DateRangeType" => plain(Normal::Other("daterange".into())),
            "DateTimeRangeType" => plain(Normal::Other("tsrange".into())),
            "IntRangeType" => plain(Normal::Other("int4range".into())),
            "NumericRangeType" => plain(Normal::Other("numrange".into())),
            _ => Err(format!("the type `{path}` of another package is not known").into()),
        }
    }
}

fn on_postgresql(normal: Normal, postgresql: Normal) -> Shape {
    let mut shape = Shape::plain(normal);
    shape.set(Dialect::Postgresql, postgresql);
    shape
}
