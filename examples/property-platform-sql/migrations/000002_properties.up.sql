CREATE TYPE property_kind AS ENUM ('flat', 'house', 'land', 'office');

CREATE TABLE properties (
    id serial PRIMARY KEY,
    kind property_kind NOT NULL,
    street varchar(160) NOT NULL,
    city varchar(80) NOT NULL
);

CREATE INDEX ix_properties_city ON properties (city);
