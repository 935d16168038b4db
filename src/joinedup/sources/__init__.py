"""Another system's extract as record tables, with the provenance of every row.

In: a folder `sources/<system>/` with extracts and a source map (TOML), or files that already bear a table's names.
Out: one frame per record table, standardised values beside the text as received, an `unread:<column>` mark for each
value that could not be read, and the rows that could not become rows. Refuses: a map that names a table, column or
code list that does not exist, with the nearest right name. Fills nothing from anything else.
"""

from joinedup.sources.plain import map_without_toml
from joinedup.sources.read import MAP_NAME, Collected, FileCount, collect_file, collect_system
from joinedup.sources.settings import Lists, Settings
from joinedup.sources.source_map import SourceMap, TableMap, load_map, parse_map

__all__ = [
    "MAP_NAME", "Collected", "FileCount", "Lists", "Settings", "SourceMap", "TableMap", "collect_file",
    "collect_system", "load_map", "map_without_toml", "parse_map",
]  # fmt: skip
