CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE clients (
    id INTEGER NOT NULL, 
    name VARCHAR(200) NOT NULL, 
    email VARCHAR(255) NOT NULL, 
    fax VARCHAR(40), 
    is_blocked BOOLEAN DEFAULT 0 NOT NULL, 
    note TEXT, 
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
    updated_at DATETIME, 
    CONSTRAINT pk_clients PRIMARY KEY (id), 
    CONSTRAINT uq_clients_email UNIQUE (email)
);

CREATE TABLE projects (
    id INTEGER NOT NULL, 
    CONSTRAINT pk_projects PRIMARY KEY (id)
);

INSERT INTO alembic_version (version_num) VALUES ('0001');

