ALTER TABLE properties ADD COLUMN asking_price numeric(12, 2);
