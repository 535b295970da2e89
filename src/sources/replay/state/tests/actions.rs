//! What each action does where all is known.

use super::check;
use crate::model::schema::Dialect::{Mysql, Postgresql, Sqlite};

#[test]
fn tables_are_made_renamed_and_dropped_with_what_belongs_to_them() {
    let base = "create u id:integer! pk:id\ncreate t id:integer pk:id u_id:integer fk:u_id->u.id uq:u_id";
    check(
        Postgresql,
        &format!("{base}\nrename u users"),
        "t id:integer! u_id:integer pk=t_pkey:id uq=t_u_id_key:u_id fk=t_u_id_fkey:u_id->users.id
         users id:integer! pk=u_pkey:id",
        &[],
    );
    check(
        Postgresql,
        &format!("{base}\ndrop u"),
        "t id:integer! u_id:integer pk=t_pkey:id uq=t_u_id_key:u_id",
        &["table_referenced u"],
    );
    check(
        Postgresql,
        &format!("{base}\ncascade drop u"),
        "t id:integer! u_id:integer pk=t_pkey:id uq=t_u_id_key:u_id",
        &[],
    );
    check(Postgresql, &format!("{base}\ndrop t\ndrop u"), "", &[]);
    check(Sqlite, &format!("{base}\ndrop u"), "t id:integer! u_id:integer pk:id uq:u_id fk:u_id->u.id", &[]);
    check(
        Mysql,
        &format!("{base}\nrename t x"),
        "u id:integer! pk:id
         x id:integer! u_id:integer pk:id uq=u_id:u_id fk=x_ibfk_1:u_id->u.id",
        &[],
    );
    check(Postgresql, "create t a:text\nif-not-exists create t b:text", "t a:text", &[]);
    check(Postgresql, "create t a:text\ncreate t b:text", "t b:text", &["table_exists t"]);
    check(Postgresql, "create public.t a:text\nadd t b:text", "t a:text b:text", &[]);
    check(Postgresql, "create s.t a:text\nrename s.t t", "t a:text", &[]);
    check(Postgresql, "create t temporary a:text\nadd t b:text\ndrop t", "", &[]);
    check(Sqlite, "create Deals a:text\nadd deals b:text", "Deals a:text b:text", &[]);
    check(Postgresql, "create t a:text\ndrop t\ndrop t\nif-exists drop t", "", &["no_table t"]);
    check(Postgresql, "create t a:text\nrename t u\nadd t b:text", "u a:text", &["no_table t"]);
}

#[test]
fn columns_come_and_go_with_their_keys() {
    let base = "create t id:integer! a:text b:text pk:id uq=uq_ab:a,b ck=ck_b:b>'a' ix=ix_a:a ix=ix_low:lower(b)";
    check(Postgresql, &format!("{base}\nremove t b"), "t id:integer! a:text pk=t_pkey:id ix=ix_a:a", &[]);
    check(
        Postgresql,
        &format!("{base}\nrename-column t b c"),
        "t id:integer! a:text c:text pk=t_pkey:id uq=uq_ab:a,c ck=ck_b:c>'a' ix=ix_a:a ix=ix_low:lower(c)",
        &[],
    );
    check(
        Mysql,
        &format!("{base}\nremove t a"),
        "t id:integer! b:text pk:id uq=uq_ab:b ck=ck_b:b>'a' ix=ix_low:lower(b)",
        &[],
    );
    check(Postgresql, "create t a:text\nadd t a:integer", "t a:integer", &["column_exists t.a"]);
    check(Postgresql, "create t a:text\nif-not-exists add t a:integer", "t a:text", &[]);
    check(Postgresql, "create t a:text\nremove t b\nif-exists remove t b", "t a:text", &["no_column t.b"]);
    check(Postgresql, "create t a:text\nalter t b null", "t a:text", &["no_column t.b"]);
    check(Postgresql, "create t a:text b:text\nrename-column t a b", "t b:text", &["column_exists t.b"]);
    check(
        Postgresql,
        "create t a:text\nadd t id:serial! pk:id",
        "t a:text id:integer!=nextval('t_id_seq'::regclass) pk=t_pkey:id",
        &[],
    );
    check(Sqlite, "create t a:text\nadd t b:text!", "t a:text b:text!", &["sqlite_cannot t.b"]);
    check(Sqlite, "create t a:text\nbatch add t b:text!\nadd t c:text!='x'", "t a:text b:text! c:text!='x'", &[]);
    check(
        Postgresql,
        "create u id:integer pk:id\ncreate t a:integer fk:a->u.id\nrename-column u id key",
        "t a:integer fk=t_a_fkey:a->u.key
         u key:integer! pk=u_pkey:key",
        &[],
    );
    check(
        Postgresql,
        "create u id:integer pk:id\ncreate t a:integer fk:a->u.id\nremove u id",
        "t a:integer
         u",
        &["column_referenced u.id"],
    );
}

