//! Tests of what is read of statements.

use super::*;

fn cases(cases: &[(&str, &[&str])]) {
    for (sql, expected) in cases {
        check(Dialect::Mysql, sql, expected);
    }
}

#[test]
fn tables_are_created() {
    cases(&[
        (
            "CREATE TABLE IF NOT EXISTS `a`.`t` (\n  id INT UNSIGNED NOT NULL AUTO_INCREMENT,\n  `n` varchar(45) CHARACTER SET \
             utf8 COLLATE utf8_bin DEFAULT 'it''s' COMMENT 'a \\'b\\'',\n  u TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON \
             UPDATE CURRENT_TIMESTAMP,\n  PRIMARY KEY  (id),\n  KEY k (n(10), u DESC),\n  CONSTRAINT `fk` FOREIGN KEY (id) \
             REFERENCES o (x) ON DELETE RESTRICT ON UPDATE CASCADE\n)ENGINE=InnoDB DEFAULT CHARSET=utf8 COMMENT='c'",
            &[
                "create_table a.t(id INT UNSIGNED not null auto increment, n varchar(45) default 'it''s' collate utf8_bin comment \
               a 'b', u TIMESTAMP not null default CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, primary key(id), fk (id) \
               references o(x) on delete RESTRICT on update CASCADE, index k (n[10], u!)) comment c [if_not_exists]",
            ],
        ),
        (
            "create table t (a enum('x','y') not null, b decimal(10, 2) unsigned default -1.5, c int generated always as (b * \
             2) stored, d int as (b) virtual, e json default (json_object()), f datetime(6) default now(6) on update now(6), \
             g double precision default null, unique key (a), unique `q` (b), fulltext index ft (a), check (b > (1)), \
             constraint ck check (c > 0) not enforced)",
            &[
                "create_table t(a enum('x','y') not null, b decimal(10, 2) unsigned default -1.5, c int as (b * 2) stored, d int \
               as (b), e json default (json_object()), f datetime(6) default now(6) ON UPDATE now(6), g double precision, \
               unique(a), q unique(b), check(b > (1)), ck check(c > 0), index ft (a) fulltext)",
            ],
        ),
        (
            "create table t (a int primary key, b int unique key, c int key)",
            &["create_table t(a int not null, b int, c int not null, primary key(c), unique(b))"],
        ),
        (
            "create table t (a int references o (b))",
            &[
                "create_table t(a int) ?constraints: a foreign key to o that stands at the column: some servers ignore it",
            ],
        ),
        ("create table t like s.o", &["create_table t() like s.o"]),
        ("create table t select 1 as a", &["create_table t() from query"]),
        ("create temporary table t (a int) as select 1", &["create_table t(a int) temporary from query"]),
        ("create table t (a int) partition by hash(a) partitions 4", &["create_table t(a int)"]),
        ("drop table if exists a, b.c", &["drop_table a [if_exists]", "drop_table b.c [if_exists]"]),
        ("rename table a to b, c.d to e", &["rename_table a to b", "rename_table c.d to e"]),
    ]);
}

#[test]
fn tables_are_altered() {
    cases(&[
        (
            "alter table t add column a int not null default 3 after b, add (c int, d int), add key k (a), add unique index u \
             (a, b), add constraint fk foreign key (a) references o (b), add primary key (a), drop column e, drop f",
            &[
                "add_column t: a int not null default 3",
                "add_column t: c int",
                "add_column t: d int",
                "create_index t: k (a)",
                "add_constraint t: u unique(a, b)",
                "add_constraint t: fk (a) references o(b)",
                "add_constraint t: primary key(a)",
                "drop_column t.e",
                "drop_column t.f",
            ],
        ),
        (
            "ALTER TABLE t MODIFY COLUMN a varchar(20) NOT NULL, CHANGE b c int DEFAULT 1 COMMENT 'x' FIRST, CHANGE d d int",
            &[
                "alter_column t.a type varchar(20) not null default none identity none not generated comment none whole",
                "rename_column t.b to c",
                "alter_column t.c type int null default 1 identity none not generated comment x whole",
                "alter_column t.d type int null default none identity none not generated comment none whole",
            ],
        ),
        (
            "alter table t drop primary key, drop foreign key fk, drop index i, drop key j, drop check c, drop constraint d",
            &[
                "drop_constraint t: none primary_key",
                "drop_constraint t: fk foreign_key",
                "drop_index i on t",
                "drop_index j on t",
                "drop_constraint t: c check",
                "drop_constraint t: d",
            ],
        ),
        (
            "alter table t alter a set default 1, alter column b drop default, rename column c to d, rename index e to f, \
             rename to s.u, comment = 'x'",
            &[
                "alter_column t.a default 1",
                "alter_column t.b default none",
                "rename_column t.c to d",
                "rename_index e on t to f",
                "rename_table t to s.u",
                "comment_table t: x",
            ],
        ),
        (
            "alter table t engine = innodb, convert to character set utf8mb4, auto_increment = 5, algorithm=inplace, lock=none",
            &[
                "alter_table t: engine",
                "alter_table t: convert to character",
                "alter_table t: auto_increment",
                "alter_table t: algorithm",
                "alter_table t: lock",
            ],
        ),
        (
            "alter table t drop column if exists a, add column if not exists b int",
            &["drop_column t.a [if_exists]", "add_column t: b int [if_not_exists]"],
        ),
    ]);
}

#[test]
fn other_statements() {
    cases(&[
        (
            "create unique index i on t (a(10), b desc, (lower(c)))",
            &["create_index t: i (a[10], b!, <lower(c)>) unique"],
        ),
        ("create fulltext index i on t (a)", &["create_index t: i (a) fulltext"]),
        ("drop index i on t", &["drop_index i on t"]),
        (
            "create definer=`a`@`%` sql security definer view v (x) as select 1 with check option",
            &["create_view v(x): select 1"],
        ),
        ("create or replace view v as select a from b", &["create_view replace v(): select a from b"]),
        ("drop view if exists v, w", &["drop_view v [if_exists]", "drop_view w [if_exists]"]),
        ("create database if not exists d", &["create_schema d [if_not_exists]"]),
        ("drop schema d", &["drop_schema d cascade"]),
        ("create trigger t before insert on a for each row begin delete from b; end", &["create_other trigger t"]),
        ("insert ignore into a.t values (1)", &["insert a.t"]),
        ("replace into t values (1)", &["insert t"]),
        ("update t set a = 1", &["update t"]),
        ("truncate table t", &["truncate t"]),
        ("set names utf8; lock tables t write; unlock tables", &["execute", "execute", "execute"]),
        ("/*!40101 SET x = 1 */; /*!50003 DROP TABLE a */;", &["execute", "drop_table a"]),
        (
            "use d; create table d.t (a int); create table e.t (a int)",
            &["execute", "create_table t(a int)", "create_table e.t(a int)"],
        ),
    ]);
}

#[test]
fn what_is_broken_is_told() {
    for sql in [
        "create table t (a int,,)",
        "create table",
        "alter table t",
        "alter table t add",
        "selct 1",
        "drop index",
        "create table t (a int",
    ] {
        let script = script(&format!("{sql}; drop table t"), Dialect::Mysql);
        let statement = &script.statements[0].statement;
        assert!(statement.kind.is_unknown() && statement.fault.is_some(), "{sql}: {statement:?}");
        assert_eq!(script.operations().last().map(show).as_deref(), Some("drop_table t"));
    }
}
