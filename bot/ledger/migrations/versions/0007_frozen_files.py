"""Who froze a file that its school says is the wrong one, and when"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    # in SQL, for alembic would copy the whole table to give SQLite a column that refers to another table
    op.execute("ALTER TABLE files ADD COLUMN frozen_by INTEGER REFERENCES people (id)")
    op.add_column("files", sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True))
