ALTER TABLE deals ADD COLUMN reference varchar(20);

UPDATE deals
SET reference = upper(left(properties.city, 3)) || '-' || lpad(deals.id::text, 6, '0')
FROM properties
WHERE properties.id = deals.property_id;

ALTER TABLE deals ADD CONSTRAINT uq_deals_reference UNIQUE (reference);
