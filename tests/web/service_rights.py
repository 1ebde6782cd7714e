"""The table of the services: which public function lets whom act, and which needs to ask nobody, and why.

Most say the address whose act they are: whoever is let in there (``tests.web.rights``) is let in here. Let in means as
there that the answer is about the matter, not about who asks.
"""

from tests.web.rights import ALL, AUDITING, CURATORS, IMPORTERS, LET_IN, MEMBERS, OFFICIALS, PEOPLE

_AS_ADDRESS = {
    "user_act": (
        "accounts.making.create_account accounts.making.grant_role accounts.making.invite accounts.making.require_over "
        "accounts.managing.deactivate accounts.managing.invite_again accounts.managing.reactivate "
        "accounts.managing.require_over_account accounts.managing.reset_second_factor accounts.managing.revoke_role "
        "accounts.managing.sign_out_everywhere"
    ),
    "user_list": (
        "accounts.reading.find_accounts accounts.reading.get_account accounts.reading.list_accounts "
        "accounts.reading.logins_seen_by audit_reading.find_events"
    ),
    "account": (
        "accounts.reading.may_manage accounts.registering.get_own_account accounts.second_factor.confirm_enrolment "
        "accounts.second_factor.enrolment_of accounts.second_factor.renew_codes "
        "accounts.second_factor.start_enrolment accounts.second_factor.turn_off accounts.sessions.list_sessions "
        "accounts.sessions.own_account"
    ),
    "park_create": "firms.parks.create_park",
    "park_member_add": "firms.parks.add_park_member",
    "park_ask": "firms.parks.ask_firm firms.parks.require_park",
    "park_list": "firms.parks.list_parks",
    "submission_send": "firms.members.admit_member submitting.sending.recall submitting.sending.submit",
    "firm_home": "firms.home.firm_of",
    "submission": (
        "firms.holdings.write_holdings firms.members.end_membership firms.members.list_members "
        "submitting.drafting.get_submission submitting.drafting.require_hand submitting.drafting.save_fields "
        "submitting.evidence.add_evidence submitting.evidence.remove_evidence submitting.sending.withdraw"
    ),
    "submission_start": "submitting.drafting.start_submission",
    "evidence_download": "submitting.evidence.open_evidence",
    "batch_act": (
        "batch_life.acts.freeze_batch batch_life.acts.make_final batch_life.acts.publish_notice "
        "batch_life.acts.withdraw_batch batch_life.editions.amend_row batch_life.editions.correct "
        "batch_life.editions.drop_row batch_life.moves.lock_batch batch_life.nominated.list_nominations "
        "batch_life.objections.decide_objection batch_life.objections.record_objection standing.withdraw_title"
    ),
    "batch_list": "batch_life.listing.get_work_batch batch_life.listing.list_batches",
    "work_objection": "batch_life.objection_reading.get_objection",
    "batch_start": "batch_life.acts.start_batch",
    "lab_save": (
        "lab.drafts.create_draft lab.drafts.give_up lab.drafts.save_text lab.drafts.save_values lab.drafts.take_back "
        "lab.drafts.writable lab.publishing.propose lab.publishing.publish lab.trials.save_and_try"
    ),
    "lab_backtest": "lab.trials.backtest_draft lab.trials.request_data lab.trials.try_draft",
    "lab_draft": "lab.drafts.get_draft lab.drafts.list_drafts lab.firms.disagreed_firms lab.firms.moved_firms",
    "search_miss_settle": (
        "search_words.dismiss search_words.teach_alias search_words.teach_word search_words.undo_word"
    ),
    "call_open": "submitting.calls.change_call submitting.calls.open_call submitting.calls.withdraw_call",
    "merge_act": "duplicates.find_same_names merging.merge_enterprises",
    "merge_page": (
        "duplicates.get_proposal merge_reading.lately merge_reading.mixture_of merge_reading.side_of "
        "reviewing.presence.note_presence reviewing.presence.watchers_of"
    ),
    "import_write": (
        "imports.any_kind.write_import imports.deciding.take_back imports.deciding.decide imports.deciding.revoke "
        "imports.long_writing.write_or_queue imports.remembering.forget imports.reviewing.override "
        "imports.reviewing.reopen imports.reviewing.review imports.reviewing.sign_and_write "
        "imports.reviewing.sign_or_write imports.reviewing.write_signed imports.staging.stage imports.states.get_run "
        "imports.undoing.preview_undo imports.undoing.undo imports.uploading.cancel imports.uploading.receive "
        "imports.uploading.require_settled imports.uploading.settle imports.writing.write"
    ),
    "notice_stage": "notices.staging.stage_notice notices.receiving.bring_notice",
    "match_upload": "match_jobs.receive_workbook match_workbook.match_workbook",
    "candidate_admit": "pool.taking_in.admit_candidate",
    "work_candidate": "assessing.candidate.get_candidate assessing.history.firm_assessments",
    "assessment_request": "assessing.requesting.request_assessment",
    "assessment_cancel": "assessing.requesting.cancel_assessment",
    "classified_result": "pool.reexamining.propose_result",
    "classified_term": "pool.classified.term_page",
    "claim_list": "firms.claiming.open_claims",
    "claim_code_make": "firms.claiming.make_code",
    "correction_decide": "corrections.decide_correction duplicates.propose_merge",
    "work_correction": "corrections.get_correction",
    "work_submission": "reviewing.case.glance reviewing.case.open_case reviewing.rights.require_reader",
    "pool_new": "pool.bulk.assign_owners pool.bulk.cases_at_once pool.bulk.plan_all",
    "pool_case": "pool.case.get_case pool.case.glance_at",
    "group_links": "pool.groups.group_page",
    "pool_move": (
        "inbox.assigning.assign inbox.reach.require_handler pool.acts.assign_owner pool.acts.move_case "
        "pool.acts.plan_next pool.acts.record_work pool.acts.set_product pool.moves.lock_case "
        "pool.proposing.decide_proposal pool.taking_in.take_in"
    ),
    "work_indicator_enter": (
        "targets.places.set_place targets.values.enter_value targets.values.require_enterer "
        "targets.values.withdraw_value"
    ),
    "cultivation_board": (
        "pool.classified.classified_page pool.exporting.write_cases pool.listing.board pool.listing.cases "
        "pool.listing.pool_counts pool.outcomes.outcomes"
    ),
}
"""Functions by an address whose people they let in."""

