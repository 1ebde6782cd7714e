"""Lists in: a read file is staged row by row, written in one act and undone in one act.

``options``       where a file goes: directory, batch, dates; checked before anything is stored
``cells``         one cell read as a date, an amount, a code; what cannot be read becomes a warning
``interpreting``  a row of cells into the facts it states
``lookups``       what the registry already knows about the firms of a chunk of rows
``matching``      which enterprise a row means: the decision, with its reason
``near_names``    firms whose names come near, scored, for rows that nothing exact was found for
``settling``      rows decided again after a person's word, stored and counted
``product_choosing`` which entry of a product version counts; ``product_comparing`` shows the two
``deciding``      an official's word on a doubtful row, remembered for the next list
``comparing``     a doubtful row beside the firms it may mean
``earlier``       the firms a file has had so far, in flat memory
``staging``       every row stored with its outcome; nothing else changes
``inserting_behind`` staged rows on their way into the table while the next ones are read
``staged_rows``   those rows again, chunk by chunk, for writing
``writing``       enterprises, names, addresses, batch and listings, all in one transaction
``plain_writing`` the new enterprises that need no look at each row, written by the database itself
``undoing``       the same taken back; what would stay is told beforehand
``states``        the one table of moves an import can make, each audited
``uploading``     a file received, settled how to take it, staged, or cancelled
``working``       the same for large files, by the worker
``long_writing``  a long list written by the worker, stopped before the commit
``batch_filling`` the batch a list is written into
``jobs``          how the worker's jobs about imports are called
``understanding`` how a file was read, as it is kept with its import
``proposing``     what a file says about itself: directory, batch, days
``mapping``       an official's choice of tables and columns laid over what was recognised
``remembering``   that choice kept for the next file with the same columns
``date_columns``  day or month first, serial numbers: decided for a whole column
``guards``        the checks of a list, pure; ``list_counts`` counts for them
``reviewing``     signatures, the second official, writing what is signed
``list_comparing`` a staged list held against the titles in force and the edition before
``error_report``  every problem of an import as a file
``abandoning``    giving an import up before it is written
``archiving``     the content-addressed store of source documents
``bulk``          many rows at once, alike on both engines
``filling``       what a row can add to an enterprise that is there already
``browsing``      imports as people look at them
"""
