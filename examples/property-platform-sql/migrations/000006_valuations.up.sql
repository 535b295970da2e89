CREATE TABLE valuations (
    id serial PRIMARY KEY,
    property_id integer NOT NULL CONSTRAINT fk_valuations_property REFERENCES properties (id),
    kind property_kind NOT NULL,
    amount numeric(12, 2) NOT NULL,
    valued_on date NOT NULL
);

CREATE INDEX ix_valuations_property_id ON valuations (property_id);