#[test]
fn columns_are_altered_as_far_as_it_is_said() {
    let base = "create t id:integer! a:varchar(5)!='x' pk:id";
    for (line, expected) in [
        ("alter t a null", "t id:integer! a:varchar(5)='x' pk=t_pkey:id"),
        ("alter t a type:text", "t id:integer! a:text!='x' pk=t_pkey:id"),
        ("alter t a default:none", "t id:integer! a:varchar(5)! pk=t_pkey:id"),
        ("alter t a default:'y' null", "t id:integer! a:varchar(5)='y' pk=t_pkey:id"),
        ("alter t id null", "t id:integer! a:varchar(5)!='x' pk=t_pkey:id"),
    ] {
        check(Postgresql, &format!("{base}\n{line}"), expected, &[]);
    }
    check(Mysql, &format!("{base}\nalter t a whole type:text"), "t id:integer! a:text pk:id", &[]);
    check(Sqlite, &format!("{base}\nalter t a null"), "t id:integer! a:varchar(5)='x' pk:id", &["sqlite_cannot t.a"]);
    check(Sqlite, &format!("{base}\nbatch alter t a null"), "t id:integer! a:varchar(5)='x' pk:id", &[]);
}

#[test]
fn primary_keys_forbid_null_where_the_database_does() {
    let base = "create t a:text b:integer pk:a";
    check(Postgresql, base, "t a:text! b:integer pk=t_pkey:a", &[]);
    check(Mysql, base, "t a:text! b:integer pk:a", &[]);
    check(Sqlite, base, "t a:text b:integer pk:a", &[]);
    check(Sqlite, "create t a:integer pk:a", "t a:integer! pk:a", &[]);
    check(Postgresql, "create t a:text\nconstrain t pk:a", "t a:text! pk=t_pkey:a", &[]);
    check(Postgresql, &format!("{base}\ndrop-constraint t t_pkey"), "t a:text! b:integer", &[]);
    check(Mysql, &format!("{base}\ndrop-constraint t primary-key"), "t a:text! b:integer", &[]);
    check(Postgresql, &format!("{base}\nconstrain t pk=x:b"), "t a:text! b:integer! pk=x:b", &["primary_key_exists t"]);
}

