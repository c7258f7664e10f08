"""The first tables: the record, its views, the outbox, documents, staff and the vault."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.connect import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _cases()
    _code_counters()
    _documents()
    _staff()
    _vault_persons()
    _vault_texts()
    _actions()
    _case_access()
    _events()
    _obligations()
    _outbox()
    _vault_marks()
    _vault_uses()


def downgrade() -> None:
    op.drop_table("vault_uses")
    op.drop_table("vault_marks")
    op.drop_table("outbox")
    op.drop_table("obligations")
    op.drop_table("events")
    op.drop_table("case_access")
    op.drop_table("actions")
    op.drop_table("vault_texts")
    op.drop_table("vault_persons")
    op.drop_table("staff")
    op.drop_table("documents")
    op.drop_table("code_counters")
    op.drop_table("cases")


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("intake_id", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("survivor", sa.String(length=80), nullable=True),
        sa.Column("place", sa.String(length=20), nullable=True),
        sa.Column("town", sa.String(length=80), nullable=True),
        sa.Column("centre", sa.String(length=80), nullable=True),
        sa.Column("stage", sa.String(length=24), nullable=True),
        sa.Column("tier", sa.String(length=24), nullable=False),
        sa.Column("level", sa.String(length=24), nullable=True),
        sa.Column("lead", sa.String(length=80), nullable=True),
        sa.Column("category", sa.String(length=8), nullable=True),
        sa.Column("mediator", sa.String(length=80), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("chapter", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("next_due", UtcDateTime(), nullable=True),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("duties_sum", sa.String(length=64), nullable=False),
        sa.Column("access_sum", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
        sa.UniqueConstraint("code", name="uq_cases_code"),
        sa.UniqueConstraint("source", "intake_id", name="uq_cases_source_intake_id"),
    )
    op.create_index("ix_cases_lead_stage", "cases", ["lead", "stage"])
    op.create_index("ix_cases_mediator_ended_at", "cases", ["mediator", "ended_at"])
    op.create_index("ix_cases_next_due", "cases", ["next_due"])
    op.create_index("ix_cases_place_happened_on", "cases", ["place", "happened_on"])
    op.create_index("ix_cases_town_stage", "cases", ["town", "stage"])
    op.create_index("ix_cases_updated_at_case_id", "cases", ["updated_at", "case_id"])


def _code_counters() -> None:
    op.create_table(
        "code_counters",
        sa.Column("prefix", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name="pk_code_counters"),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_documents"),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
    )
    op.create_index("ix_staff_role_unit", "staff", ["role", "unit"])


def _vault_persons() -> None:
    op.create_table(
        "vault_persons",
        sa.Column("ref", sa.String(length=48), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name="pk_vault_persons"),
    )


def _vault_texts() -> None:
    op.create_table(
        "vault_texts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("action_id", sa.String(length=80), nullable=False),
        sa.Column("commitment", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vault_texts"),
    )
    op.create_index("ix_vault_texts_case_id_action_id", "vault_texts", ["case_id", "action_id"])
    op.create_index("ix_vault_texts_sealed_at", "vault_texts", ["sealed_at"])


def _actions() -> None:
    op.create_table(
        "actions",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("action_id", sa.String(length=80), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_actions_case_id"),
        sa.PrimaryKeyConstraint("case_id", "action_id", name="pk_actions"),
    )


def _case_access() -> None:
    op.create_table(
        "case_access",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_case_access_case_id"),
        sa.PrimaryKeyConstraint("case_id", "kind", "value", name="pk_case_access"),
    )
    op.create_index("ix_case_access_kind_value_case_id", "case_access", ["kind", "value", "case_id"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action_id", sa.String(length=80), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_events_case_id"),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_events"),
    )


def _obligations() -> None:
    op.create_table(
        "obligations",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("unit", sa.String(length=80), nullable=True),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("town", sa.String(length=80), nullable=True),
        sa.Column("clock", sa.String(length=120), nullable=True),
        sa.Column("due", UtcDateTime(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("holds_ball", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_obligations_case_id"),
        sa.PrimaryKeyConstraint("case_id", "id", name="pk_obligations"),
    )
    op.create_index("ix_obligations_person_due", "obligations", ["person", "due"])
    op.create_index("ix_obligations_role_town_due", "obligations", ["role", "town", "due"])
    op.create_index("ix_obligations_role_unit_due", "obligations", ["role", "unit", "due"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("deliver_after", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_outbox_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("case_id", "seq", name="uq_outbox_case_id_seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state_id", "outbox", ["state", "id"])


def _vault_marks() -> None:
    op.create_table(
        "vault_marks",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["ref"], ["vault_persons.ref"], name="fk_vault_marks_ref"),
        sa.PrimaryKeyConstraint("mark", name="pk_vault_marks"),
    )
    op.create_index("ix_vault_marks_ref", "vault_marks", ["ref"])


def _vault_uses() -> None:
    op.create_table(
        "vault_uses",
        sa.Column("case_id", sa.String(length=80), nullable=False),
        sa.Column("action_id", sa.String(length=80), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=48), nullable=False),
        sa.Column("typed", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["ref"], ["vault_persons.ref"], name="fk_vault_uses_ref"),
        sa.PrimaryKeyConstraint("case_id", "action_id", "path", name="pk_vault_uses"),
    )
    op.create_index("ix_vault_uses_ref", "vault_uses", ["ref"])
    op.create_index("ix_vault_uses_sealed_at", "vault_uses", ["sealed_at"])
