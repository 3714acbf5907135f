"""Values that need no training, read by libraries: the part Duckling has in Rasa.

`find_…` of each dimension finds candidates by a cheap pattern and lets the library decide and read them.
Libraries are imported when a finder is built: a process that does not look for dates does not pay for them.
"""
