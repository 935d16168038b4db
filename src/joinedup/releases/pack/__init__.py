"""A pack to publish: pages, workbooks and tables for machines, of nothing but what passed the disclosure check."""

from joinedup.releases.pack.pages import Method, PackInput, pack_files
from joinedup.releases.pack.tables import HIDDEN, PublicColumn, PublicTable

__all__ = ["HIDDEN", "Method", "PackInput", "PublicColumn", "PublicTable", "pack_files"]
