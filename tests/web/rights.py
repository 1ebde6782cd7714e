"""The table: who is let in at which address, what stands in the addresses, and the least a form must hold."""

from collections.abc import Mapping
from typing import Any

from tests.support.roles import ROLES

ALL = frozenset(ROLES)
PEOPLE = ALL - {"public"}
OFFICIALS = frozenset(
    {
        "county_reviewer",
        "city_reviewer",
        "city_curator",
        "list_curator",
        "province_reviewer",
        "province_curator",
        "auditor",
        "city_administrator",
        "administrator",
    }
)
ACTING = OFFICIALS - {"auditor"}
CURATORS = frozenset({"city_curator", "list_curator", "province_curator", "city_administrator", "administrator"})
OF_PROVINCE = frozenset({"list_curator", "province_reviewer", "province_curator", "auditor", "administrator"})
"""Who answers for a firm of whichever city."""
IMPORTERS = frozenset({"province_curator", "administrator"})
"""A list names firms of any city: it takes a curator of the province."""
LISTERS = IMPORTERS | {"list_curator"}
"""The same for the high-tech list."""
ADMINISTRATORS = frozenset({"city_administrator", "administrator"})
AUDITING = ADMINISTRATORS | {"auditor"}

_PUBLIC = (
    "home city_shapes search suggest search_many search_many_answers enterprise directory_list directory "
    "directory_download batch batch_compare batch_compare_export objection_form objection_file objection_receipt "
    "standard_list standard "
    "product_list product_download product product_check product_check_answers api_products api_product_download "
    "api_product api_product_check compatibility_matrix compatibility_records compatibility_download "
    "api_compatibility "
    "standard_compare self_check self_check_result open_data document_row document_original sign_in sign_in_submit "
    "sign_in_code sign_in_code_submit provider_leave provider_back register_form register reset_form reset_ask "
    "link_form link_use demo_mail sign_out preferences style_page api_search api_suggest api_identifier "
    "api_enterprises api_enterprise api_directories api_directory api_listings api_batches api_batch "
    "api_batch_compare api_objection_receipt api_directory_download api_document_row api_standards api_standard "
    "api_standard_check api_reconcile api_reconcile_form api_reconcile_properties api_reconcile_suggest "
    "api_reconcile_preview api_events api_code_lists api_code_list feed directory_feed bulk_file robots sitemap "
    "sitemap_part llms enterprise_jsonld fact_sheet api_changes status_page api_status "
    "target_board plan_board plan_download plan_indicator plan_rows plan_rows_download api_plans api_plan "
    "api_plan_matrix api_plan_firms"
)
_PEOPLE = "account password_form password_change session_end second_factor second_factor_act"
_LOOKING = (
    "work candidate_list candidate_export renewal_list renewal_export renewal_calendar missing_list missing_export "
    "ladder_page mapping_list import_list work_import import_compare import_errors import_row batch_list work_batch "
    "objection_list search_miss_list search_miss work_standards lab_draft lab_publish_confirm lab_export api_imports "
    "api_import api_import_mappings api_import_review api_import_compare api_import_compare_rows api_import_row "
    "api_import_errors api_work_batches api_objections api_candidates api_renewals api_missing "
    "work_targets work_plan work_plan_place work_indicator"
)

WORDS: Mapping[str, object] = {
    "code": "little_giant",
    "product_id": 1,
    "tier": "little_giant",
    "format": "csv",
    "act": "final",
    "kind": "enterprise",
    "against": "current",
    "subject": "yearly",
    "day": "latest",
    "name": "manifest.json",
    "list": "levels",
    "map_part": "pages",
    "indicator": "high_tech_firms",
    "plan_code": "electronics_2019_2022",
    "plan_subject": "area:east",
}
"""What stands in addresses besides the matters of ``tests.support.roles``."""

MEMBERS = frozenset({"owner", "editor"})
OF_CITY = OFFICIALS - {"county_reviewer"}
"""Who answers for the firm of the owner: it lies in the city, in another county."""
DEALING = OF_CITY - {"auditor"}
POOL_KEEPERS = DEALING - {"list_curator"}
"""The case is one of little giants."""
_OWN = {"key": "own_key"}
"""The firm of the owner and the editor."""
_FIRM = (
    "firm_home firm_access firm_holdings firm_members firm_member_admit firm_member_end firm_park firm_standing "
    "firm_standing_tier submission_start submission submission_act submission_act_do submission_send submission_check "
    "submission_evidence evidence_add evidence_remove submission_field submission_part submission_part_save "
    "submission_receipt submission_receipt_json group_add group_links group_end"
)
_PLAN = (
    "plan_board plan_download plan_indicator plan_rows plan_rows_download work_plan work_indicator "
    "work_indicator_enter work_indicator_withdraw api_plan api_plan_matrix api_plan_firms"
)
OTHER_WORDS: Mapping[str, Mapping[str, str]] = {
    **{name: {"code": "plan_code"} for name in _PLAN.split()},
    **{name: {"code": "plan_code", "subject": "plan_subject"} for name in ("work_plan_place", "work_plan_place_set")},
    **dict.fromkeys(_FIRM.split(), _OWN),
    "sitemap_part": {"part": "map_part"},
    "firm_park": _OWN | {"link_id": "park_link"},
    "correction_receipt": {"receipt": "correction_receipt"},
    **{f"classified_{act}": {"listing_id": "term_id"} for act in ("term", "result", "apply", "decide")},
}
"""Addresses in which a word stands for another matter."""
_ACT = {"act": "withdraw"}
_VERSION = {
    "version": "9",
    "reason": "示例理由",
    "stage": "diagnosis",
    "kind": "note",
    "text": "示例",
    "on": "2026-01-01",
}

