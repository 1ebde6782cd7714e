"""Every page has been given an audience, and no GET can write."""

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from web.deps import current_officer, write_session
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
    "correction_form",
    "correction_file",
    "correction_receipt",
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
    "inbox",
    "inbox_assign",
    "inbox_undo",
    "inbox_bulk",
    "inbox_bulk_act",
    "work_submission",
    "submission_decide",
    "submission_ask",
    "submission_return",
    "submission_refuse",
    "submission_presence",
    "submission_evidence",
    "work_correction",
    "correction_decide",
    "merge_page",
    "merge_act",
    "merge_undo",
    "merge_scan",
    "merge_proposal",
    "split_page",
    "split_act",
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
    "search_miss_list",
    "search_miss",
    "search_miss_settle",
    "search_word_undo",
}


def asks(dependant: Dependant) -> set[object]:
    """Everything a route depends on, however deep."""
    found: set[object] = set()
    for inner in dependant.dependencies:
        found |= {inner.call} | asks(inner)
    return found


def test_every_page_has_been_given_an_audience() -> None:
    routes = {route.name: route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)}
    assert routes.keys() == PUBLIC | OFFICERS
    for name, route in routes.items():
        asked = asks(route.dependant)
        assert (current_officer in asked) is (name in OFFICERS), name
        assert route.methods != {"GET"} or write_session not in asked, f"{name}: a GET writes"
