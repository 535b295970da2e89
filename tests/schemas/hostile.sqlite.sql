-- What SQLite allows and people do: odd names, types of any word, keys without columns, shadow and virtual tables.

CREATE TABLE "a ""quoted"" table" (
    "sp ace" VARCHAR(10) NOT NULL,
    "br]x" INTEGER,
    "näme🧀" TEXT,
    "line
break" NUMERIC(10, 2) DEFAULT 1.5,
    PRIMARY KEY ("sp ace", "näme🧀")
);
CREATE TABLE plain (
    id INTEGER PRIMARY KEY,
    up VARCHAR(20) UNIQUE,
    n INT NOT NULL,
    later TEXT DEFAULT 'x' REFERENCES plain (id),
    CONSTRAINT positive CHECK (n > 0),
    CONSTRAINT "u 2" UNIQUE (n, up)
);
CREATE TABLE auto (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    d DATETIME DEFAULT CURRENT_TIMESTAMP, t TIMESTAMP, b BOOLEAN DEFAULT 0, j JSON, x, y DOUBLE PRECISION, z FLOAT,
    w BIGINT, s SMALLINT, bl BLOB, c CHAR(3), nv NVARCHAR(30), de DECIMAL(8, 3), ti TIME, da DATE, re REAL,
    weird FOO(3), un UNSIGNED BIG INT, tiny TINYINT(1), mi MEDIUMINT, cl CLOB, nc NCHAR(5),
    vc VARYING CHARACTER(9), uu UUID
);
CREATE TABLE composite (
    a INT, b INT, c INT GENERATED ALWAYS AS (a + b) STORED, d TEXT AS (a || 'x') VIRTUAL, PRIMARY KEY (b, a)
) WITHOUT ROWID;
CREATE TABLE child (
    id INTEGER NOT NULL,
    p INTEGER REFERENCES plain,
    q INTEGER CONSTRAINT fk_q REFERENCES "plain" (id) ON DELETE CASCADE ON UPDATE SET NULL,
    r INTEGER,
    s INT,
    CONSTRAINT pk_child PRIMARY KEY (id),
    CONSTRAINT "fk r" FOREIGN KEY (r) REFERENCES PLAIN (ID) ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (s, r) REFERENCES composite
);
CREATE TABLE circle_a (id INTEGER PRIMARY KEY, b INT REFERENCES circle_b (id));
CREATE TABLE circle_b (id INTEGER PRIMARY KEY, a INT REFERENCES circle_a (id));
CREATE TABLE nocase (t TEXT COLLATE NOCASE UNIQUE, CHECK (t <> ')' AND t NOT LIKE '--%'));
CREATE TABLE copied AS SELECT id, up FROM plain;
CREATE INDEX ix_plain ON plain (n DESC, up COLLATE NOCASE);
CREATE UNIQUE INDEX ux_part ON plain (n) WHERE n > 5 AND up IS NOT NULL;
CREATE INDEX ix_expr ON plain (lower(up), n);
CREATE VIEW v_plain AS SELECT id, up AS u FROM plain;
CREATE VIEW "v two" (x, y) AS SELECT n, id FROM plain;
CREATE VIRTUAL TABLE docs USING fts5 (title, body);
CREATE TABLE docs_mine (a INT);
