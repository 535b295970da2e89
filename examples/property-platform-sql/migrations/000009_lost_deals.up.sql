ALTER TYPE deal_stage ADD VALUE 'lost';
