//! Indexes.

use super::Reader;
use super::column::using;
use super::cursor::Cursor;
use super::table::index;
use crate::languages::sql::draft::Draft;
use crate::languages::sql::lexer::Kind;
use crate::model::Known;
use crate::model::operation::Action;
use crate::model::schema::{Index, IndexPart};

impl Reader<'_> {
    pub(super) fn create_index(&self, cursor: &mut Cursor<'_>) -> Option<Draft> {
        let whole = *cursor;
        self.skip_head(cursor, "INDEX")?;
        let name = self.object(cursor)?;
        let mut made = index(Some(name.name));
        made.unique = self.has_word("unique");
        made.method = ["fulltext", "spatial"].into_iter().find(|kind| self.has_word(kind)).map(Into::into);
        using(cursor);
        cursor.take(&["ON"]).then_some(())?;
        let mut table = self.object(cursor)?;
        if name.schema.is_some() {
            table.schema = name.schema;
        }
        self.index_parts(&cursor.group()?, &mut made)?;
        if cursor.take(&["WHERE"]) {
            made.where_ = Some(cursor.source().into());
        }
        made.at = self.at(&whole);
        Some(self.draft(Action::CreateIndex { table: Known::Yes(table), index: Box::new(made) }))
    }

    /// Reads what an index sorts by.
    pub(super) fn index_parts(&self, list: &Cursor<'_>, made: &mut Index) -> Option<()> {
        for (number, mut item) in list.items().into_iter().enumerate() {
            let (part, usual) = self.index_part(&mut item)?;
            made.parts.push(part);
            if !usual {
                made.unusual.push(number);
            }
        }
        (!made.parts.is_empty()).then_some(())
    }

    fn index_part(&self, item: &mut Cursor<'_>) -> Option<(IndexPart, bool)> {
        let sorts = |rest: &Cursor<'_>| rest.follows_any(&["ASC", "DESC", "COLLATE"]);
        let mut part = item.until(sorts);
        let usual = item.take(&["ASC"]) && item.is_empty() || item.is_empty();
        let whole = part;
        let first = part.next()?;
        let named = matches!(first.kind, Kind::Word | Kind::Quoted | Kind::Text);
        if named && part.is_empty() {
            let mut one = whole;
            return Some((IndexPart::Column(one.name()?), usual));
        }
        // `name(10)`: so many characters of a column.
        let mut inside = part;
        if named
            && let Some(mut group) = inside.group()
            && inside.is_empty()
            && let Some(length) = group.next().filter(|token| token.kind == Kind::Number && group.is_empty())
            && let Ok(length) = length.text(self.sql).parse()
        {
            let mut one = whole;
            return Some((IndexPart::Prefix(one.name()?, length), usual));
        }
        let mut group = whole;
        let text = group.group().filter(|_| group.is_empty()).map_or(whole.source(), |inside| inside.source());
        Some((IndexPart::Expression(text.into()), usual))
    }

    pub(super) fn drop_index(&self, cursor: &mut Cursor<'_>) -> Option<Draft> {
        self.skip_head(cursor, "INDEX")?;
        let index = self.object(cursor)?;
        let table = match cursor.take(&["ON"]) {
            true => Some(Known::Yes(self.object(cursor)?)),
            false => None,
        };
        let action = Action::DropIndex { index: Known::Yes(index.name), schema: index.schema, table, cascade: false };
        Some(self.draft(action))
    }
}