#[test]
fn unnamed_constraints_have_the_names_that_the_database_gives() {
    let base = "create u id:integer pk:id uq:id\ncreate t a:integer b:integer uq:a,b fk:a->u.id fk:a->u.id ck:a>0 ck:a>b ck:a<9";
    check(
        Postgresql,
        base,
        "t a:integer b:integer uq=t_a_b_key:a,b fk=t_a_fkey:a->u.id fk=t_a_fkey1:a->u.id ck=t_a_check:a>0 ck=t_a_check1:a<9 ck=t_check:a>b
         u id:integer! pk=u_pkey:id uq=u_id_key:id",
        &[],
    );
    check(
        Postgresql,
        &format!(
            "{base}\ndrop-constraint t t_a_fkey\ndrop-constraint t t_a_fkey1\ndrop-constraint t t_a_b_key\ndrop-constraint t t_check\ndrop t\ndrop u"
        ),
        "",
        &[],
    );
    check(
        Mysql,
        "create u id:integer pk:id\ncreate t a:integer uq:a fk:a->u.id\nconstrain t uq:a\ndrop-constraint t t_ibfk_1\ndrop-index a t",
        "t a:integer uq=a_2:a
         u id:integer! pk:id",
        &[],
    );
    check(
        Postgresql,
        "create t a:text\nindex t ix:a\nindex t ix:lower(a),a",
        "t a:text ix=t_a_idx:a ix=t_lower_a_idx:lower(a),a",
        &[],
    );
    check(
        Postgresql,
        "create t a:text\nconstrain t uq=x:a\nconstrain t ck=x:a>0",
        "t a:text ck=x:a>0",
        &["constraint_exists t.x"],
    );
    check(
        Postgresql,
        "create t a:text\ndrop-constraint t x\nif-exists drop-constraint t x",
        "t a:text",
        &["no_constraint t.x"],
    );
    check(Postgresql, "create t a:text uq:a\nrename-constraint t t_a_key x\ndrop-constraint t x", "t a:text", &[]);
    check(Postgresql, "create t a:text uix=x:a\nconstrain t uq=c:a x", "t a:text uq=c:a", &[]);
    check(Postgresql, "create t a:text\nconstrain t uq:b", "t a:text uq=t_b_key:b", &["constraint_column t.b"]);
}

#[test]
fn sqlite_has_no_names_for_what_has_none() {
    check(
        Sqlite,
        "create u id:integer pk:id\ncreate t a:integer b:integer fk:a->u.id fk:b->u.id ck:a>0\nbatch drop-constraint t fk_t_b_u",
        "t a:integer b:integer fk:a->u.id
         u id:integer! pk:id",
        &[],
    );
    check(Sqlite, "create t a:text uq:a\nbatch drop-constraint t uq_t_a", "t a:text", &[]);
    check(Sqlite, "create t a:text\nconstrain t uq=x:a", "t a:text uq=x:a", &["sqlite_cannot t.x"]);
    check(Sqlite, "create t a:text uq=x:a\nremove t a", "t", &["sqlite_cannot t.a"]);
    check(Sqlite, "create t a:text fk:a->gone.id", "t a:text fk:a->gone.id", &[]);
}

#[test]
fn a_batch_makes_the_table_anew() {
    let base = "create t a:binary(16) b:text u:integer ck:b>'a' ck=named:b>'b' fk=f:u->u.id";
    check(
        Sqlite,
        &format!("{base}\nbatch add t c:binary(5)\nbatch alter t b not-null"),
        "t a:numeric(16) b:text! u:integer c:binary(5) fk=f:u->u.id ck=named:b>'b'",
        &[],
    );
    check(
        Sqlite,
        &format!("{base}\nbatch remove t u\nbatch drop-constraint t f"),
        "t a:numeric(16) b:text ck=named:b>'b'",
        &[],
    );
    check(
        Postgresql,
        "create t a:text u:integer uq=f:u\nbatch remove t u\nbatch drop-constraint t f",
        "t a:text",
        &["no_constraint t.f"],
    );
}

#[test]
fn names_that_are_too_long_are_cut_as_sqlalchemy_does() {
    let long = "fk_block_schema_reference__reference_block_schema_id__block_schema";
    let cut = "fk_block_schema_reference__reference_block_schema_id__b_6e5d";
    check(Postgresql, &format!("op create t a:text uq={long}:a"), &format!("t a:text uq={cut}:a"), &[]);
    check(Postgresql, &format!("op create t a:text uq={long}:a\nop drop-constraint t {long}"), "t a:text", &[]);
}

#[test]
fn sqlalchemy_numbers_whole_primary_keys() {
    check(Postgresql, "op create t id:bigint pk:id", "t id:bigint!=nextval('t_id_seq'::regclass) pk=t_pkey:id", &[]);
    check(Postgresql, "op create t id:bigint b:text pk:id,b", "t id:bigint! b:text! pk=t_pkey:id,b", &[]);
}

