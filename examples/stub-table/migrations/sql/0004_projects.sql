-- Running upgrade 0003 -> 0004

CREATE TABLE IF NOT EXISTS projects (
    id INTEGER NOT NULL, 
    code VARCHAR(20) NOT NULL, 
    public_id CHAR(32) NOT NULL, 
    client_id INTEGER NOT NULL, 
    parent_id INTEGER, 
    title VARCHAR(200) NOT NULL, 
    summary TEXT, 
    status VARCHAR(7) NOT NULL, 
    budget NUMERIC(14, 2) NOT NULL, 
    spent NUMERIC(14, 2) NOT NULL, 
    currency VARCHAR(3) NOT NULL, 
    vat_rate NUMERIC(5, 2), 
    starts_on DATE NOT NULL, 
    ends_on DATE, 
    site_street VARCHAR(200), 
    site_city VARCHAR(100), 
    site_zip VARCHAR(10), 
    is_public BOOLEAN NOT NULL, 
    is_archived BOOLEAN NOT NULL, 
    closed_reason TEXT, 
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
    updated_at DATETIME, 
    CONSTRAINT pk_projects PRIMARY KEY (id), 
    CONSTRAINT fk_projects_client_id FOREIGN KEY(client_id) REFERENCES clients (id), 
    CONSTRAINT fk_projects_parent_id FOREIGN KEY(parent_id) REFERENCES projects (id), 
    CONSTRAINT uq_projects_code UNIQUE (code)
);

CREATE TABLE project_members (
    project_id INTEGER NOT NULL, 
    email VARCHAR(255) NOT NULL, 
    CONSTRAINT pk_project_members PRIMARY KEY (project_id, email), 
    CONSTRAINT fk_project_members_project_id FOREIGN KEY(project_id) REFERENCES projects (id) ON DELETE CASCADE
);

CREATE INDEX ix_project_members_email ON project_members (email);

UPDATE alembic_version SET version_num='0004' WHERE alembic_version.version_num = '0003';

