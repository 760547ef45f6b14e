"""The store: ledger, proposals, approvals, assessments and journal of one environment (design decision 11)."""

from jiyue.store.store import ProposalRecord, Store, open_store

__all__ = ["ProposalRecord", "Store", "open_store"]
