ALTER TABLE users DROP COLUMN usual_role;
DROP TABLE deal_parties;
DROP TYPE party_role;
