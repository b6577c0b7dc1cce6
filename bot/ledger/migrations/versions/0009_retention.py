"""What retention needs: who ordered a destruction, when a file was warned of, what looks like an orphan"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply."""
    # in SQL, for alembic would copy the whole table to give SQLite a column that refers to another table
    op.execute("ALTER TABLE destroy_orders ADD COLUMN ordered_by INTEGER REFERENCES people (id)")
    op.add_column("files", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "orphans",
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("object_id"),
    )
    op.create_index("files_kept", "files", ["contents", "status", "sent_at"])
    op.create_index("files_old", "files", ["sent_at"])
    op.create_index("destroy_orders_of_file", "destroy_orders", ["file_id"])
    op.create_index("outbox_old", "outbox", ["created_at"])
    op.create_index("links_old", "links", ["expires_at"])
    op.create_index("proofs_old", "proofs", ["expires_at"])
    op.create_index("inbox_old", "inbox", ["arrived_at"])
    op.create_index("inbox_readable", "inbox", ["arrived_at"], sqlite_where=sa.text("arrival <> '{}'"))
