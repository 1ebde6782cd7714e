"""Every router of pages, in the order their addresses are tried. A new page's router is added here."""

from fastapi import APIRouter

from web import (
    account,
    batch_compare,
    batches,
    bulk,
    city_map,
    compatibility,
    corrections,
    demo_mail,
    directories,
    discovery,
    documents,
    enterprise,
    fact_sheets,
    feeds,
    home,
    login,
    objections,
    opendata,
    preferences,
    product_check,
    products,
    provider,
    receipts,
    search,
    search_many,
    self_check,
    standard_comparison,
    standards,
    status,
    style,
    suggest,
    targets,
)
from web.firm import claims as firm_claims
from web.firm import evidence as firm_evidence
from web.firm import home as firm_home
from web.firm import sending as firm_sending
from web.firm import standing as firm_standing
from web.firm import tasks as firm_tasks
from web.work import audit as work_audit
from web.work import batch_rows as work_batch_rows
from web.work import batches as work_batches
from web.work import calls as work_calls
from web.work import candidates as work_candidates
from web.work import claims as work_claims
from web.work import classified as work_classified
from web.work import corrections as work_corrections
from web.work import firms as work_firms
from web.work import groups as work_groups
from web.work import import_rows as work_import_rows
from web.work import import_signing as work_import_signing
from web.work import import_uploads as work_import_uploads
from web.work import imports as work_imports
from web.work import inbox as work_inbox
from web.work import lab as work_lab
from web.work import ladder as work_ladder
from web.work import matching as work_matching
from web.work import merges as work_merges
from web.work import missing as work_missing
from web.work import notices as work_notices
from web.work import objections as work_objections
from web.work import parks as work_parks
from web.work import plans as work_plans
from web.work import pool as work_pool
from web.work import pool_bulk as work_pool_bulk
from web.work import pool_case as work_pool_case
from web.work import renewals as work_renewals
from web.work import searches as work_searches
from web.work import submissions as work_submissions
from web.work import targets as work_targets
from web.work import users as work_users

ROUTERS: tuple[APIRouter, ...] = (
    home.router,
    city_map.router,
    search.router,
    suggest.router,
    search_many.router,
    # Before the enterprise page, whose key takes whatever stands behind /e/.
    discovery.router,
    fact_sheets.router,
    enterprise.router,
    feeds.router,
    bulk.router,
    directories.router,
    product_check.router,
    compatibility.router,
    products.router,
    batches.router,
    batch_compare.router,
    objections.router,
    corrections.router,
    receipts.router,
    standards.router,
    standard_comparison.router,
    targets.router,
    self_check.router,
    opendata.router,
    status.router,
    documents.router,
    login.router,
    provider.router,
    account.router,
    account.own,
    demo_mail.router,
    preferences.router,
    style.router,
    work_inbox.router,
    work_submissions.router,
    work_corrections.router,
    work_merges.router,
    work_candidates.router,
    work_renewals.router,
    work_firms.router,
    work_missing.router,
    work_ladder.router,
    work_import_uploads.router,
    work_imports.router,
    work_import_signing.router,
    work_import_rows.router,
    work_notices.router,
    work_matching.router,
    work_batches.router,
    work_batch_rows.router,
    work_objections.router,
    work_searches.router,
    work_lab.router,
    work_users.router,
    work_audit.router,
    work_calls.router,
    work_claims.router,
    work_parks.router,
    work_plans.router,
    work_targets.router,
    # Addresses that name a thing come before those that begin with a firm's key.
    firm_claims.router,
    firm_evidence.router,
    firm_evidence.office_router,
    firm_home.router,
    firm_tasks.router,
    firm_sending.router,
    firm_standing.router,
    work_pool.router,
    work_pool_bulk.router,
    work_pool_case.router,
    work_groups.router,
    work_classified.router,
)
