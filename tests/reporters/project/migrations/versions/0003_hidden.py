"""bidi"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# MARK ‮ desrever ⁦ ﻿
# MARK ‮ desrever ⁦ ﻿


def upgrade():
    op.add_column("deals", sa.Column("c0003", sa.Integer()))


def downgrade():
    op.drop_column("deals", "c0003")