#[test]
fn names_of_indexes_are_unique_where_they_are() {
    let base = "create t a:text\ncreate u a:text\nindex t ix=i:a\nindex u ix=i:a";
    check(Postgresql, base, "t a:text\nu a:text ix=i:a", &["index_exists t.i"]);
    check(Sqlite, base, "t a:text\nu a:text ix=i:a", &["index_exists t.i"]);
    check(Mysql, base, "t a:text ix=i:a\nu a:text ix=i:a", &[]);
    check(Postgresql, "create t a:text\nindex t ix=i:a\nif-not-exists index t ix=i:a\ndrop-index i", "t a:text", &[]);
    check(Sqlite, "create t a:text\nindex t ix=Ix_A:a\ndrop-index ix_a", "t a:text", &[]);
    check(
        Postgresql,
        "create t a:text\ndrop-index i\ndrop-index i t\nif-exists drop-index i",
        "t a:text",
        &["no_index i.i", "no_index t.i"],
    );
    check(Postgresql, "create t a:text\nindex t ix=i:b", "t a:text ix=i:b", &["index_column t.b"]);
    check(Postgresql, "create t a:text uq=u:a\ndrop-index u", "t a:text", &["index_of_constraint t.u"]);
    check(Mysql, "create t a:text uq=u:a\ndrop-index u t", "t a:text", &[]);
    check(Postgresql, "create t a:text\nindex t ix=i:a\nrename-index i j", "t a:text ix=j:a", &[]);
    check(
        Postgresql,
        "create t a:text\nindex t ix=i:a\ndrop t\ncreate u a:text\nindex u ix=i:a",
        "u a:text ix=i:a",
        &[],
    );
}

#[test]
fn enums_live_in_their_columns() {
    let base = "enum mood a,c\ncreate t m:enum/mood n:mood";
    check(Postgresql, base, "t m:<a,c> n:<a,c>\nenum mood a,c", &[]);
    check(
        Postgresql,
        &format!("{base}\nadd-label mood b before c\nadd-label mood z\nadd-label mood y after a"),
        "t m:<a,y,b,c,z> n:<a,y,b,c,z>\nenum mood a,y,b,c,z",
        &[],
    );
    check(Postgresql, &format!("{base}\nrename-label mood c d"), "t m:<a,d> n:<a,d>\nenum mood a,d", &[]);
    check(
        Postgresql,
        &format!("{base}\nrename-enum mood temper\nadd-label temper x"),
        "t m:<a,c,x> n:<a,c,x>\nenum temper a,c,x",
        &[],
    );
    check(Postgresql, &format!("{base}\ndrop t\ndrop-enum mood"), "", &[]);
    check(Postgresql, &format!("{base}\ndrop-enum mood"), "t m:<a,c> n:<a,c>", &["enum_used mood"]);
    check(Postgresql, &format!("{base}\ncascade drop-enum mood"), "t", &[]);
    check(
        Postgresql,
        &format!("{base}\nenum mood a\nif-not-exists enum mood b"),
        "t m:<a> n:<a>\nenum mood a",
        &["enum_exists mood"],
    );
    check(
        Postgresql,
        &format!("{base}\nadd-label mood a\nif-not-exists add-label mood a"),
        "t m:<a,c> n:<a,c>\nenum mood a,c",
        &["label_exists mood.a"],
    );
    check(Postgresql, "create t m:enum/mood", "t m:<>", &["enum_not_created mood"]);
    check(Postgresql, "enum mood a\ndrop-enum mood\ndrop-enum mood\nif-exists drop-enum mood", "", &["no_enum mood"]);
    check(Sqlite, "enum mood a,c\ncreate t a:text\ndrop-enum mood", "t a:text", &[]);
}

