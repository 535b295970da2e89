-- Running upgrade 0001 -> 0002

CREATE TABLE invoices (
    id INTEGER NOT NULL, 
    project_id INTEGER NOT NULL, 
    number VARCHAR(20) NOT NULL, 
    state VARCHAR(9) NOT NULL, 
    amount NUMERIC(14, 2) NOT NULL, 
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
    updated_at DATETIME, 
    CONSTRAINT pk_invoices PRIMARY KEY (id), 
    CONSTRAINT fk_invoices_project_id FOREIGN KEY(project_id) REFERENCES projects (id), 
    CONSTRAINT uq_invoices_number UNIQUE (number)
);

UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001';

