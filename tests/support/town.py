"""A town with two contributors that may share, families and staff: what tests of guardians act on."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from sqlalchemy import Engine

from catalog.forms import SignedText
from components import family_forms
from components.wording import wording
from data_access.accounts import accounts
from data_access.agreements import Organization, save_agreement, save_organization
from data_access.cache import Cache
from data_access.family_effects import Effect
from data_access.guardian_links import Link
from data_access.guardians import Families, accept
from data_access.lake import Lake
from data_access.my_child import Guardian
from data_access.publications import Publications
from data_access.registry.engine import transaction
from data_access.session import Session
from data_access.stores import Stores
from privacy.agreement import Agreement, Level, State, Tier
from privacy.choices import Choice
from privacy.viewer import Role, Viewer
from tests.support import families

KEY = b"k" * 32  # of the ledger, as in servers that tests start
ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
TODAY = date(2026, 11, 22)
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "four plain words together"
EMAIL = "mara@example.org"
EFFECT = Effect((), (), (), (), None, 0)
ELEMENTS = ("attendance", "child", "grade", "screening")


@dataclass
class Town:
    """Stores with a school and a club that may share, two children, and a clock."""

    stores: Stores
    now: datetime = NOW

    def session(self, role: Role, organization: str, user: str = "u-staff") -> Session:
        return Session(Viewer(user, organization, role), self.stores, lambda: self.now)

    def staff(self, organization: str = "school", role: Role = Role.PARTNER, user: str = "u-staff") -> Families:
        return Families(self.session(role, organization, user))

    def invite(self, record: str = "100", email: str = EMAIL, name: str = "Mara Ostrander") -> str:
        return self.staff().invite("school", record, name, "mother", email, "en").code

    def enter(self, code: str, email: str = EMAIL, password: str = GOOD) -> str:
        told = {"email": email, "code": code, "password": password, "address_key": "a", "now": self.now}
        return accept(self.stores.registry, KEY, hasher=QUICK, **told)

    def link(self, number: int = 0) -> Link:
        return self.staff("school").links()[number]

    def verify(self, proof: str = "photo_id") -> None:
        """A colleague of whoever invited makes sure who the newest guardian is."""
        link = self.link()
        self.staff(user="u-colleague").verify(link.id, link.seen, proof)

    def guardian(self, email: str = EMAIL) -> Guardian:
        who = next(one for one in accounts(self.stores.registry) if one.email == email)
        return Guardian(self.session(Role.GUARDIAN, who.organization, who.user_id))

    def known(self, record: str = "100", email: str = EMAIL, name: str = "Mara Ostrander") -> Guardian:
        """A guardian whose link has been verified."""
        self.enter(self.invite(record, email, name), email)
        self.verify()
        return self.guardian(email)


def clause(tier: Tier, party: str, **more: object) -> Agreement:
    return Agreement(
        id=f"{party}-{tier.value}",
        version=1,
        tier=tier,
        title=f"{tier.value} of {party}",
        party=party,
        level=Level.IDENTIFIABLE,
        elements=frozenset(ELEMENTS),
        purposes=frozenset({"coordination"}),
        finest_area="region",
        minimum_count=10,
        starts=date(2020, 1, 1),
        ends=date(2030, 1, 1),
        state=State.ACTIVE,
        **more,  # type: ignore[arg-type]
    )


def make_town(registry: Engine, tmp_path: Path) -> Town:
    """The school may share with everybody, grades without consent; the club may use what the school shares."""
    with transaction(registry) as connection:
        families.add_contributors(connection, "school", "club")
        save_organization(connection, Organization("homes", "Families", "families"))
        families.add_child(connection, 1, {"school": date(2016, 5, 1), "club": date(2016, 5, 1)})
        families.add_child(connection, 2, {"school": date(2009, 11, 23)})
        lifted = {"grade": "not_required"}
        save_agreement(connection, clause(Tier.SHARING, "school", recipients=frozenset({"*"}), consent=lifted))
        save_agreement(connection, clause(Tier.USE, "club", contributors=frozenset({"school"})))
    lake, publications = Lake(tmp_path / "lake", registry), Publications(tmp_path / "publications", registry)
    return Town(Stores(registry, lake, publications, Cache(tmp_path / "cache", b"k" * 32), KEY, ZONE, tmp_path))


def keep(*elements: str, until: date | None = date(2027, 6, 30)) -> Choice:
    return Choice("club", "coordination", frozenset(("school", one) for one in elements), until)


def read(effect: Effect, language: str = "en") -> tuple[SignedText, ...]:
    """The forms as the page shows them."""
    return family_forms.read(wording(language), effect.statements, {"school": "The school", "club": "The club"})


def sign(guardian: Guardian, choice: Choice, name: str = "mara  ostrander", day: date = TODAY) -> int:
    child = guardian.child(1)
    effect = guardian.preview(child, choice)
    return guardian.sign(child, choice, effect, name, day, read(effect))


def open_now(guardian: Guardian) -> set[str]:
    return {item.element for item in guardian.offer(guardian.child(1), "club", "coordination").open}
