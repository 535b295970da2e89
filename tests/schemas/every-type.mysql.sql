-- Every family of types, and every form of default, key, index and constraint, of MySQL 5.7 to 9 and MariaDB 10.4 to 11.
-- What one of the two servers alone understands stands in its own kind of comment.

CREATE TABLE numbers (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    tiny TINYINT,
    flag TINYINT(1) NOT NULL DEFAULT 0,
    truth BOOLEAN DEFAULT TRUE,
    tiny_unsigned TINYINT UNSIGNED DEFAULT 255,
    small SMALLINT NOT NULL DEFAULT -7,
    medium MEDIUMINT UNSIGNED,
    whole INT,
    wide INT(11) UNSIGNED ZEROFILL,
    big BIGINT DEFAULT 9223372036854775807,
    exact DECIMAL(12, 4) DEFAULT 1.5,
    exact_unsigned DECIMAL(5, 2) UNSIGNED,
    plain_numeric NUMERIC,
    real_one REAL,
    single_one FLOAT,
    sized_float FLOAT(30),
    twice DOUBLE DEFAULT 1e10,
    twice_sized DOUBLE(10, 3),
    bit_one BIT,
    bit_many BIT(64),
    PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci COMMENT = 'numbers of all sizes';

CREATE TABLE texts (
    code CHAR(2) NOT NULL,
    bare_char CHAR,
    name VARCHAR(255) NOT NULL DEFAULT '',
    quoted VARCHAR(40) DEFAULT 'it''s "quoted" \\ and `ticked`',
    looks_null VARCHAR(10) DEFAULT 'NULL',
    looks_now VARCHAR(40) DEFAULT 'CURRENT_TIMESTAMP',
    nothing VARCHAR(10) DEFAULT NULL,
    tiny TINYTEXT,
    plain TEXT NOT NULL,
    medium MEDIUMTEXT,
    longer LONGTEXT,
    german VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_german2_ci,
    plain_ascii VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin,
    latin CHAR(3) CHARACTER SET latin1,
    kind ENUM('open', 'closed', 'it''s', 'a,b', ' lead') NOT NULL DEFAULT 'open',
    tags SET('red', 'green', 'blue') DEFAULT 'red,blue',
    doc JSON,
    doc_must JSON NOT NULL,
    PRIMARY KEY (code, name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE bytes_ (
    hash BINARY(16) NOT NULL,
    bare BINARY,
    token VARBINARY(255),
    tiny TINYBLOB,
    plain BLOB,
    medium MEDIUMBLOB,
    longer LONGBLOB,
    PRIMARY KEY (hash)
) ENGINE = InnoDB;

CREATE TABLE times (
    id INT NOT NULL,
    day_ DATE DEFAULT '2020-02-29',
    clock TIME,
    clock_fine TIME(6) DEFAULT '12:00:00.5',
    moment DATETIME DEFAULT CURRENT_TIMESTAMP,
    moment_fine DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
    stamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    stamp_null TIMESTAMP NULL DEFAULT NULL,
    stamp_fixed TIMESTAMP NULL DEFAULT '2001-02-03 04:05:06',
    stamp_fine TIMESTAMP(3) NULL,
    since YEAR DEFAULT 1999,
    PRIMARY KEY (id)
) ENGINE = InnoDB;

CREATE TABLE places (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    spot POINT NOT NULL,
    shape GEOMETRY,
    line LINESTRING,
    area POLYGON,
    spots MULTIPOINT,
    lines_ MULTILINESTRING,
    areas MULTIPOLYGON,
    anything GEOMETRYCOLLECTION,
    SPATIAL KEY sp_spot (spot)
) ENGINE = InnoDB;

CREATE TABLE computed (
    id INT NOT NULL PRIMARY KEY,
    first_name VARCHAR(50) NOT NULL,
    last_name VARCHAR(50) NOT NULL,
    full_name VARCHAR(101) GENERATED ALWAYS AS (CONCAT(first_name, ' ', last_name)) VIRTUAL,
    length_ INT GENERATED ALWAYS AS (CHAR_LENGTH(first_name)) STORED COMMENT 'kept on disk',
    KEY ix_full_name (full_name)
) ENGINE = InnoDB;

CREATE TABLE users (
    id INT NOT NULL AUTO_INCREMENT COMMENT 'the user''s number; "quoted"',
    email VARCHAR(190) NOT NULL,
    tenant INT NOT NULL,
    nick VARCHAR(50),
    about TEXT,
    PRIMARY KEY (id),
    UNIQUE KEY uq_users_email (email),
    UNIQUE KEY uq_users_tenant_nick (tenant, nick),
    UNIQUE KEY uq_users_about (about(20)),
    KEY ix_users_tenant (tenant),
    KEY ix_users_nick_email (nick(10), email),
    FULLTEXT KEY ft_users_about (about)
) ENGINE = InnoDB COMMENT = 'people';

CREATE TABLE deals (
    id INT NOT NULL AUTO_INCREMENT,
    owner_id INT NOT NULL,
    second_id INT,
    third_id INT,
    parent_id INT,
    code CHAR(2),
    name VARCHAR(255),
    amount DECIMAL(10, 2) NOT NULL,
    PRIMARY KEY (id, owner_id),
    KEY ix_deals_code (code, name),
    CONSTRAINT fk_deals_owner FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT fk_deals_second FOREIGN KEY (second_id) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT fk_deals_third FOREIGN KEY (third_id) REFERENCES users (id) ON DELETE RESTRICT ON UPDATE NO ACTION,
    CONSTRAINT fk_deals_self FOREIGN KEY (parent_id) REFERENCES deals (id),
    CONSTRAINT fk_deals_code FOREIGN KEY (code, name) REFERENCES texts (code, name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE circle_a (id INT PRIMARY KEY, b_id INT) ENGINE = InnoDB;
CREATE TABLE circle_b (
    id INT PRIMARY KEY,
    a_id INT,
    CONSTRAINT fk_b_a FOREIGN KEY (a_id) REFERENCES circle_a (id)
) ENGINE = InnoDB;
ALTER TABLE circle_a ADD CONSTRAINT fk_a_b FOREIGN KEY (b_id) REFERENCES circle_b (id) ON DELETE CASCADE;

CREATE TABLE checked (
    id INT PRIMARY KEY,
    amount INT,
    status VARCHAR(10),
    CONSTRAINT ck_amount CHECK (amount > 0),
    CONSTRAINT ck_status CHECK (status IN ('new', 'it''s', 'done') OR (amount IS NULL))
) ENGINE = InnoDB;

CREATE TABLE parted (
    id INT NOT NULL,
    made DATE NOT NULL,
    PRIMARY KEY (id, made)
) ENGINE = InnoDB PARTITION BY RANGE (TO_DAYS(made)) (
    PARTITION p2019 VALUES LESS THAN (737791),
    PARTITION p2020 VALUES LESS THAN (738157),
    PARTITION rest VALUES LESS THAN MAXVALUE
);

CREATE TABLE hashed (id INT, KEY ix_hashed (id) USING HASH) ENGINE = MEMORY;

CREATE TABLE `odd ``name`` ü` (
    `select` INT NOT NULL,
    `with space` VARCHAR(5),
    `back``tick` INT,
    `dot.dot` INT,
    `it's "q"` INT,
    PRIMARY KEY (`select`),
    KEY `ix ``odd``` (`with space`, `dot.dot`)
) ENGINE = InnoDB;

CREATE VIEW people AS SELECT id, email AS `e mail` FROM users WHERE tenant > 0;

-- MySQL since 8.0.13.
/*!80013 CREATE TABLE expressions (
    id CHAR(36) NOT NULL DEFAULT (UUID()),
    sum_ INT DEFAULT (1 + 2),
    word TEXT DEFAULT (_utf8mb4'a\'b'),
    PRIMARY KEY (id),
    KEY ix_lower ((LOWER(id)), sum_ DESC)
) */;

-- MariaDB.
/*M!100500 CREATE TABLE expressions (
    id CHAR(36) NOT NULL DEFAULT (UUID()),
    sum_ INT DEFAULT (1 + 2),
    word TEXT DEFAULT 'a',
    address INET6,
    amount INT CHECK (amount > 0),
    PRIMARY KEY (id)
) */;
/*M!100700 ALTER TABLE expressions ADD COLUMN unique_id UUID */;
/*M!101000 ALTER TABLE expressions ADD COLUMN old_address INET4 */;
/*M!100300 CREATE SEQUENCE numbering */;
/*M!100300 CREATE TABLE versioned (id INT PRIMARY KEY, word VARCHAR(10)) WITH SYSTEM VERSIONING */;
