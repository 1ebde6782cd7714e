"""The catalogue of secure and reliable products: looked through, one version read, a shopping list checked.

``standing``   each product version with its strongest entry on a day, as SQL
``catalogue``  looked through by category, grade, maker, state and text
``versions``   one product version with its entries and the other versions of its family
``reading``    a shopping list as it comes: pasted, or a file
``checking``   a shopping list held against the catalogue
``files``      the catalogue and the answers as CSV, XLSX and JSON
"""
