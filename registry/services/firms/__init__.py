"""A firm and its people (认领、成员、园区): claims, members, parks, deadlines, all that is held on it."""
