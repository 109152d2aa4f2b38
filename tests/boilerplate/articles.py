"""A small made-up corpus: articles of two newspapers with a frame that no shipped rule knows."""

from __future__ import annotations

from mtqa.document import Document

SUBJECTS = ("ferry", "crane", "lighthouse", "pilot", "market", "library", "tram", "orchard", "bridge", "school")
REPORTERS = ("Ana Petrov", "Karl Lindqvist", "Wang Jun", "Mary Ann Smith")
SLOGAN = "Work for the many, not for the few!"


def harbour(number: int) -> str:
    """One article of the Harbour Sheet: a breadcrumb, a headline, two paragraphs with a slogan between, a footer."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    return "\n\n".join(
        [
            "Harbour Sheet Weekend",
            f"The {subject} opens again after repair number {number}",
            f"The {subject} was closed for {number + 3} weeks, and the people of the quay had to do without it.",
            SLOGAN,
            f"That is what the banner over the {subject} says, and {number + 12} people came to see it taken down.",
            "Letters to the harbour desk",
            f"Number {100 + number} of the Harbour Sheet, {2019 + number % 4}",
            f"Set in type by {REPORTERS[number % len(REPORTERS)]} on the quay",
            "The opinions of the harbour are those of the harbour.",
        ]
    )


def northern(number: int) -> str:
    """One article of the Northern Post: other words, one line below the text."""
    subject = SUBJECTS[-1 - number % len(SUBJECTS)]
    return "\n\n".join(
        [
            f"No end to the quarrel over the {subject}",
            f"Whether the {subject} is to be moved was discussed by the council for {number + 2} hours without result.",
            "Northern Post, the paper of the north",
        ]
    )


def corpus(size: int = 12) -> list[Document]:
    """Articles of both papers, which their folders tell apart."""
    harbours = [Document.from_text(harbour(n), f"news/harbour.example.com/{n:03}.txt") for n in range(size)]
    return harbours + [
        Document.from_text(northern(n), f"news/northern.example.org/{n:03}.txt") for n in range(size // 2)
    ]
