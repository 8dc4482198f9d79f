"""About the data: definitions, marks, the rule and its proof, in plain words."""

from typing import Any

import dash

from catalog.indicators import indicators
from components import attacker, glossary, shell
from components.attacker import Lattice
from components.glossary import Offered
from components.markup import dcc, html
from components.tables import table
from data_access.published import Proof, PublicationInfo
from pages import _access
from pages._access import ALL
from pages._asked import Choices
from pages._session import current

dash.register_page(
    __name__, path="/about", name="About the data", title="About the data · Quorum", order=60, audience=ALL
)


def layout(**_: Any) -> Any:
    """Ask for the publication and its proof; draw."""
    choices = Choices.of(current())
    proof = choices.session.proof()
    context = choices.imprint.context(choices.info.community, f"publication {choices.info.id}", "all school years")
    title = f"Where the numbers come from, and why {'some are' if proof.hidden else 'none is'} hidden"
    return shell.page(title, context, content(choices, proof))


def content(choices: Choices, proof: Proof) -> list[Any]:
    """Contents, marks, rounding, proof, definitions."""
    parts = {
        "marks": ("Marks", [glossary.marks()]),
        "rounding": ("How numbers are rounded", glossary.rounding()),
        "proof": ("What is hidden, and how we know it stays hidden", proven(choices, proof)),
        "definitions": ("Definitions", definitions(choices.info)),
    }
    links = [html.Li(html.A(title, href=f"#{name}")) for name, (title, _) in parts.items()]
    sections = [html.Section([html.H2(title), *body], id=name) for name, (title, body) in parts.items()]
    return [html.Nav(html.Ul(links), className="contents", **{"aria-label": "On this page"}), *sections]


def proven(choices: Choices, proof: Proof) -> list[Any]:
    """The proof in words, and by population and year."""
    words = attacker.in_words(proof.cells, proof.hidden, proof.tightest, choices.info.rule.k)
    populations = {i.population: i.population_title for i in indicators().values()}
    found = [Lattice(e.population, e.period, e.cells, e.hidden, e.tightest) for e in proof.entries]
    more = dcc.Link("What an attacker can learn, in detail", href="/attacker") if _access.opens("/attacker") else None
    rule = html.P(f"The rule: {choices.imprint.rule}.")
    every = html.Details(
        [html.Summary("Every population and school year"), table(attacker.lattices(found, populations))],
        className="on-screen",
    )
    older = [html.P(text) for text in choices.not_updated(choices.outcomes())]
    return [*(html.P(text) for text in words), *older, rule, more, every]


def definitions(info: PublicationInfo) -> list[Any]:
    """Every indicator with the tables it is shown in."""
    tables = {name: [o for o in info.offers if o.indicator == name] for name in indicators()}
    return [
        glossary.definition(indicator, [Offered(o.view.title, o.offered, o.hidden_share, o.why) for o in tables[name]])
        for name, indicator in indicators().items()
    ]
