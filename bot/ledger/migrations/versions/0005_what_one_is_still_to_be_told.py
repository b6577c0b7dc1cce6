"""An index by which what waits for one recipient is found among all that they were ever told"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    op.create_index("outbox_open", "outbox", ["recipient", "state", "created_at"], unique=False)
