CREATE TYPE deal_stage AS ENUM ('lead', 'offer', 'reserved', 'notary', 'closed');

CREATE TABLE deals (
    id serial PRIMARY KEY,
    property_id integer NOT NULL CONSTRAINT fk_deals_property REFERENCES properties (id),
    agent_id integer NOT NULL CONSTRAINT fk_deals_agent REFERENCES users (id),
    stage deal_stage NOT NULL DEFAULT 'lead',
    price numeric(12, 2) NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX ix_deals_property_id ON deals (property_id);
CREATE INDEX ix_deals_agent_id ON deals (agent_id);
