//! What cannot be known is said, and nothing is made up.

use super::check;

#[test]
fn computed_names_and_types_are_unknown() {
    check(
        r#"
        import os
        from other import helper, Column as TheirColumn, PREFIX
        class A(Base):
            __tablename__ = os.environ["NAME"]
            id = Column(Integer, primary_key=True)
        class B(Base):
            __tablename__ = "b"
            id = Column(Integer, primary_key=True)
            n = Column(String(int(os.environ["N"])), nullable=bool(os.environ["X"]))
            made = helper(3)
            col = TheirColumn(3)
            d = Column(Integer, server_default=helper())
            f = Column(FetchedValue(), nullable=False)
        Table(PREFIX + "x", Base.metadata, Column("y", Integer))
        "#,
        "
        table b
          id INTEGER pk
          n ? (`length` of the type is computed) null?
          d INTEGER null default? (the default is computed)
          f NULL default? (the database fills it in a way that the model does not say)
        unknown Tables: the name of the table of `A` is not known: the name of the table is computed
        unknown Columns b: `col` may be a column that `other.Column` makes
        unknown Tables: `PREFIX + \"x\"` is computed
        ",
    );
}

#[test]
fn conditions_leave_doubt() {
    check(
        r#"
        import settings
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            if settings.WIDE:
                wide = Column(Integer)
            if sys_unknown > 3:
                same = Column(String(settings.SIZE if False else 4))
        if settings.EXTRA:
            class B(Base):
                __tablename__ = "b"
                id = Column(Integer, primary_key=True)
        columns = [Column("x", Integer)]
        if settings.MORE:
            columns.append(Column("y", Integer))
        Table("c", Base.metadata, *columns)
        class D(Base, settings.Mixin):
            __tablename__ = "d"
            id = Column(Integer, primary_key=True)
        "#,
        "
        table a
          id INTEGER pk
        table b
          id INTEGER pk
        table c
          x INTEGER null
        table d
          id INTEGER pk
        unknown Columns a: it depends on `settings.WIDE`
        unknown Columns a: it depends on `sys_unknown > 3`
        unknown Tables b: it depends on `settings.EXTRA`
        unknown Columns c: it depends on `settings.MORE`
        unknown Constraints c: it depends on `settings.MORE`
        unknown Indexes c: it depends on `settings.MORE`
        unknown Columns d: what the base `settings.Mixin` adds is not known
        ",
    );
}

#[test]
fn tables_from_the_database_are_doubted() {
    check(
        r#"
        from sqlalchemy.ext.automap import automap_base
        Auto = automap_base()
        Auto.prepare(autoload_with=engine)
        Table("r", Base.metadata, autoload_with=engine)
        "#,
        "
        table r
        unknown Tables: tables come from the database
        unknown Columns r: its columns come from the database
        unknown Constraints r: its columns come from the database
        unknown Indexes r: its columns come from the database
        ",
    );
}

#[test]
fn enums_whose_labels_are_computed() {
    check(
        r#"
        from other import LABELS
        t = Table("t", MetaData(), Column("a", Enum(*LABELS, name="labels")), Column("id", Integer, primary_key=True))
        "#,
        "
        table t
          a ? (`*LABELS` is computed) null
          id INTEGER pk
        enum labels ?
        ",
    );
}

#[test]
fn known_mixins_of_other_packages_add_their_columns() {
    check(
        r#"
        from flask_appbuilder import Model
        from flask_appbuilder.models.mixins import AuditMixin
        class Own(AuditMixin):
            created_on = Column(DateTime)
        class T(Own, Model):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
        "#,
        "
        table t
          id INTEGER pk
          created_on TIMESTAMP WITHOUT TIME ZONE null
          changed_on TIMESTAMP WITHOUT TIME ZONE
          created_by_fk INTEGER
          changed_by_fk INTEGER
          fk - changed_by_fk -> ab_user.id
          fk - created_by_fk -> ab_user.id
        ",
    );
}
