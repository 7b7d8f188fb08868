"""Declared tables as tests read them: a page of rows, by the query that API and pages ask."""

from collections.abc import Sequence
from datetime import date, timedelta

from actions.accounts.accounts_table import ACCOUNTS, ACCOUNTS_OF, OfWhichInstitution, WhichAccounts
from actions.accounts.indicators_table import INDICATORS, WhichIndicators
from actions.actor import Actor
from actions.compact.quotas_table import QUOTAS, WhichQuotas
from actions.compact.shares_table import SHARES, WhichShares
from actions.tables import rows_of
from storage.accounts.indicators import Indicator
from storage.accounts.ledger import Account
from storage.compact.books import Quota
from storage.compact.runs import Share
from storage.pages import Page


def list_quotas(
    actor: Actor,
    *,
    union: int | None = None,
    year: int | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Page[Quota]:
    """Return the quotas in force that the reader sees."""
    return rows_of(actor, QUOTAS, WhichQuotas(union=union, year=year), after, limit)


def shares_of(actor: Actor, run_id: int, *, limit: int = 100) -> Page[Share]:
    """Return what a run gives each institution that the reader sees."""
    page = rows_of(actor, SHARES, WhichShares(run_id=run_id), None, limit)
    return Page([one.share for one in page.rows], page.next)


def list_accounts(actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[Account]:
    """Return all accounts that the reader sees; limit: institutions a page."""
    page = rows_of(actor, ACCOUNTS, WhichAccounts(), after, limit)
    return Page([one.account for one in page.rows], page.next)


def accounts_of(
    actor: Actor, institution_id: int, carrier: str | None = None, profile: str | None = None
) -> list[Account]:
    """Return the accounts of one institution."""
    asked = OfWhichInstitution(institution_id=institution_id, carrier=carrier, profile=profile)
    return [one.account for one in rows_of(actor, ACCOUNTS_OF, asked, None, 1000).rows]


def indicators_of(
    actor: Actor,
    first: date,
    until: date,
    *,
    profiles: Sequence[str] = (),
    region_id: int | None = None,
    institution_id: int | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Indicator]:
    """Return indicators over whole months; until: the first month after them."""
    asked = WhichIndicators(
        from_=first,
        to=until - timedelta(days=1),
        profile=list(profiles),
        region=region_id,
        institution=institution_id,
    )
    return rows_of(actor, INDICATORS, asked, after, limit)
