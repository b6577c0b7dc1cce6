"""The first shape"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("arrival", sa.JSON(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "key"),
    )
    op.create_index("inbox_due", "inbox", ["state", "next_at"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_people_email", "people", ["email"], unique=False)

    op.create_table(
        "schools",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("head_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "duties",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("person_id", "role", "scope"),
    )
    op.create_index("ix_duties_scope", "duties", ["scope"], unique=False)

    op.create_table(
        "files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("school", sa.String(), nullable=True),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("given", sa.String(), nullable=False),
        sa.Column("meant", sa.String(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ever_received", sa.Boolean(), nullable=False),
        sa.Column("rejected_by", sa.Integer(), nullable=True),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recalled_by", sa.Integer(), nullable=True),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_from", sa.String(), nullable=True),
        sa.Column("contents", sa.String(16), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recalled_by"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["received_by"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rejected_by"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["school"],
            ["schools.number"],
        ),
        sa.ForeignKeyConstraint(
            ["sent_by"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("object_id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("files_held", "files", ["status", "sent_by"], unique=False)
    op.create_index(
        "files_of_school", "files", ["school", "sent_at", "id", "status", "service", "sent_by", "name"], unique=False
    )
    op.create_index("files_of_service", "files", ["service", "status", "sent_at"], unique=False)
    op.create_index("files_same", "files", ["sha256", "school"], unique=False)

    op.create_table(
        "identities",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("channel", "value"),
    )
    op.create_index("ix_identities_person_id", "identities", ["person_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("route", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    op.create_index("ix_outbox_batch", "outbox", ["batch"], unique=False)
    op.create_index("outbox_due", "outbox", ["state", "next_at"], unique=False)
    op.create_index("outbox_told", "outbox", ["recipient", "kind", "created_at"], unique=False)

    op.create_table(
        "destroy_orders",
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["files.id"],
        ),
        sa.PrimaryKeyConstraint("object_id"),
    )
    op.create_index("ix_destroy_orders_done_at", "destroy_orders", ["done_at"], unique=False)

    op.create_table(
        "history",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("implies", sa.JSON(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["files.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("file_id", "sequence"),
    )
    op.create_table(
        "mentions",
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["files.id"],
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["outbox.id"],
        ),
        sa.PrimaryKeyConstraint("notice_id", "position"),
    )
    op.create_index("ix_mentions_file_id", "mentions", ["file_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_mentions_file_id", table_name="mentions")

    op.drop_table("mentions")
    op.drop_table("history")
    op.drop_index("ix_destroy_orders_done_at", table_name="destroy_orders")

    op.drop_table("destroy_orders")
    op.drop_index("outbox_told", table_name="outbox")
    op.drop_index("outbox_due", table_name="outbox")
    op.drop_index("ix_outbox_batch", table_name="outbox")

    op.drop_table("outbox")
    op.drop_index("ix_identities_person_id", table_name="identities")

    op.drop_table("identities")
    op.drop_index("files_same", table_name="files")
    op.drop_index("files_of_service", table_name="files")
    op.drop_index("files_of_school", table_name="files")
    op.drop_index("files_held", table_name="files")

    op.drop_table("files")
    op.drop_index("ix_duties_scope", table_name="duties")

    op.drop_table("duties")
    op.drop_table("schools")
    op.drop_index("ix_people_email", table_name="people")

    op.drop_table("people")
    op.drop_index("inbox_due", table_name="inbox")

    op.drop_table("inbox")