_DAY = "2026-01-01"
_ASKED = {"reason": "示例理由"}
BODIES: Mapping[str, Any] = {
    "candidate_admit": _ASKED,
    "assessment_request": {"tier": "little_giant"},
    "import_upload": "file",
    "import_decide": {"choice": "unsure"},
    "batch_start": {"directory": "hte", "year": "2026", "label": "示例批", "document_no": ""},
    "search_miss_settle": {"act": "dismissed", "note": "示例"},
    "lab_create": {"based_on": "LG26", "version": "LG26Y", "first_day": _DAY, "title": "示例", "number": "1"},
    "lab_data": {"draft_id": "1"},
    "lab_state": {"act": "give_up"},
    "lab_publish": {"version": "LG26Z"},
    "user_create": {"login": "x", "email": "x@example.org", "role": "reviewer", "region": "440305"},
    "user_act": {"act": "grant", "role": "reviewer", "region": "440305"},
    "api_import_stage": "file",
    "api_notice_stage": "file",
    "api_import_sign": {"count": 1},
    "api_import_override": {"reason": "示例理由"},
    "api_import_decide": {"choice": "unsure"},
    "api_batch_start": {"directory": "hte", "year": 2026, "label": "示例批"},
    "api_batch_notice": _ASKED | {"notice_from": _DAY, "notice_to": _DAY},
    "api_batch_final": _ASKED | {"on": _DAY},
    "api_batch_withdraw": _ASKED | {"on": _DAY},
    "api_batch_freeze": _ASKED,
    "api_batch_correct": _ASKED,
    "api_batch_row_amend": _ASKED,
    "api_batch_row_drop": _ASKED,
    "api_objection_decide": _ASKED | {"decision": "dismissed"},
    "api_match": "file",
    "evidence_add": "file",
    "submission_start": {"kind": "yearly"},
    "submission_send": {"version": "{version}"},
    "notice_stage": "file",
    "match_upload": "file",
    "call_open": {
        **{"directory": "little_giant", "standard": "LG26", "title": "示例", "region": "440000", "procedure": "new"},
        **{
            "opens_on": _DAY,
            "closes_on": "2026-02-01",
            "step.city": "yes",
            "days.city": "10",
            "document.audit_report": "required",
        },
    },
    "call_change": _ASKED | _ACT,
    "claim_code_make": {"key": "{own_key}"},
    "claim_decide": _ASKED | {"act": "refuse"},
    "correction_decide": _ASKED | {"decision": "dismissed", "state": "dismissed", "act": "dismissed"},
    "pool_admit": _ASKED | {"key": "{own_key}", "directory": "little_giant"},
    **dict.fromkeys(("pool_record", "pool_move", "pool_plan", "pool_owner", "pool_product", "pool_decide"), _VERSION),
    "group_add": _ASKED | {"other": "{key}", "kind": "minority", "dated": _DAY, "source": "示例"},
    "group_end": _ASKED,
    "inbox_assign": {"item": "1"},
    "merge_act": _ASKED | {"source": "{own_key}", "target": "{other_key}", "on": _DAY},
    "split_act": _ASKED | {"key": "{own_key}", "name": "示例分出有限公司"},
    "park_create": {"name": "示例园区", "place": "440300"},
    "park_member_add": {"login": "person"},
    "review_plan_set": {"version": "0", "step.city": "yes", "days.city": "10", "due_month": "4", "due_day": "30"},
    "classified_result": _ASKED | {"result": "keep"},
    "classified_decide": _ASKED | {"decision": "accept"},
}
"""Just enough for a form to be understood; ``file`` sends one."""

FORMS = frozenset({"api_import_sign", "api_import_override", "api_import_decide"})
"""Addresses of the API that take a form."""
FILE = "企业名称\n示例读甲有限公司\n"
BESIDE_FILE: Mapping[str, dict[str, str]] = {
    "api_notice_stage": {"kind": "withdraw", "on": _DAY, "document_no": "示例1号", "directory": "hte"},
    "notice_stage": {"kind": "withdraw", "on": _DAY, "document_no": "示例1号", "directory": "hte"},
    "evidence_add": {"slug": "other"},
}

