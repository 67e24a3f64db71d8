"""Proof that a regular expression takes time that grows with the text and no faster, by its automaton.

A backtracking engine takes as many steps as the automaton of the pattern has paths labelled with beginnings of the
text. That number grows faster than the text only if there are two states p and q and a word that leads from p back to
p, from q back to q, and from p to q as well (Weber and Seidl 1991, "On the degree of ambiguity of finite automata",
condition IDA; exponential growth implies it). `search` is `match` with a state in front that reads anything, so
beginning anew at each character is a path like any other.

The automaton is that of positions (Glushkov 1961): one state for each character set of the pattern, counted repeats
unrolled. Look-arounds of one character restrict the characters on either side of a step; longer ones and back
references are taken for what they allow at most, which can only add paths.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import import_module
from typing import Any

sre_constants: Any = import_module("re._constants" if sys.version_info >= (3, 11) else "sre_constants")
sre_parse: Any = import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

Chars = frozenset[int]
State = tuple[int, int]
"""A position, and the character that it has read."""
Steps = dict[State, list[State]]

_SAMPLE = (*range(0x180), *map(ord, "\u037eΣЖשء٣۔।॥中の゛ｱﾞ％٪‐–—‘’“”„…⁄\u2028\u2029\u202f\u3000\ufeff²Ⅷ😀"))
"""Characters that stand for all others: of each category that a pattern can name, several."""
_MOST = 4000
"""Positions above which a pattern is not unrolled."""


class NotLinearError(Exception):
    """The pattern takes time that grows faster than the text, or the proof does not know one of its parts."""


class _Edge:
    """A step between two positions, and which characters may stand before and after it."""

    def __init__(self, origin: int, target: int, before: Chars | None, after: Chars | None) -> None:
        self.origin, self.target, self.before, self.after = origin, target, before, after


class _Piece:
    """A part of a pattern: where it may begin and end, and what it asks of the characters there if it is empty."""

    def __init__(self) -> None:
        self.first: list[tuple[int, Chars | None, Chars | None]] = []
        self.last: list[tuple[int, Chars | None]] = []
        # The ways to pass it without reading, each with what it asks of the characters before and after.
        self.empty: list[tuple[Chars | None, Chars | None]] = []


def _both(one: Chars | None, other: Chars | None) -> Chars | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


class Automaton:
    """The positions of a pattern and the steps between them.

    Args:
        pattern: a compiled pattern.
        anchored: it is only ever matched where it is told to begin (`match`, `fullmatch`), and not searched for.
    """

    def __init__(self, pattern: re.Pattern[Any], *, anchored: bool) -> None:
        self._kind = bytes if isinstance(pattern.pattern, bytes) else str
        parsed = sre_parse.parse(pattern.pattern, pattern.flags)
        self._flags = pattern.flags
        self._sample = frozenset(_sample(parsed, is_bytes=self._kind is bytes))
        self._groups: dict[int, Any] = {}
        self.sets: list[Chars] = [self._sample]  # position 0 reads what stands before
        self.edges: list[_Edge] = []
        whole = self._sequence(list(parsed))
        # Where the pattern has matched whatever follows.
        self.accepting = {position for position, rest in whole.last if rest is None}
        for position, before, after in whole.first:
            self.edges.append(_Edge(0, position, before, after))
        if not anchored:
            self.edges.append(_Edge(0, 0, None, None))
        self.searched = not anchored

    def _position(self, chars: Chars) -> _Piece:
        if len(self.sets) > _MOST:
            raise NotLinearError("too large to look at")
        self.sets.append(chars & self._sample)
        piece = _Piece()
        piece.first.append((len(self.sets) - 1, None, None))
        piece.last.append((len(self.sets) - 1, None))
        return piece

    def _sequence(self, items: list[Any]) -> _Piece:
        whole = _Piece()
        whole.empty.append((None, None))
        for operation, argument in items:
            whole = self._joined(whole, self._piece(operation, argument))
        return whole

    def _joined(self, one: _Piece, other: _Piece) -> _Piece:
        out = _Piece()
        self._link(one.last, other.first)
        out.first = one.first + [
            (p, _both(before, b), _both(after, a)) for p, before, after in other.first for b, a in one.empty
        ]
        # What an empty part asks of the character before it is not looked at: that only adds paths.
        out.last = other.last + [
            (p, _both(rest, after if before is None else after or self._sample))
            for p, rest in one.last
            for before, after in other.empty
        ]
        out.empty = [(_both(b1, b2), _both(a1, a2)) for b1, a1 in one.empty for b2, a2 in other.empty]
        return out

    def _link(self, last: list[tuple[int, Chars | None]], first: list[tuple[int, Chars | None, Chars | None]]) -> None:
        for origin, rest in last:
            for target, before, after in first:
                self.edges.append(_Edge(origin, target, before, _both(rest, after)))

    def _piece(self, operation: Any, argument: Any) -> _Piece:
        if operation in {sre_constants.LITERAL, sre_constants.NOT_LITERAL, sre_constants.IN, sre_constants.ANY}:
            return self._position(self._chars(operation, argument))
        if operation is sre_constants.SUBPATTERN:
            group, _, _, inside = argument
            if group is not None:
                self._groups[group] = inside
            return self._sequence(list(inside))
        if operation is sre_constants.GROUPREF:
            unsure = _Piece()
            unsure.empty.append((None, self._sample))
            return self._joined(self._sequence(list(self._groups[argument])), unsure)
        if operation is sre_constants.BRANCH:
            return self._branch(argument[1])
        if operation in {sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT}:
            return self._repeat(*argument)
        return self._empty(operation, argument)

    def _empty(self, operation: Any, argument: Any) -> _Piece:
        if operation in {sre_constants.ASSERT, sre_constants.ASSERT_NOT}:
            return self._look(*argument, positive=operation is sre_constants.ASSERT)
        if operation is sre_constants.AT:
            return self._at(argument)
        raise NotLinearError(f"does not know {operation}")

    def _branch(self, branches: Any) -> _Piece:
        out = _Piece()
        for branch in branches:
            piece = self._sequence(list(branch))
            out.first += piece.first
            out.last += piece.last
            out.empty += piece.empty
        return out

    def _repeat(self, least: int, most: Any, inside: Any) -> _Piece:
        out = _Piece()
        out.empty.append((None, None))
        endless = most is sre_constants.MAXREPEAT
        for number in range(max(least, 1) if endless else most, 0, -1):
            piece = self._sequence(list(inside))
            if endless and number == max(least, 1):
                self._link(piece.last, piece.first)
            out = self._joined(piece, out)
            if number > least:
                out.empty.append((None, None))
        return out

    def _look(self, direction: int, inside: Any, *, positive: bool) -> _Piece:
        out = _Piece()
        items = list(inside)
        if _width(inside) is None:
            raise NotLinearError("looks around without end")
        chars = self._sample
        single = len(items) == 1 and items[0][0] in {sre_constants.LITERAL, sre_constants.NOT_LITERAL, sre_constants.IN}
        if single:
            chars = self._chars(*items[0])
            chars = chars if positive else self._sample - chars
        out.empty.append((None, chars) if direction > 0 else (chars, None))
        return out

    def _at(self, where: Any) -> _Piece:
        out = _Piece()
        if where is sre_constants.AT_BEGINNING and self._flags & re.MULTILINE:
            out.empty.append((frozenset((ord("\n"),)), None))
        elif where in {sre_constants.AT_BEGINNING, sre_constants.AT_BEGINNING_STRING}:
            out.empty.append((frozenset(), None))
        elif where is sre_constants.AT_END_STRING:
            out.empty.append((None, frozenset()))
        else:
            out.empty.append((None, self._sample))
        return out

    def _chars(self, operation: Any, argument: Any) -> Chars:
        return frozenset(c for c in self._sample if _matches(self._flags, self._kind, operation, argument, c))

    def ambiguities(self) -> list[tuple[int, int]]:
        """Return the pairs of positions (p, q) of the condition IDA, and (p, p) for two ways around one loop."""
        atoms = _atoms(
            [*self.sets, *(s for e in self.edges for s in (e.before, e.after) if s is not None)], self._sample
        )
        steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for edge in self.edges:
            for atom in atoms:
                if atom not in self.sets[edge.origin] or (edge.before is not None and atom not in edge.before):
                    continue
                for then in atoms:
                    if then in self.sets[edge.target] and (edge.after is None or then in edge.after):
                        steps.setdefault((edge.origin, atom), []).append((edge.target, then))
        component = _components(steps)
        loops = [state for state in steps if any(component[target] == component[state] for target in steps[state])]
        out = [(p[0], p[0]) for p in loops if _twice(steps[p], component, component[p])]
        back = _reversed(steps)
        for q in loops:
            sources = _sources(back, q)
            for p in loops:
                if p[0] == q[0] or p[1] != q[1] or p not in sources or (p[0], q[0]) in out or self._certain(p[0], q[0]):
                    continue
                if _lockstep(steps, component, sources, p, q):
                    out.append((p[0], q[0]))
        return out

    def _certain(self, p: int, q: int) -> bool:
        """Return True if a search that has reached q finds something: nothing is looked at again behind it."""
        return self.searched and p == 0 and q in self.accepting


def _twice(targets: list[tuple[int, int]], component: dict[Any, int], mine: int) -> bool:
    inside = [t for t in targets if component.get(t) == mine]
    return len(inside) != len(set(inside))


def _lockstep(steps: Steps, component: dict[State, int], sources: set[State], p: State, q: State) -> bool:
    """Return True if one word leads from p to p, from p to q, and from q to q."""
    start, end = (p, p, q), (p, q, q)
    seen = {start}
    todo = [start]
    while todo:
        one, two, three = todo.pop()
        for a in steps.get(one, ()):
            if component[a] != component[p]:
                continue
            for c in steps.get(three, ()):
                if c[1] != a[1] or component[c] != component[q]:
                    continue
                for b in steps.get(two, ()):
                    state = (a, b, c)
                    if b[1] != a[1] or state in seen or (b != q and b not in sources):
                        continue
                    if state == end:
                        return True
                    seen.add(state)
                    todo.append(state)
    return False


def _sources(back: Steps, target: State) -> set[State]:
    """Return the states from which a state can be reached in one step or more, given all steps backwards."""
    seen: set[State] = set()
    todo = [target]
    while todo:
        for state in back.get(todo.pop(), ()):
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return seen


def _reversed(steps: Steps) -> Steps:
    back: Steps = {}
    for state, targets in steps.items():
        for target in targets:
            back.setdefault(target, []).append(state)
    return back


def _components(steps: Steps) -> dict[State, int]:
    """Return the strongly connected component of each state, by number (Kosaraju)."""
    order: list[State] = []
    seen: set[State] = set()
    for root in steps:
        stack = [] if root in seen else [(root, iter(steps[root]))]
        seen.add(root)
        while stack:
            state, targets = stack[-1]
            for target in targets:
                if target not in seen:
                    seen.add(target)
                    stack.append((target, iter(steps.get(target, ()))))
                    break
            else:
                order.append(state)
                stack.pop()
    back = _reversed(steps)
    out: dict[State, int] = {}
    for number, root in enumerate(reversed(order)):
        todo = [] if root in out else [root]
        while todo:
            state = todo.pop()
            if state not in out:
                out[state] = number
                todo += back.get(state, ())
    return out


def _atoms(sets: list[Chars], sample: Chars) -> list[int]:
    """Return one character for each way to be in some of the sets and not in the others."""
    different = list(dict.fromkeys(sets))
    return list({tuple(c in s for s in different): c for c in sample}.values())


def _width(inside: Any) -> int | None:
    """Return the most characters that a part takes; None without end."""
    _, most = inside.getwidth()
    return None if most >= int(sre_constants.MAXREPEAT) or most >= 1 << 20 else most


def _sample(parsed: Any, *, is_bytes: bool) -> set[int]:
    out = set(range(256)) if is_bytes else set(_SAMPLE)
    todo = [list(parsed)]
    while todo:
        for item in todo.pop():
            if isinstance(item, tuple | list | sre_parse.SubPattern):
                todo.append(list(item))
            elif isinstance(item, int) and not isinstance(item, bool) and 0 <= int(item) <= sys.maxunicode:
                out.update(c for c in (int(item) - 1, int(item), int(item) + 1) if 0 <= c <= sys.maxunicode)
    return {c for c in out if not is_bytes or c < 256}


@cache
def _category(flags: int, kind: type, name: str) -> re.Pattern[Any]:
    letter = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[name.rsplit("_", 1)[-1]]
    source = letter.upper() if "NOT_" in name else letter
    return re.compile(source if kind is str else source.encode(), flags & (re.ASCII | re.UNICODE))


def _matches(flags: int, kind: type, operation: Any, argument: Any, code: int) -> bool:
    text: Any = chr(code) if kind is str else bytes((code,))
    folded = {code}
    if flags & re.IGNORECASE:
        folded |= {ord(c) for c in (chr(code).lower(), chr(code).upper()) if len(c) == 1}
    if operation is sre_constants.LITERAL:
        return argument in folded
    if operation is sre_constants.NOT_LITERAL:
        return argument not in folded
    if operation is sre_constants.ANY:
        return bool(flags & re.DOTALL) or code != ord("\n")
    negated = False
    found = False
    for kind_of, value in argument:
        if kind_of is sre_constants.NEGATE:
            negated = True
        elif kind_of is sre_constants.LITERAL:
            found |= value in folded
        elif kind_of is sre_constants.RANGE:
            found |= any(value[0] <= c <= value[1] for c in folded)
        elif kind_of is sre_constants.CATEGORY:
            found |= _category(flags, kind, str(value)).match(text) is not None
        else:
            raise NotLinearError(f"does not know {kind_of} in a set")
    return found != negated


def faults(pattern: re.Pattern[Any], *, anchored: bool) -> list[tuple[int, int]]:
    """Return the pairs of positions that make a pattern take more than linear time; empty if it is linear.

    Raises:
        NotLinearError: the proof does not know a part of the pattern.
    """
    return Automaton(pattern, anchored=anchored).ambiguities()
