ALTER TABLE properties ADD COLUMN land_register_no varchar(40);
ALTER TABLE properties ADD UNIQUE (land_register_no);
