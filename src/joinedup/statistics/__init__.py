"""Statistics that say what is not known: bounds first, then chance, rates, and estimates under an assumption's name.

In: small counts, made elsewhere. Out: frozen results whose shares are 0 to 1 of everyone counted. Refuses, with
StatisticsError: counts that are not whole people, a share of nobody, a share of a missing code, parts that are larger
than their whole, and populations that are not those counted.

Packages of their own: `claims` (statements and verdicts), `disclosure` (what must not leave), `systems` (people on none
of several lists).
"""

from joinedup.statistics.agreement import Agreement, ac1, agreement, kappa
from joinedup.statistics.bounds import Bounds, ShareBounds, bound_share, bound_shares
from joinedup.statistics.completeness import Completeness, GapsFilled, completeness, gaps_filled
from joinedup.statistics.conflicts import ConflictMatrix, conflict_matrix
from joinedup.statistics.denominators import Denominator, Scope, bound_population, matched, nearest_census, residents
from joinedup.statistics.disclosure import THRESHOLD, small
from joinedup.statistics.disparity import BoundedRatio, Representation, disparity, representation
from joinedup.statistics.estimates import Estimate, Estimates, complete_case, estimates, imputed, weighted
from joinedup.statistics.fields import Finding, Levels
from joinedup.statistics.funnels import Area, Funnel, FunnelPoint, control_limits, funnel
from joinedup.statistics.intervals import Interval, byar, clopper_pearson, count_limits, dobson, poisson_exact, wilson
from joinedup.statistics.joint import CoarseCounts, bound_contrast, bound_ratio, can_be_at_once, coarse, crossed
from joinedup.statistics.link_error import Filled, LinkedShare, LinkError, bound_linked_share, bound_people_share
from joinedup.statistics.pairs import (
    PairBounds,
    difference_across,
    difference_of,
    group_difference,
    group_ratio,
    ratio_across,
    ratio_of,
)
from joinedup.statistics.rates import BoundedRate, Numerator, Rate, crude_rate, rate
from joinedup.statistics.restrictions import Assumption, Narrowed, narrow, odds_within, same_whatever
from joinedup.statistics.sampling import with_chance, with_chance_of_truth
from joinedup.statistics.soundness import copied, soundness
from joinedup.statistics.standardised import (
    StandardisedRate,
    StandardisedRatio,
    directly_standardised,
    indirectly_standardised,
)
from joinedup.statistics.tipping import Tipping, tip_groups, tip_pair, tip_share
from joinedup.statistics.verdicts import verdict_of

__all__ = [
    "THRESHOLD", "Agreement", "Area", "Assumption", "BoundedRate", "BoundedRatio", "Bounds", "CoarseCounts",
    "Completeness", "ConflictMatrix", "Denominator", "Estimate", "Estimates", "Filled", "Finding", "Funnel",
    "FunnelPoint", "GapsFilled", "Interval", "Levels", "LinkError", "LinkedShare", "Narrowed", "Numerator",
    "PairBounds", "Rate", "Representation", "Scope", "ShareBounds", "StandardisedRate", "StandardisedRatio",
    "Tipping", "ac1", "agreement", "bound_contrast", "bound_linked_share", "bound_people_share", "bound_population",
    "bound_ratio", "bound_share", "bound_shares", "byar", "can_be_at_once", "clopper_pearson", "coarse",
    "complete_case", "completeness", "conflict_matrix", "control_limits", "copied", "count_limits", "crossed",
    "crude_rate", "difference_across", "difference_of", "directly_standardised", "disparity", "dobson", "estimates",
    "funnel", "gaps_filled", "group_difference", "group_ratio", "imputed", "indirectly_standardised", "kappa",
    "matched", "narrow", "nearest_census", "odds_within", "poisson_exact", "rate", "ratio_across", "ratio_of",
    "representation", "residents", "same_whatever", "small", "soundness", "tip_groups", "tip_pair", "tip_share",
    "verdict_of", "weighted", "wilson", "with_chance", "with_chance_of_truth",
]  # fmt: skip
