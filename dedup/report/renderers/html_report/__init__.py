"""The report for people: one page that needs nothing beside itself (``--report FILE.html``)."""

from dedup.report.renderers.html_report.page import RENDERER

__all__ = ["RENDERER"]
