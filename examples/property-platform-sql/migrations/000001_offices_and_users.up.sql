CREATE TABLE offices (
    id serial PRIMARY KEY,
    name varchar(120) NOT NULL,
    city varchar(80) NOT NULL
);

CREATE TABLE users (
    id serial PRIMARY KEY,
    office_id integer NOT NULL CONSTRAINT fk_users_office REFERENCES offices (id),
    email varchar(254) NOT NULL,
    full_name varchar(120) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_users_email UNIQUE (email)
);

CREATE INDEX ix_users_office_id ON users (office_id);
