"""Whether every unsafe cell is covered: shown by other counts that would print the same, not by trusting the hiding.

One move of many cells can cover many at once. So moves that push half of what is open up and half down come first,
and a programme of its own is solved only for what they leave.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from joinedup.statistics.disclosure.attack import CLOSE, NO_END, Attacker, Numbers, is_whole
from joinedup.statistics.disclosure.rules import Needs
from joinedup.statistics.disclosure.system import Mask, System

SHARES = (1.0, 0.5, 0.1)
LEAST_PROGRESS = 0.03
IN_VAIN = 2
NEAR = 0.3
FEW = 4
SEED = 20


@dataclass(frozen=True, eq=False)
class Sides:
    """What is asked of a system: the place of each unsafe cell, which way (-1 down, +1 up), and by how many people."""

    places: NDArray[np.intp]
    signs: NDArray[np.int64]
    far: NDArray[np.int64]

    @classmethod
    def of(cls, system: System, needs: Needs) -> Sides:
        """Both sides of each need, without those that ask nothing."""
        counts = system.counts[needs.places]
        far = np.concatenate([counts - needs.low, needs.high - counts])
        signs = np.repeat(np.array([-1, 1]), len(needs))
        asked = far > 0
        return cls(np.tile(needs.places, 2)[asked], signs[asked], far[asked])


@dataclass(frozen=True, eq=False)
class Coverage:
    """Moves found so far for one system and its needs. A move serves every hiding that hides all that it moves.

    unfinished: sides that were called gaps at some time because a programme ran out of time, not because it ended.
    """

    system: System
    sides: Sides
    moves: list[Numbers] = field(default_factory=list)
    unfinished: list[int] = field(default_factory=list)

    def gaps(self, hidden: Mask, *, enough: int | None = None) -> NDArray[np.intp]:
        """Which sides are not covered when `hidden` is hidden: all of them, or the first `enough` that are found."""
        attacker = Attacker(self.system, hidden)
        open_ = np.ones(len(self.sides.far), bool)
        for move in self.moves:
            if not move[~attacker.hidden].any():
                open_ &= ~self._covered(move)
        self._together(attacker, open_)
        return self._alone(attacker, open_, enough)

    def learn(self, move: Numbers) -> NDArray[np.bool_]:
        """Keep a move, if it is one of whole people. Gives which sides it covers."""
        if not is_whole(move):
            return np.zeros(len(self.sides.far), bool)
        move = np.round(move)
        covered = self._covered(move)
        if covered.any():
            self.moves.append(move)
        return covered

    def _covered(self, move: Numbers) -> NDArray[np.bool_]:
        return move[self.sides.places] * self.sides.signs >= self.sides.far - CLOSE

    def _together(self, attacker: Attacker, open_: NDArray[np.bool_]) -> None:
        """Close what moves of many close."""
        draw = np.random.default_rng(SEED)
        in_vain = 0
        while in_vain < IN_VAIN:
            waiting = open_ & attacker.hidden[self.sides.places]
            if waiting.sum() < FEW:
                return
            some = waiting & (draw.random(len(waiting)) < draw.choice(SHARES))
            closed = self.learn(self._push(attacker, some, draw)) & open_
            open_ &= ~closed
            in_vain = in_vain + 1 if closed.sum() < LEAST_PROGRESS * waiting.sum() else 0

    def _push(self, attacker: Attacker, waiting: NDArray[np.bool_], draw: np.random.Generator) -> Numbers:
        """The move that pushes all that is waiting: a cell waiting both ways goes one way, at random."""
        aim, most = np.zeros(len(attacker.hidden)), np.full(len(attacker.hidden), NO_END)
        rows = draw.permutation(np.flatnonzero(waiting))
        places, signs, far = self.sides.places[rows], self.sides.signs[rows], self.sides.far[rows]
        aim[places] = signs / far  # the last one of a place counts
        up = (signs > 0) & (aim[places] > 0)
        most[places[up]] = far[up]
        return attacker.farthest(aim, most, whole=True, within=NEAR)

    def _alone(self, attacker: Attacker, open_: NDArray[np.bool_], enough: int | None) -> NDArray[np.intp]:
        gaps = []
        for side in np.flatnonzero(open_):
            attacker.unfinished = False
            if open_[side]:
                open_ &= ~self._one(attacker, int(side))
            if open_[side]:
                gaps.append(side)
                self.unfinished.extend([int(side)] * attacker.unfinished)
            if len(gaps) == enough:
                break
        return np.array(gaps, dtype=np.intp)

    def _one(self, attacker: Attacker, side: int) -> NDArray[np.bool_]:
        place, far = int(self.sides.places[side]), int(self.sides.signs[side] * self.sides.far[side])
        if not attacker.hidden[place]:
            return np.zeros(len(self.sides.far), bool)
        return self.learn(attacker.least(place, far))
