"""Figures as people read them: one page with sentences, pictures and tables, and a summary for the prompt.

In: a `ReportInput`, which is a run's figures and returns, the systems it read, and what it was made with.
Out: one self-contained HTML file that needs no network and no script; lines of plain English.
Refuses: a figures table that lacks a figure the page is about (StatisticsError), a path that cannot be written
(StorageError). Never states a share without its denominator and what is unknown.
"""

from joinedup.releases.inputs import ReportInput, Source, Truth
from joinedup.releases.report import write_report
from joinedup.releases.summary import summary

__all__ = ["ReportInput", "Source", "Truth", "summary", "write_report"]