_HERE = {
    # One firm of the city, without any directory: whoever curates its place.
    CURATORS - {"list_curator"}: (
        "duplicates.dismiss_proposal identities.assign_code identities.rename_enterprise identities.require_curator "
        "pool.groups.add_link pool.groups.end_link splitting.split_enterprise standing.relocate_enterprise "
        "standing.set_operating_status"
    ),
    IMPORTERS: (
        "products.compatibility.bring_list products.compatibility.preview_list products.compatibility.take_back_list"
    ),
}
"""Functions by those who are let in, where no address is about the same matter."""

_CASE_OF_NO_DIRECTORY = frozenset({"province_reviewer", "province_curator", "administrator"})
"""Who decides about what a firm says of itself, where it lies with the province."""
_HERE |= {
    MEMBERS | AUDITING: "access.access_log",
    # Whoever has nothing to do with a claim is told that there is none.
    ALL - {"county_reviewer"}: "firms.claiming.get_claim",
    ALL - {"county_reviewer", "auditor", "owner"}: "firms.claiming.decide_claim",
    ALL - OFFICIALS: "firms.claiming.withdraw_claim",
    PEOPLE - OFFICIALS: "firms.claiming.claim_with_code firms.claiming.claim_with_licence firms.claiming.enter_code",
    frozenset({"administrator"}): "submitting.plans.set_plan",
    frozenset({"owner"}): "firms.parks.agree_to_park firms.parks.end_park",
    _CASE_OF_NO_DIRECTORY: (
        "reviewing.acts.approve_submission reviewing.acts.forward_submission reviewing.acts.refuse_submission "
        "reviewing.acts.return_submission reviewing.deciding.accept_clear reviewing.deciding.decide_fields "
        "reviewing.rights.require_decider"
    ),
    # They answer with what the person may see and do: to strangers with nothing (see NOTHING_FOR_STRANGERS).
    ALL: (
        "accounts.sessions.end_session batch_life.objection_reading.list_objections "
        "batch_life.objection_reading.may_curate batch_life.objection_reading.may_read firms.claiming.claims_of "
        "firms.home.my_firms imports.long_writing.stop_writing inbox.assigning.assign_filtered "
        "inbox.assigning.colleagues inbox.assigning.last_assignment inbox.assigning.undo_assignment "
        "inbox.listing.inbox inbox.listing.items_of inbox.listing.neighbours inbox.listing.open_items "
        "inbox.listing.waiting_count inbox.passing.pass_filtered inbox.passing.ready_to_pass inbox.reach.in_reach "
        "inbox.reach.may_handle lab.drafts.may_write lab.publishing.may_approve match_jobs.cancel_match "
        "match_jobs.get_match match_jobs.result_of match_workbook.apply_choices merging.unmerge "
        "notices.carrying_out.carry_out pool.reexamining.carry_out_result pool.reexamining.decide_result "
        "reviewing.rights.may_decide splitting.unsplit submitting.plans.may_set targets.values.may_enter"
    ),
}
NOTHING_FOR_STRANGERS = frozenset(
    (
        "batch_life.objection_reading.list_objections batch_life.objection_reading.may_curate "
        "batch_life.objection_reading.may_read firms.claiming.claims_of firms.home.my_firms "
        "inbox.assigning.last_assignment inbox.listing.items_of inbox.listing.neighbours "
        "inbox.listing.waiting_count inbox.reach.may_handle lab.drafts.may_write lab.publishing.may_approve "
        "reviewing.rights.may_decide submitting.plans.may_set targets.values.may_enter "
        "imports.long_writing.stop_writing match_workbook.apply_choices"
    ).split()
)
"""Nobody is refused here, and whoever has no part in it gets nothing."""
STEPS = frozenset(
    (
        "batch_life.editions.take_out batch_life.moves.move batch_life.moves.record batch_life.standing.supersede "
        "duplicates.settle_pair imports.abandoning.abandon_run imports.batch_filling.batch_to_fill "
        "imports.deciding.remember imports.long_writing.cancel_writing imports.product_choosing.choose_entry "
        "imports.remembering.remember imports.reviewing.pass_over imports.states.move imports.states.record "
        "imports.uploading.stage_run lab.drafts.note lab.firms.write_moved notices.choosing.choose_act "
        "notices.taking_back.take_back pool.acts.carry_out pool.moves.lapse pool.moves.move pool.moves.note "
        "notices.receiving.stage_archived notices.staging.new_run pool.moves.say_proposal "
        "pool.proposing.renew_proposals pool.taking_in.assess_one "
        "reviewing.applying.apply_submission reviewing.case.field_rows submitting.evidence.keep_file "
        "submitting.moves.move"
    ).split()
)
"""Steps of acts: they take the row that the act has fetched, after the act has asked who may."""
OF_ONESELF = frozenset(
    (
        "access.note_access access.note_opening accounts.registering.change_password "
        "accounts.registering.confirm_password"
    ).split()
)
"""The note that one was there, and what takes the own password: no change of what is official."""
WRITES_AS_AUDITOR = {"reviewing.presence.note_presence", "accounts.second_factor.start_enrolment"}
"""What even an auditor leaves behind: that one looks, and the own authenticator."""

MAY_ACT: dict[str, frozenset[str]] = {
    **{name: LET_IN[address] for address, names in _AS_ADDRESS.items() for name in names.split()},
    **{name: people for people, names in _HERE.items() for name in names.split()},
}
"""Function → who is let in."""
