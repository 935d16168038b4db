"""The inquiry: recommendations, investigations, requests and checks. What is said and what is checked stand apart."""

from joinedup.inquiry.clock import Clock, clock
from joinedup.inquiry.entries import Entry
from joinedup.inquiry.kinds import KINDS, Kind
from joinedup.inquiry.register import Register, Thing, register_of
from joinedup.inquiry.requests import Asked, asked_of, waiting
from joinedup.inquiry.standing import Standing, standing_of

__all__ = [
    "KINDS", "Asked", "Clock", "Entry", "Kind", "Register", "Standing", "Thing", "asked_of", "clock", "register_of",
    "standing_of", "waiting",
]  # fmt: skip
