"""spaces and signs"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

x = "漢字"
y = "MARK [31m red  bell"  # MARK ]]> <![CDATA[ </failure> &amp; [link](1)
z = "MARK ::error::no"  # lawbook: allow reports/marked -- inline, with "quotes" & <tags>


def upgrade():
    op.add_column("deals", sa.Column("c0002", sa.Integer()))


def downgrade():
    op.drop_column("deals", "c0002")
