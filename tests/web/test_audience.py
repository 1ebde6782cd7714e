"""Every page has been given an audience, and no GET can write."""

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from web.deps import current_officer, write_session
from web.firm.frame import signed_in
from web.routes import ROUTERS

PUBLIC = {
    "home",
    "search",
    "suggest",
    "search_many",
    "search_many_answers",
    "enterprise",
    "document_row",
    "document_original",
    "sign_in",
    "sign_in_submit",
    "sign_out",
    "preferences",
    "directory_list",
    "directory",
    "directory_download",
    "batch",
    "batch_compare",
    "batch_compare_export",
    "objection_form",
    "objection_file",
    "objection_receipt",
    "standard_list",
    "standard",
    "standard_compare",
    "self_check",
    "self_check_result",
    "open_data",
    "style_page",
}
OFFICERS = {
    "work",
    "candidate_list",
    "candidate_export",
    "work_candidate",
    "candidate_admit",
    "assessment_request",
    "assessment_cancel",
    "renewal_list",
    "renewal_export",
    "renewal_calendar",
    "work_firm",
    "ladder_page",
    "missing_list",
    "missing_export",
    "import_list",
    "import_upload",
    "import_settle",
    "import_row",
    "import_decide",
    "import_decision_revoke",
    "import_cancel",
    "import_override_confirm",
    "import_override",
    "import_reopen",
    "import_compare",
    "import_errors",
    "mapping_list",
    "mapping_forget",
    "work_import",
    "import_write_confirm",
    "import_undo_confirm",
    "import_write",
    "import_undo",
    "batch_list",
    "batch_start",
    "work_batch",
    "batch_act_confirm",
    "batch_act",
    "batch_row",
    "batch_row_change",
    "objection_list",
    "work_objection",
    "objection_decide",
    "work_standards",
    "lab_create",
    "lab_data",
    "lab_draft",
    "lab_save",
    "lab_text",
    "lab_backtest",
    "lab_state",
    "lab_publish_confirm",
    "lab_publish",
    "lab_export",
    "call_list",
    "call_open",
    "work_call",
    "call_change",
    "claim_list",
    "claim_code_make",
    "work_claim",
    "claim_decide",
    "work_evidence",
    "park_list",
    "park_create",
    "park_member_add",
    "search_miss_list",
    "search_miss",
    "search_miss_settle",
    "search_word_undo",
}
FIRMS = {
    "firm_list",
    "park",
    "park_ask",
    "firm_home",
    "firm_members",
    "firm_member_admit",
    "firm_member_end",
    "firm_park",
    "firm_access",
    "firm_holdings",
    "firm_standing",
    "firm_standing_tier",
    "claim_search",
    "claim_form",
    "claim_send",
    "claim",
    "claim_withdraw",
    "submission_start",
    "submission",
    "submission_part",
    "submission_part_save",
    "submission_field",
    "submission_evidence",
    "evidence_add",
    "evidence_remove",
    "evidence_download",
    "submission_check",
    "submission_send",
    "submission_receipt",
    "submission_receipt_json",
    "submission_act",
    "submission_act_do",
}
"""For people who act for a firm or a park, or claim one: signed in; the services ask whose firm it is."""


def asks(dependant: Dependant) -> set[object]:
    """Everything a route depends on, however deep."""
    found: set[object] = set()
    for inner in dependant.dependencies:
        found |= {inner.call} | asks(inner)
    return found


def test_every_page_has_been_given_an_audience() -> None:
    routes = {route.name: route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}
    assert routes.keys() == PUBLIC | OFFICERS | FIRMS
    for name, route in routes.items():
        asked = asks(route.dependant)
        assert (current_officer in asked) is (name in OFFICERS), name
        assert (signed_in in asked) is (name in FIRMS), name
        assert route.methods != {"GET"} or write_session not in asked, f"{name}: a GET writes"
