//! Mapped classes, mixins, inheritance, tables without a class.

use super::check;

#[test]
fn annotations_tell_type_and_null() {
    check(
        r#"
        import datetime, decimal, uuid
        from typing import Annotated, Literal, Optional
        key = Annotated[int, mapped_column(primary_key=True)]
        class User(Base):
            __tablename__ = "user"
            id: Mapped[key]
            name: Mapped[str]
            nick: Mapped[Optional[str]]
            age: "Mapped[int | None]"
            born: Mapped["datetime.date"]
            price: Mapped[decimal.Decimal] = mapped_column(server_default="0")
            token: Mapped[uuid.UUID] = mapped_column(nullable=True)
            size: Mapped[Literal["s", "xl"]]
            plain: int
            friends: Mapped[list["User"]] = relationship()
        "#,
        "
        table user
          id INTEGER pk
          name VARCHAR
          nick VARCHAR null
          age INTEGER null
          born DATE
          price NUMERIC default '0'
          token UUID null
          size VARCHAR(2)
        ",
    );
}

#[test]
fn columns_of_the_old_style() {
    check(
        r#"
        class User(Base):
            __tablename__ = "user"
            id = Column(Integer, primary_key=True)
            name = Column("full_name", String(40), nullable=False, server_default=text("'x'"))
            team_id = Column(ForeignKey("team.id", ondelete="SET NULL"))
            at = Column(DateTime(timezone=True), server_default=func.now(), default=3)
            a = b = Column(SmallInteger)
        class Team(Base):
            __tablename__ = "team"
            id = Column(BigInteger, primary_key=True)
        "#,
        "
        table team
          id BIGINT pk
        table user
          id INTEGER pk
          full_name VARCHAR(40) default 'x'
          team_id BIGINT null
          at TIMESTAMP WITH TIME ZONE null default now()
          a SMALLINT null
          b SMALLINT null
          fk - team_id -> team.id SET NULL
        ",
    );
}

#[test]
fn mixins_lend_columns_and_special_attributes() {
    check(
        r#"
        class Stamped:
            made = Column(Date, nullable=False)
            @declared_attr
            def owner_id(cls) -> Mapped[int]:
                return mapped_column(ForeignKey("user.id"), name="owner_of_" + cls.__name__.lower())
        class Named:
            @declared_attr.directive
            def __tablename__(cls):
                return f"{cls.__name__.lower()}s"
            name: Mapped[str]
            @declared_attr.directive
            def __table_args__(cls):
                return (UniqueConstraint("name"), {"schema": "app"})
        class Abstract(Base):
            __abstract__ = True
            id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
        class Doc(Named, Stamped, Abstract):
            made = None
            title: Mapped[str]
        class User(Base):
            __tablename__ = "user"
            id = Column(String(9), primary_key=True)
        "#,
        "
        table user
          id VARCHAR(9) pk
        table app.docs
          id INTEGER pk
          title VARCHAR
          name VARCHAR
          owner_of_doc VARCHAR(9)
          fk - owner_of_doc -> user.id
          unique - name
        ",
    );
}

#[test]
fn inheritance_shares_or_joins() {
    check(
        r#"
        class Mixin:
            shared = Column(Integer)
        class Animal(Mixin, Base):
            __tablename__ = "animal"
            id: Mapped[int] = mapped_column(primary_key=True)
        class Dog(Animal):
            barks: Mapped[bool] = mapped_column(nullable=True)
        class Puppy(Dog):
            weeks = Column(Integer)
        class Cat(Animal):
            __tablename__ = "cat"
            id: Mapped[int] = mapped_column(ForeignKey("animal.id"), primary_key=True)
            lives: Mapped[int]
        "#,
        "
        table animal
          id INTEGER pk
          shared INTEGER null
          barks BOOLEAN null
          weeks INTEGER null
        table cat
          id INTEGER pk
          lives INTEGER
          fk - id -> animal.id
        ",
    );
}

