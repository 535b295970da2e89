-- Running upgrade 0004 -> 0005

CREATE TABLE payments (
    id INTEGER NOT NULL, 
    invoice_id INTEGER NOT NULL, 
    amount NUMERIC(14, 2) NOT NULL, 
    received_on DATE NOT NULL, 
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, 
    updated_at DATETIME, 
    CONSTRAINT pk_payments PRIMARY KEY (id), 
    CONSTRAINT fk_payments_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

CREATE INDEX ix_payments_invoice_id ON payments (invoice_id);

CREATE TABLE exchange_rates (
    currency VARCHAR(3) NOT NULL, 
    day DATE NOT NULL, 
    rate NUMERIC(18, 8) NOT NULL, 
    CONSTRAINT pk_exchange_rates PRIMARY KEY (currency, day)
);

UPDATE alembic_version SET version_num='0005' WHERE alembic_version.version_num = '0004';

