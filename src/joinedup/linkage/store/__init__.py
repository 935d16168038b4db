"""What a run keeps, so that later records can be joined to its own without reading them all.

In: records' features, keys, pairs and people, segment by segment. Out: those of some rows. A segment is written once;
records that were removed or corrected are noted as gone. A full run makes the store anew from one segment.
"""
