"""What the failure of each bank would do to the others: contagion measures of an economy's banks at one moment.

Banks, their balance sheets and what they lent each other are read from the ledger; the measures are those of
`catallaxy.markets`, each by its paper. Nothing is changed and nothing here drives the economy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from pydantic import Field

from ..agents.banks import Banks
from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.units import BoolArray, FloatArray, IntArray
from ..ledger.chart import BOND, INTERBANK, LOAN, MARGIN_LOAN
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from ..ledger.ledger import Ledger
from ..markets.clearing import clearing_vector
from ..markets.contagion import Cascade, furfine
from ..markets.debtrank import debtrank_2012, debtrank_2015
from ..markets.deleveraging import Deleveraging, deleveraging
from ..markets.fire_sales import Vulnerability, greenwood_landier_thesmar
from ..markets.network_measures import NetworkMeasures, network_measures

if TYPE_CHECKING:
    import pandas as pd

    from .economy import Economy

ASSETS = ("reserves", "bonds", "loans", "margin loans", "interbank loans")
_BONDS, _LOANS = ASSETS.index("bonds"), ASSETS.index("loans")


class Stress(Parameters):
    """What is assumed of failures and sales.

    Furfine (2003) takes losses given default of 0.05 and 0.40; closing a bank costs 10 % of its assets (James 1991);
    the 10 basis points for 10 billion of Greenwood, Landier and Thesmar (2015) are an impact of 1 for 10 trillion.
    """

    loss_given_default: float = Field(
        0.40, ge=0.0, le=1.0, description="share of a claim on a failed bank that is lost in a cascade"
    )
    recovered: float = Field(0.90, ge=0.0, le=1.0, description="α = β, share of its assets that a default leaves")
    loan_loss: float = Field(
        0.01, ge=0.0, le=1.0, description="share of its loans to firms that every bank loses before it sells"
    )
    bond_impact: float = Field(
        1.0, gt=0.0, le=1e6, description="relative fall of the bond price for each share of all bonds that is sold"
    )
    most_leverage: float = Field(33.0, gt=1.0, le=1e6, description="assets over equity above which banks must sell")


@dataclass(frozen=True)
class BankSystem:
    """The banks that are open and have equity, as the measures take them; money in minor units.

    Parameters
    ----------
    symbols : tuple of str
        Of the banks, n.
    exposures : (n, n) float64
        What the bank of a row lent the bank of a column.
    equity : (n,) float64
        Above 0.
    assets : (n, kinds) float64
        By kind, as in `ASSETS`.
    bonds_outstanding : float
        At face, whoever holds them.
    """

    symbols: tuple[str, ...]
    exposures: FloatArray
    equity: FloatArray
    assets: FloatArray
    bonds_outstanding: float

    @classmethod
    def of(cls, ledger: Ledger, banks: Banks, symbols: tuple[str, ...] | None = None) -> BankSystem:
        """Read the books of ``banks``, named by ``symbols`` slot by slot.

        A bank without equity has failed already, so it is left out; what others lent it stays among their assets.
        """
        equity = banks.equity(ledger)
        slots = np.flatnonzero(banks.open & (equity > 0))
        kinds = (LOAN, MARGIN_LOAN, INTERBANK)
        held = [np.maximum(banks.reserves(ledger), 0), banks.bonds(ledger), *(banks.claims(ledger, k) for k in kinds)]
        names = symbols or tuple(f"bank {slot}" for slot in range(banks.size))
        return cls(
            symbols=tuple(names[slot] for slot in slots.tolist()),
            exposures=_exposures(ledger, banks.owners[slots]),
            equity=equity[slots].astype(np.float64),
            assets=np.stack(held, axis=1)[slots].astype(np.float64),
            bonds_outstanding=float(ledger.issued[BOND]),
        )

    @property
    def size(self) -> int:
        """Number of banks."""
        return len(self.symbols)

    @property
    def total(self) -> FloatArray:
        """(n,) all assets."""
        return np.asarray(self.assets.sum(axis=1))

    @property
    def external_assets(self) -> FloatArray:
        """(n,) assets that are no claims on the other banks here."""
        return np.asarray(self.total - self.exposures.sum(axis=1))

    @property
    def external_liabilities(self) -> FloatArray:
        """(n,) what is owed to everybody but the other banks here."""
        return np.asarray(self.total - self.equity - self.exposures.sum(axis=0))


def _exposures(ledger: Ledger, owners: IntArray) -> FloatArray:
    """Return (n, n) live interbank loans from creditor to debtor among ``owners``."""
    rows = ledger.contracts.rows[ledger.contracts.of(INTERBANK)]
    place = np.full(ledger.owners.size, -1, np.int64)
    place[owners] = np.arange(owners.size)
    creditor, debtor = place[rows[:, CREDITOR]], place[rows[:, DEBTOR]]
    among = (creditor >= 0) & (debtor >= 0)
    lent = np.zeros((owners.size, owners.size), np.int64)
    np.add.at(lent, (creditor[among], debtor[among]), rows[among, AMOUNT])
    return lent.astype(np.float64)


@dataclass(frozen=True)
class Contagion:
    """What each bank's failure would do, and what sales would do to all; one entry a bank, in the order of `symbols`.

    Attributes
    ----------
    system : BankSystem
        The banks as they stand.
    stress : Stress
        What was assumed.
    debtrank_2012, debtrank_2015 : (n,) float64
        R = Σ v_i (h_i - h_i(0)) of the bank's failure, the share of the value of interbank lending that the others
        lose; passed on once (Battiston and others 2012), and until all is lost (Bardoscia and others 2015).
    cascades : tuple of Cascade
        Who falls when the bank falls, LGD Σ X_ij >= E_i (Furfine 2003).
    clearing_losses : (n,) float64
        Share of the others' equity that is gone once payments have cleared, after the bank lost its equity and a
        minor unit more, as far as its assets outside the network go: Rogers and Veraart (2013) with α = β =
        ``recovered`` and depositors first; Eisenberg and Noe (2001) where ``recovered`` is 1.
    fire_sales : Vulnerability
        Losses when all banks lose ``loan_loss`` of their loans and sell in proportion to restore their leverage, in
        the order of `ASSETS`; bonds alone have a price that falls (Greenwood, Landier and Thesmar 2015).
    forced_sales : Deleveraging
        The same when only banks beyond ``most_leverage`` sell, and bonds alone (Cont and Schaanning 2017).
    network : NetworkMeasures
        Degrees, density and the core that fits best (Craig and von Peter 2014).

    References
    ----------
    S. Battiston, M. Puliga, R. Kaushik, P. Tasca and G. Caldarelli (2012), "DebtRank: too central to fail? Financial
    networks, the FED and systemic risk", Scientific Reports 2, 541.
    M. Bardoscia, S. Battiston, F. Caccioli and G. Caldarelli (2015), "DebtRank: a microscopic foundation for shock
    propagation", PLoS ONE 10, e0130406.
    C. H. Furfine (2003), "Interbank exposures: quantifying the risk of contagion", Journal of Money, Credit and
    Banking 35, 111-128.
    L. Eisenberg and T. H. Noe (2001), "Systemic risk in financial systems", Management Science 47, 236-249.
    L. C. G. Rogers and L. A. M. Veraart (2013), "Failure and rescue in an interbank network", Management Science 59,
    882-898.
    C. James (1991), "The losses realized in bank failures", Journal of Finance 46, 1223-1242.
    R. Greenwood, A. Landier and D. Thesmar (2015), "Vulnerable banks", Journal of Financial Economics 115, 471-485.
    R. Cont and E. Schaanning (2017), "Fire sales, indirect contagion and systemic stress testing", Norges Bank
    Working Paper 2/2017.
    B. Craig and G. von Peter (2014), "Interbank tiering and money center banks", Journal of Financial Intermediation
    23, 322-347.

    Examples
    --------
    >>> system = BankSystem(
    ...     symbols=("A", "B", "C"), exposures=np.array([[0.0, 0, 20], [80, 0, 0], [10, 0, 0]]),
    ...     equity=np.array([50.0, 30, 40]), bonds_outstanding=500.0,
    ...     assets=np.array([[50.0, 100, 400, 0, 20], [20, 50, 200, 0, 80], [90, 0, 300, 0, 10]]),
    ... )
    >>> found = contagion(system)
    >>> found.fallen(0), found.debtrank_2012.round(3).tolist()
    (('B',), [0.75, 0.0, 0.364])
    >>> print(found)
    3 banks, 3 interbank links, density 0.50, core A
    failure of A: DebtRank 0.75 (2012), 0.75 (2015); clearing takes 51.3 % of the others' equity; B falls with it
    failure of B: DebtRank 0.00 (2012), 0.00 (2015); clearing takes 0.0 % of the others' equity; nobody falls with it
    failure of C: DebtRank 0.36 (2012), 0.80 (2015); clearing takes 25.0 % of the others' equity; nobody falls with it
    fire sales after a loss of 1 % of loans: 2.6 % of equity
    """

    system: BankSystem
    stress: Stress
    debtrank_2012: FloatArray
    debtrank_2015: FloatArray
    cascades: tuple[Cascade, ...]
    clearing_losses: FloatArray
    fire_sales: Vulnerability
    forced_sales: Deleveraging
    network: NetworkMeasures

    @property
    def symbols(self) -> tuple[str, ...]:
        """The banks."""
        return self.system.symbols

    @property
    def in_core(self) -> BoolArray:
        """(n,) whether each bank is a member of the core."""
        return np.isin(np.arange(self.system.size), self.network.core)

    def fallen(self, bank: int) -> tuple[str, ...]:
        """Return who falls when ``bank``, by its place in `symbols`, has fallen, in the order of their places."""
        failed = np.flatnonzero(self.cascades[bank].failed).tolist()
        return tuple(self.symbols[other] for other in failed if other != bank)

    def to_pandas(self) -> pd.DataFrame:
        """Return a frame with a row a bank: its size and links, and the losses as shares (money in minor units)."""
        import pandas as pd

        system, equity = self.system, self.system.equity
        columns: dict[str, Any] = {
            "assets": system.total, "equity": equity, "lent": system.exposures.sum(axis=1),
            "borrowed": system.exposures.sum(axis=0), "debtors": self.network.debtors,
            "creditors": self.network.creditors, "in_core": self.in_core, "debtrank_2012": self.debtrank_2012,
            "debtrank_2015": self.debtrank_2015, "falls": [", ".join(self.fallen(b)) for b in range(system.size)],
            "clearing_loss": self.clearing_losses, "fire_sale_loss": self.fire_sales.second_round_losses / equity,
            "forced_sale_loss": self.forced_sales.losses / equity,
        }  # fmt: skip
        return pd.DataFrame(columns, index=pd.Index(self.symbols, name="bank"))

    def __str__(self) -> str:
        core = ", ".join(self.symbols[bank] for bank in self.network.core) or "empty"
        lines = [f"{self.network.banks} banks, {self.network.links} interbank links, "
                 f"density {self.network.density:.2f}, core {core}"]  # fmt: skip
        for bank, symbol in enumerate(self.symbols):
            fallen = self.fallen(bank)
            lines.append(
                f"failure of {symbol}: DebtRank {self.debtrank_2012[bank]:.2f} (2012), "
                f"{self.debtrank_2015[bank]:.2f} (2015); clearing takes {100 * self.clearing_losses[bank]:.1f} % of "
                f"the others' equity; {', '.join(fallen) or 'nobody'} {'fall' if len(fallen) > 1 else 'falls'} with it"
            )
        lines.append(f"fire sales after a loss of {100 * self.stress.loan_loss:g} % of loans: "
                     f"{100 * self.fire_sales.aggregate_vulnerability:.1f} % of equity")  # fmt: skip
        return "\n".join(lines)


def contagion_in(economy: Economy, assumed: Mapping[str, float]) -> Contagion:
    """Return the contagion measures of an economy as it stands; ``assumed`` are fields of `Stress`.

    Raises
    ------
    OutOfBounds
        Without a closed economy there are no banks; or for an assumption unknown or out of its bounds.
    """
    if economy.closed is None:
        raise OutOfBounds("macro.form", economy.settings.macro.form, 'only a closed economy has banks; give "full"')
    symbols = economy.symbols[economy.closed.firms.size :]
    system = BankSystem.of(economy.ledger, economy.closed.banks, symbols)
    return contagion(system, Stress.of(assumed, at="stress"))


def contagion(system: BankSystem, stress: Stress | None = None) -> Contagion:
    """Return the contagion measures of a system of banks (see `Contagion`).

    Raises
    ------
    OutOfBounds
        When DebtRank does not settle (see `debtrank_2015`).
    """
    given = stress or Stress()
    x, equity, n = system.exposures, system.equity, system.size
    return Contagion(
        system=system,
        stress=given,
        debtrank_2012=np.array([debtrank_2012(x, equity, hit).rank for hit in np.eye(n)]),
        debtrank_2015=np.array([debtrank_2015(x, equity, hit).rank for hit in np.eye(n)]),
        cascades=tuple(furfine(x, equity, bank, given.loss_given_default) for bank in range(n)),
        clearing_losses=np.array([_clearing_loss(system, bank, given.recovered) for bank in range(n)]),
        fire_sales=_fire_sales(system, given),
        forced_sales=_forced_sales(system, given),
        network=_network(system),
    )


def _clearing_loss(system: BankSystem, bank: int, recovered: float) -> float:
    outside, owed = system.external_assets.copy(), system.external_liabilities
    outside[bank] -= min(system.equity[bank] + 1.0, outside[bank])
    cleared = clearing_vector(
        system.exposures.T, outside, owed, seniority="external_senior", alpha=recovered, beta=recovered
    )
    others = np.arange(system.size) != bank
    before = float(system.equity[others].sum())
    return (before - float(cleared.equity[others].sum())) / before if before > 0.0 else 0.0


def _fire_sales(system: BankSystem, stress: Stress) -> Vulnerability:
    total, equity = system.total, system.equity
    if not system.size:
        return Vulnerability(np.zeros(0), np.zeros(len(ASSETS)), np.zeros(len(ASSETS)), np.zeros(0), 0.0)
    impact, shock = np.zeros(len(ASSETS)), np.zeros(len(ASSETS))
    impact[_BONDS] = stress.bond_impact / max(system.bonds_outstanding, 1.0)
    shock[_LOANS] = -stress.loan_loss
    return greenwood_landier_thesmar(total, system.assets / total[:, None], total / equity - 1.0, impact, shock)


def _forced_sales(system: BankSystem, stress: Stress) -> Deleveraging:
    bonds = system.assets[:, [_BONDS]]
    depth = [max(system.bonds_outstanding, 1.0) / stress.bond_impact]
    losses = stress.loan_loss * system.assets[:, _LOANS]
    return deleveraging(
        bonds, system.total - bonds[:, 0], system.equity, losses, depth, most_leverage=stress.most_leverage
    )


def _network(system: BankSystem) -> NetworkMeasures:
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(system.size))
    graph.add_edges_from((int(i), int(j)) for i, j in np.argwhere(system.exposures > 0.0))
    return network_measures(graph)