LET_IN: dict[str, frozenset[str]] = {
    **dict.fromkeys(_PUBLIC.split(), ALL),
    **dict.fromkeys(_PEOPLE.split(), PEOPLE),
    **dict.fromkeys(_LOOKING.split(), OFFICIALS),
    # One firm, which lies in another city than the city's officials.
    **dict.fromkeys("work_candidate work_firm api_assessment".split(), OF_PROVINCE),
    "candidate_admit": frozenset({"province_reviewer", "province_curator", "administrator"}),
    # Assessing everybody by one tier's standards is asked for by whoever keeps that tier, wherever.
    "assessment_request": ACTING - {"list_curator"},
    "assessment_cancel": ACTING,
    **dict.fromkeys("lab_data lab_backtest".split(), ACTING),
    **dict.fromkeys("lab_create lab_save lab_text lab_state lab_publish".split(), IMPORTERS),
    # The import in question is of the high-tech list.
    **dict.fromkeys(
        (
            "import_upload import_cancel import_write_confirm import_write import_override_confirm import_override "
            "import_reopen import_undo_confirm import_undo import_decide import_decision_revoke mapping_forget "
            "batch_start api_import_cancel api_import_write api_import_undo api_import_sign "
            "api_import_reopen api_import_override api_import_decide api_import_decision_revoke "
            "api_import_undo_preview api_import_mapping_forget api_notice_stage api_batch_start"
        ).split(),
        LISTERS,
    ),
    **dict.fromkeys("import_settle api_import_settle api_import_stage".split(), IMPORTERS),
    # The batch in question is not.
    **dict.fromkeys(
        (
            "batch_act_confirm batch_act batch_row batch_row_change objection_decide api_batch_notice api_batch_final "
            "api_batch_withdraw api_batch_freeze api_batch_correct api_batch_row_amend api_batch_row_drop "
            "api_objection_decide"
        ).split(),
        IMPORTERS,
    ),
    "work_objection": IMPORTERS | {"auditor"},
    **dict.fromkeys("search_miss_settle search_word_undo".split(), IMPORTERS),
    **dict.fromkeys("work_plan_place_set work_indicator_enter work_indicator_withdraw".split(), IMPORTERS),
    "api_match": CURATORS,
    **dict.fromkeys("correction_file correction_form correction_receipt receipt_form receipt_check".split(), ALL),
    **dict.fromkeys("firm_list claim_search claim_form claim_send".split(), PEOPLE),
    "claim": PEOPLE - {"county_reviewer"},
    "claim_withdraw": PEOPLE - OFFICIALS,
    "evidence_download": MEMBERS | OF_CITY,
    **dict.fromkeys("park park_ask".split(), frozenset({"park"})),
    **dict.fromkeys("firm_home submission_start".split(), MEMBERS | {"park"}),
    # The draft in question is the firm's own, not the park's.
    **dict.fromkeys(
        (
            "firm_access firm_holdings firm_members firm_member_end firm_standing firm_standing_tier submission "
            "submission_act submission_act_do submission_check submission_evidence evidence_add evidence_remove "
            "submission_field submission_part submission_part_save submission_receipt submission_receipt_json"
        ).split(),
        MEMBERS,
    ),
    **dict.fromkeys("firm_member_admit firm_park submission_send".split(), frozenset({"owner"})),
    # Calls of the province for the little giants; the two to be merged, looked for over all places.
    **dict.fromkeys("call_open call_change call_list_nominations merge_act merge_scan".split(), IMPORTERS),
    # Lists show what lies inside one's own place; where nothing of this number is there, nobody is told more.
    **dict.fromkeys(
        (
            "call_list work_call claim_list classified_list cultivation_board pool_export pool_outcomes inbox "
            "inbox_undo inbox_bulk inbox_bulk_act match_show match_cancel match_download merge_page merge_proposal "
            "merge_undo park_list review_plan review_plan_list split_act split_page submission_ask"
        ).split(),
        OFFICIALS,
    ),
    **dict.fromkeys(
        (
            "work_claim work_correction pool_case pool_presence pool_decide group_links group_add work_evidence "
            "work_submission submission_decide submission_document submission_presence submission_refuse "
            "submission_return"
        ).split(),
        OF_CITY,
    ),
    **dict.fromkeys("claim_code_make claim_decide correction_decide".split(), DEALING),
    **dict.fromkeys("classified_term classified_apply classified_decide".split(), OF_PROVINCE),
    "classified_result": frozenset({"province_reviewer", "province_curator", "administrator"}),
    **dict.fromkeys("pool_admit pool_record pool_move pool_plan pool_owner pool_product".split(), POOL_KEEPERS),
    "inbox_assign": POOL_KEEPERS,
    **dict.fromkeys("pool_new pool_bulk pool_bulk_act".split(), ACTING),
    "group_end": CURATORS - {"list_curator"},
    **dict.fromkeys("match_form match_upload".split(), CURATORS),
    **dict.fromkeys("notice_stage notice_form".split(), LISTERS),
    "review_plan_set": frozenset({"administrator"}),
    "park_create": ADMINISTRATORS,
    "park_member_add": ADMINISTRATORS,
    **dict.fromkeys("user_list user_page audit_log".split(), AUDITING),
    **dict.fromkeys("user_create user_act".split(), ADMINISTRATORS),
}
