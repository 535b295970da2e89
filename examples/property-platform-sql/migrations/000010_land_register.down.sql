ALTER TABLE properties DROP COLUMN IF EXISTS land_register_no;
