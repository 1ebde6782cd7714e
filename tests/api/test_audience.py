"""Every route of the API has been given an audience, and no GET can write."""

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.deps import current_officer, known_parameters, write_session
from api.routes import ROUTERS

PUBLIC = {
    "api_search",
    "api_suggest",
    "api_identifier",
    "api_enterprise",
    "api_enterprises",
    "api_directories",
    "api_status",
    "api_directory",
    "api_listings",
    "api_directory_download",
    "api_batches",
    "api_batch",
    "api_batch_compare",
    "api_objection_receipt",
    "api_document_row",
    "api_products",
    "api_product_download",
    "api_product",
    "api_product_check",
    "api_compatibility",
    "api_standards",
    "api_standard",
    "api_standard_check",
    "api_events",
    "api_code_lists",
    "api_code_list",
    "api_reconcile",
    "api_reconcile_form",
    "api_reconcile_properties",
    "api_reconcile_suggest",
    "api_reconcile_preview",
    "api_plans",
    "api_plan",
    "api_plan_matrix",
    "api_plan_firms",
}
OFFICERS = {
    "api_work_batches",
    "api_batch_start",
    "api_batch_notice",
    "api_batch_final",
    "api_batch_withdraw",
    "api_batch_freeze",
    "api_batch_correct",
    "api_batch_row_amend",
    "api_batch_row_drop",
    "api_objections",
    "api_objection_decide",
    "api_imports",
    "api_import",
    "api_import_stage",
    "api_import_settle",
    "api_import_row",
    "api_import_decide",
    "api_import_decision_revoke",
    "api_import_cancel",
    "api_import_review",
    "api_import_sign",
    "api_import_reopen",
    "api_import_override",
    "api_import_compare",
    "api_import_compare_rows",
    "api_import_errors",
    "api_import_undo_preview",
    "api_import_mappings",
    "api_import_mapping_forget",
    "api_notice_stage",
    "api_import_write",
    "api_import_undo",
    "api_match",
    "api_candidates",
    "api_assessment",
    "api_renewals",
    "api_missing",
}


def routes() -> dict[str, APIRoute]:
    """All routes of the API by name."""
    return {route.name: route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}


def asks(dependant: Dependant) -> set[object]:
    """Everything a route depends on, however deep."""
    found: set[object] = set()
    for inner in dependant.dependencies:
        found |= {inner.call} | asks(inner)
    return found


def test_every_route_has_been_given_an_audience() -> None:
    assert routes().keys() == PUBLIC | OFFICERS
    for name, route in routes().items():
        asked = asks(route.dependant)
        assert (current_officer in asked) is (name in OFFICERS), name
        assert route.methods != {"GET"} or write_session not in asked, f"{name}: a GET writes"


def test_every_route_refuses_parameters_it_does_not_have() -> None:
    for name, route in routes().items():
        assert known_parameters in asks(route.dependant), name
