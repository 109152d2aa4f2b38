"""The queue and its order, without a screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mtqa.document import Span
from mtqa.finding import Finding, Severity
from mtqa.review.queue import Filter, Item, Order, Queue, band

ITEMS = st.lists(
    st.builds(
        lambda severity, confidence, start, family: (severity, confidence, start, family),
        st.sampled_from(Severity),
        st.floats(0, 1),
        st.integers(0, 500),
        st.sampled_from(["term", "style"]),
    ),
    max_size=30,
)


def made(entries):
    items = []
    for number, (severity, confidence, start, family) in enumerate(entries):
        span = Span(start, start + 3)
        finding = Finding(f"{family}.x", span, "m", severity, confidence=confidence, fingerprint=f"{number:04}")
        items.append(Item(finding, span, span))
    return items


def test_weight_puts_the_gravest_first_then_the_surest_then_the_earliest():
    items = made([(1, 0.9, 5, "t"), (3, 0.3, 90, "t"), (3, 0.9, 80, "t"), (3, 0.85, 20, "t"), (0, 1.0, 0, "t")])
    items = [Item(i.finding, i.original, i.here) for i in items]
    assert [i.key for i in Queue.of(items).items] == ["0003", "0002", "0001", "0000", "0004"]
    assert [i.key for i in Queue.of(items, Order.READING).items] == ["0004", "0000", "0003", "0002", "0001"]


def test_bands():
    assert [band(c) for c in (1, 0.8, 0.79, 0.5, 0.49, 0)] == [0, 0, 1, 1, 2, 2]


@given(ITEMS, st.sampled_from(Order))
def test_order_does_not_depend_on_how_findings_come(entries, order):
    items = made(entries)
    queue = Queue.of(items, order)
    assert queue == Queue.of(items[::-1], order)
    assert sorted(i.key for i in queue.items) == sorted(i.key for i in items)
    assert list(queue.keys) == sorted(queue.keys)
    weights = [i.finding.severity.penalty for i in queue.items]
    assert order is Order.READING or weights == sorted(weights, reverse=True)


@given(ITEMS.filter(bool), st.data())
def test_stepping_visits_everything_once(entries, data):
    queue = Queue.of(made(entries))
    seen, item = [], queue.items[0]
    while item:
        seen.append(item)
        item = queue.step(item.key, 1)
    assert tuple(seen) == queue.items
    at = data.draw(st.integers(0, len(queue.items) - 1))
    rest = Queue.of([i for i in queue.items if i is not queue.items[at]])
    following = [i for i, key in zip(queue.items, queue.keys, strict=True) if key > queue.keys[at]]
    assert rest.after(queue.keys[at]) == (following[0] if following else None)


@given(ITEMS.filter(bool))
def test_other_severity_leads_to_the_edges_of_groups(entries):
    queue = Queue.of(made(entries))
    severities = [i.finding.severity for i in queue.items]
    found = queue.other_severity(queue.items[0].key, 1)
    others = [s for s in severities if s is not severities[0]]
    assert (found.finding.severity if found else None) == (others[0] if others else None)
    back = queue.other_severity(queue.items[-1].key, -1)
    if back:
        index = queue.index(back.key)
        assert index == 0 or severities[index - 1] is not severities[index]


def test_a_filter_lets_through_what_all_its_parts_let_through():
    chosen = Filter(frozenset({"term"}), frozenset({Severity.MAJOR}))
    assert chosen.keeps("term.a", Severity.MAJOR)
    assert not chosen.keeps("term.a", Severity.MINOR)
    assert not chosen.keeps("style.a", Severity.MAJOR)
    assert Filter().keeps("any.rule", Severity.NEUTRAL)