#[test]
fn foreign_keys_need_a_target_that_fits() {
    let base = "create u id:integer pk:id code:text other:text uix=x:code";
    for (line, faults) in [
        ("create t a:bigint fk:a->u.id", &[][..]),
        ("create t a:text fk:a->u.code", &[]),
        ("create t a:integer fk:a->u", &[]),
        ("create t a:uuid fk:a->u.id", &["foreign_key_type t.a"]),
        ("create t a:integer fk:a->u.gone", &["foreign_key_column t.a"]),
        ("create t a:text fk:a->u.other", &["foreign_key_target t"]),
        ("create t a:text fk:b->u.id", &["constraint_column t.b"]),
        ("create t a:integer fk:a->uu.id", &["foreign_key_table t"]),
        ("create t a:integer fk:a->gone.id", &[]),
        ("create t id:integer pk:id a:integer fk:a->t.id", &[]),
    ] {
        let (_, found) = super::applied(Postgresql, &format!("{base}\n{line}"));
        let (mut state, _) = super::applied(Postgresql, &format!("{base}\n{line}"));
        let (_, late) = state.finish(false);
        let late = late.iter().map(|fault| format!("{} {}", fault.kind.name(), fault.subject()));
        assert_eq!(found.into_iter().chain(late).collect::<Vec<_>>(), faults, "{line}");
    }
}

#[test]
fn extensions_bring_types() {
    check(Postgresql, "create t a:citext b:citext", "t a:citext b:citext", &["extension_not_created citext"]);
    check(Postgresql, "extension citext\ncreate t a:citext", "t a:citext", &[]);
    check(
        Postgresql,
        "create t a:uuid=uuid_generate_v4()",
        "t a:uuid=uuid_generate_v4()",
        &["extension_not_created uuid-ossp"],
    );
    check(
        Postgresql,
        "extension vector\nextension vector\nif-not-exists extension vector",
        "",
        &["extension_exists vector"],
    );
    check(Sqlite, "create t a:citext", "t a:citext", &[]);
}

#[test]
fn views_schemas_and_partitions_are_kept() {
    check(
        Postgresql,
        "create t a:text\nview v select a from t\nview v select 1",
        "t a:text\nview v",
        &["view_exists v"],
    );
    check(Postgresql, "create t a:text\nview v select a from t\ndrop-view v\ndrop-view v", "t a:text", &["no_view v"]);
    check(
        Postgresql,
        "create t a:text\nview v select a from t\ncascade drop t",
        "unknown views of v\nunknown tables of v",
        &[],
    );
    check(
        Postgresql,
        "schema s\ncreate s.t a:text\ncreate u a:text\nrename-schema s r\ncascade drop-schema r",
        "u a:text",
        &[],
    );
    check(
        Postgresql,
        "create t a:text\ncreate t_1 partition-of:t\ncreate t_2 partition-of:t\nadd t b:text\ndrop t_1\nindex t_2 ix=x:a",
        "t a:text b:text partitions:t_2",
        &[],
    );
    check(Postgresql, "create t a:text\ncreate p a:text\nattach t p", "t a:text partitions:p", &[]);
    check(
        Postgresql,
        "create t a:text\ncreate p partition-of:t\ndetach t p",
        "p a:text
         t a:text
         unknown constraints of p
         unknown indexes of p",
        &[],
    );
    check(
        Postgresql,
        "create t a:text!='x' b:text ix=i:a\ncreate c like:t d:text",
        "c a:text!=? b:text d:text
         t a:text!='x' b:text ix=i:a
         unknown indexes of c",
        &[],
    );
    check(Postgresql, "create t from-query a:text", "t a:text\nunknown columns of t", &[]);
}

#[test]
fn guards_are_decided_from_what_is_there() {
    check(Postgresql, "guard:no-table:t create t a:text\nguard:no-table:t create t b:text", "t a:text", &[]);
    check(Postgresql, "create t a:text\nguard:column:t.b remove t b\nguard:column:t.a remove t a", "t", &[]);
    check(Postgresql, "guard:no-enum:m enum m a\nguard:no-enum:m enum m b", "enum m a", &[]);
    check(Postgresql, "on:sqlite create t a:text\non:postgresql,mysql create u a:text", "u a:text", &[]);
    check(Postgresql, "guard:table:t drop t\nguard:index:i drop-index i", "", &[]);
    check(Postgresql, "guard:no-extension:citext extension citext\ncreate t a:citext", "t a:citext", &[]);
}
