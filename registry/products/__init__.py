"""Products as people write them: categories, grades, versions, and lines of a shopping list. No database.

``categories``  the tree of categories and the words lists use for them
``grades``      the ordered grades and their names
``versions``    a printed name taken apart: what the product is called, and exactly which version of it
``lines``       one line of a bill of materials: product, version, grade asked, how many
``entries``     what a catalogue says, as the check needs it
``checking``    which entry a line means, whether it is in force, and what else there is
"""
