CREATE TABLE documents (
    id serial PRIMARY KEY,
    deal_id integer NOT NULL CONSTRAINT fk_documents_deal REFERENCES deals (id),
    title varchar(200) NOT NULL,
    storage_key varchar(200) NOT NULL,
    signed_at timestamp
);
