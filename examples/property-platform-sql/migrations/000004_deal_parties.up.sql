CREATE TYPE party_role AS ENUM ('buyer', 'seller', 'agent');

CREATE TABLE deal_parties (
    id serial PRIMARY KEY,
    deal_id integer NOT NULL CONSTRAINT fk_deal_parties_deal REFERENCES deals (id),
    role party_role NOT NULL,
    full_name varchar(120) NOT NULL
);

CREATE INDEX ix_deal_parties_deal_id ON deal_parties (deal_id);

ALTER TABLE users ADD COLUMN usual_role party_role;
