"""Checkpoints over the histories, and the trace of records that were removed"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

UNSIGNED = sa.text("checkpoint_id IS NULL")


def upgrade() -> None:
    """Apply. What is recorded already is signed by the first checkpoints that are made."""
    op.add_column("history", sa.Column("checkpoint_id", sa.Integer(), nullable=True))
    op.create_index(
        "history_unsigned", "history", ["file_id", "sequence"], sqlite_where=UNSIGNED, postgresql_where=UNSIGNED
    )
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("removals", sa.JSON(), nullable=False),
        sa.Column("master", sa.String(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "removals",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("reference"),
    )
    op.create_index("ix_removals_checkpoint_id", "removals", ["checkpoint_id"])
