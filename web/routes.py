"""Every router of pages, in the order their addresses are tried. A new page's router is added here."""

from fastapi import APIRouter

from web import (
    batch_compare,
    batches,
    directories,
    documents,
    enterprise,
    home,
    login,
    objections,
    opendata,
    preferences,
    search,
    search_many,
    self_check,
    standard_comparison,
    standards,
    style,
    suggest,
)
from web.firm import claims as firm_claims
from web.firm import evidence as firm_evidence
from web.firm import home as firm_home
from web.firm import sending as firm_sending
from web.firm import standing as firm_standing
from web.firm import tasks as firm_tasks
from web.work import batch_rows as work_batch_rows
from web.work import batches as work_batches
from web.work import calls as work_calls
from web.work import candidates as work_candidates
from web.work import claims as work_claims
from web.work import firms as work_firms
from web.work import import_rows as work_import_rows
from web.work import import_signing as work_import_signing
from web.work import import_uploads as work_import_uploads
from web.work import imports as work_imports
from web.work import lab as work_lab
from web.work import ladder as work_ladder
from web.work import missing as work_missing
from web.work import objections as work_objections
from web.work import parks as work_parks
from web.work import renewals as work_renewals
from web.work import searches as work_searches

ROUTERS: tuple[APIRouter, ...] = (
    home.router,
    search.router,
    suggest.router,
    search_many.router,
    enterprise.router,
    directories.router,
    batches.router,
    batch_compare.router,
    objections.router,
    standards.router,
    standard_comparison.router,
    self_check.router,
    opendata.router,
    documents.router,
    login.router,
    preferences.router,
    style.router,
    work_candidates.router,
    work_renewals.router,
    work_firms.router,
    work_missing.router,
    work_ladder.router,
    work_import_uploads.router,
    work_imports.router,
    work_import_signing.router,
    work_import_rows.router,
    work_batches.router,
    work_batch_rows.router,
    work_objections.router,
    work_searches.router,
    work_lab.router,
    work_calls.router,
    work_claims.router,
    work_parks.router,
    # Addresses that name a thing come before those that begin with a firm's key.
    firm_claims.router,
    firm_evidence.router,
    firm_evidence.office_router,
    firm_home.router,
    firm_tasks.router,
    firm_sending.router,
    firm_standing.router,
)
