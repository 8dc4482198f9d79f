"""What an attacker can learn from the newest publication; for the backbone organization, which publishes it."""

from typing import Any

import dash

from components import attacker, shell
from components.attacker import Narrow, Share
from data_access.published import Offer, PublicationInfo, Tight
from data_access.publishing.shares import coarser_of
from pages._asked import Choices
from pages._session import current
from privacy.viewer import Role

MOST = 20
dash.register_page(
    __name__,
    path="/attacker",
    name="What an attacker can learn",
    title="What an attacker can learn · Quorum",
    order=65,
    audience=frozenset({Role.BACKBONE}),
)


def layout(**_: Any) -> Any:
    """Ask for the proof; draw."""
    choices = Choices.of(current())
    proof = choices.session.proof()
    wide = "nothing" if proof.tightest is None else f"a range {attacker.wide(proof.tightest)} wide"
    context = choices.imprint.context(choices.info.community, f"publication {choices.info.id}", "all school years")
    drawn = attacker.panel(
        proof.widths, proof.hidden_by_level, [narrow(t) for t in proof.tight], shares(choices.info), proof.tightest
    )
    return shell.page(f"At best, an attacker learns {wide}", context, drawn)


def narrow(tight: Tight) -> Narrow:
    """A tight cell without its limits."""
    width = None if tight.high is None else tight.high - tight.low
    return Narrow(tight.population, tight.period, tight.cell, width)


def shares(info: PublicationInfo) -> list[Share]:
    """The tables that hide most, each with a coarser one that is offered and hides less."""
    ranked = sorted(info.offers, key=lambda o: (-o.hidden_share, o.indicator, str(o.view)))
    return [share(offer, info) for offer in ranked[:MOST] if offer.hidden_share > 0]


def share(offer: Offer, info: PublicationInfo) -> Share:
    """One table, offered or not, against the next coarser one that hides less."""
    mine = [o for o in info.offers if o.indicator == offer.indicator and o.offered]
    view = coarser_of(offer.view, [o.view for o in mine if o.hidden_share < offer.hidden_share])
    coarser = info.offer(offer.indicator, view) if view else None
    title = coarser.view.title if coarser else ""
    less = coarser.hidden_share if coarser else None
    return Share(offer.indicator, offer.view.title, offer.hidden_share, offer.offered, title, less)
