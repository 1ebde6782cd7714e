"""The pages of a plan, by route name: on the demo's values, on a day, and each kind of rows."""

from typing import Final

PLAN = "/plan/electronics_2019_2022"
OFFICE = "/office/plan/electronics_2019_2022"
PLAN_PAGES: Final = {
    "target_board": "/plan",
    "plan_board": f"{PLAN}?matrix=little_giants",
    "plan on a past day": f"{PLAN}?as_of=2025-06-30",
    "plan_indicator": f"{PLAN}/patents",
    "plan indicator with a forecast": f"{PLAN}/high_tech_firms",
    "plan_rows": f"{PLAN}/high_tech_firms/rows?city=440300&chain=integrated_circuits",
    "plan rows of figures": f"{PLAN}/leaders_rd/rows",
    "plan rows, none": f"{PLAN}/unicorns/rows?as_of=2010-01-01",
    "work_targets": "/office/plan",
    "work_plan": OFFICE,
    "work_indicator": f"{OFFICE}/ai_parks",
    "work_plan_place": f"{OFFICE}/places/chain:five_g",
}