#[test]
fn tables_without_a_class() {
    check(
        r#"
        from functools import partial
        meta = MetaData(schema="s")
        Needed = partial(Column, nullable=False)
        def key(name, target): return Column(name, ForeignKey(target), primary_key=True)
        def audit():
            columns = [Column("by", String(5))]
            columns.append(Column("at", DateTime))
            return columns
        link = Table("link", meta, key("a_id", "a.id"), *audit(), Needed("n", ARRAY(String(3))))
        for name in ["a", "b"]:
            Table(name, meta, Column("id", Integer, primary_key=True), Column(f"{name}_x", LargeBinary))
        class Mapped(Base):
            __table__ = Table("other", Base.metadata, Column("k", Integer, primary_key=True))
        "#,
        "
        table other
          k INTEGER pk
        table s.a
          id INTEGER pk
          a_x BYTEA null
        table s.b
          id INTEGER pk
          b_x BYTEA null
        table s.link
          a_id INTEGER pk
          by VARCHAR(5) null
          at TIMESTAMP WITHOUT TIME ZONE null
          n VARCHAR(3)[]
          fk - a_id -> s.a.id
        ",
    );
}

#[test]
fn registries_dataclasses_and_type_maps() {
    check(
        r#"
        from sqlalchemy.orm import registry, MappedAsDataclass, declarative_base
        from typing import Annotated, Any
        short = Annotated[str, 30]
        reg = registry(type_annotation_map={short: String(30), dict[str, Any]: JSON().with_variant(sa.dialects.postgresql.JSONB, "postgresql")})
        @reg.mapped_as_dataclass
        class One:
            __tablename__ = "one"
            id: Mapped[int] = mapped_column(init=False, primary_key=True)
            name: Mapped[short] = "x"
            data: Mapped[dict[str, Any]]
        Old = declarative_base()
        class Two(Old):
            __tablename__ = "two"
            id = sa.Column(sa.Integer(), primary_key=True)
        "#,
        "
        table one
          id INTEGER pk
          name VARCHAR(30)
          data JSON
        table two
          id INTEGER pk
        ",
    );
}

#[test]
fn flask_names_tables() {
    check(
        r#"
        from flask_sqlalchemy import SQLAlchemy
        db = SQLAlchemy()
        tags = db.Table("tags", db.Column("page_id", db.ForeignKey("page.id"), primary_key=True))
        class Timed:
            at = db.Column(db.DateTime)
        class Page(db.Model, Timed):
            id = db.Column(db.Integer, primary_key=True)
        class WikiPage(Page):
            body = db.Column(db.Text)
        class HTTPLog(db.Model):
            id = db.Column(db.Integer, primary_key=True)
        "#,
        "
        table http_log
          id INTEGER pk
        table page
          id INTEGER pk
          at TIMESTAMP WITHOUT TIME ZONE null
          body TEXT null
        table tags
          page_id INTEGER pk
          fk - page_id -> page.id
        ",
    );
}

#[test]
fn sqlmodel_builds_columns_from_fields() {
    check(
        r#"
        import uuid, datetime, enum
        from typing import Optional, ClassVar
        from sqlmodel import SQLModel, Field, Relationship, Column as C, JSON as J
        class Role(str, enum.Enum):
            admin = "ADMIN"
        class HeroBase(SQLModel):
            name: str = Field(index=True, max_length=40)
            team_id: int | None = Field(default=None, foreign_key="team.id", ondelete="CASCADE")
        class Hero(HeroBase, table=True):
            id: Optional[int] = Field(default=None, primary_key=True)
            role: Role = Role.admin
            data: dict = Field(sa_column=C("data_json", J))
            at: datetime.datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()})
            token: uuid.UUID = Field(default_factory=uuid.uuid4, unique=True)
            limit: ClassVar[int] = 3
            team: Optional["Team"] = Relationship()
        class Team(SQLModel, table=True):
            id: int = Field(primary_key=True)
        class HeroRead(HeroBase):
            id: int
        "#,
        "
        table hero
          name VARCHAR(40)
          team_id INTEGER null
          id INTEGER pk
          role role
          data_json JSON null
          at TIMESTAMP WITH TIME ZONE default now()
          token UUID
          fk - team_id -> team.id CASCADE
          unique - token
          index ix_hero_name name
        table team
          id INTEGER pk
        enum role admin
        ",
    );
}
