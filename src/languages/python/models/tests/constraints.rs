//! Keys, uniques, checks, indexes and their names.

use super::check;

#[test]
fn constraints_and_indexes_wherever_they_are_written() {
    check(
        r#"
        class T(Base):
            __tablename__ = "t"
            a = Column(Integer, primary_key=True)
            b = Column(Integer, index=True)
            c = Column("cc", String(3), unique=True)
            d = Column(Integer, unique=True, index=True)
            e = Column(Integer, CheckConstraint("e > 0", name="e_pos"))
            __table_args__ = (
                UniqueConstraint("b", "cc", name="uq"),
                CheckConstraint("b < 3"),
                Index("ix_partial", "b", unique=True, postgresql_where=text("b > 1")),
                Index("ix_order", c.desc(), text("lower(cc)")),
                {"comment": "x"},
            )
        Index("ix_func", func.lower(T.c), T.b)
        Index("ix_where", T.__table__.c.b, postgresql_where=and_(T.b.is_(None), T.c == "x"))
        "#,
        "
        table t
          a INTEGER pk
          b INTEGER null
          cc VARCHAR(3) null
          d INTEGER null
          e INTEGER null
          unique - cc
          unique uq b,cc
          index ix_func (lower(cc)),b
          index ix_order cc,(lower(cc))
          unique index ix_partial b where b > 1
          index ix_t_b b
          unique index ix_t_d d
          index ix_where b where b IS NULL AND cc = 'x'
          check - b < 3
          check e_pos e > 0
        ",
    );
}

#[test]
fn conventions_make_names() {
    check(
        r#"
        NAMES = {
            "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(column_0_label)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s",
        }
        class Own(DeclarativeBase):
            metadata = MetaData(naming_convention=NAMES)
        class T(Own):
            __tablename__ = "t"
            id: Mapped[int] = mapped_column(primary_key=True)
            other: Mapped[int] = mapped_column(ForeignKey("t.id"), index=True)
            code: Mapped[str] = mapped_column(unique=True)
            __table_args__ = (Index(None, "id", "code"), CheckConstraint("id > 0", name="pos"), UniqueConstraint("id", name="given"))
        "#,
        "
        table t
          id INTEGER pk
          other INTEGER
          code VARCHAR
          fk fk_t_other_t other -> t.id
          unique given id
          unique uq_t_code code
          index ix_t_id_code id,code
          index ix_t_other other
          check ck_t_pos id > 0
        ",
    );
}

#[test]
fn foreign_keys_of_several_columns_and_other_schemas() {
    check(
        r#"
        meta = MetaData(schema="app")
        a = Table("a", meta, Column("x", Integer, primary_key=True), Column("y", String(4), primary_key=True))
        b = Table("b", meta, Column("ax", Integer), Column("ay"),
            ForeignKeyConstraint(["ax", "ay"], ["a.x", "a.y"], ondelete="cascade", name="fk_b"),
            Column("z", ForeignKey(a.c.x)), Column("o", Integer, ForeignKey("other.t.id")),
            PrimaryKeyConstraint("ax", name="pk_b"))
        "#,
        "
        table app.a
          x INTEGER pk
          y VARCHAR(4) pk
        table app.b
          ax INTEGER pk
          ay VARCHAR(4) null
          z INTEGER null
          o INTEGER null
          fk - o -> other.t.id
          fk - z -> app.a.x
          fk fk_b ax,ay -> app.a.x,y CASCADE
        ",
    );
}
