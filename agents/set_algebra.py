"""Set algebra of lazy agent sets, on arrays of codes: ``| & - ^``, comparison, and the in-place forms.

Orders are those of ``collections.abc.Set``, which Mesa's sets inherit: a union keeps the left side's
order, an intersection the right side's.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Set
from typing import TYPE_CHECKING, Any, Self

from ..core.mesa_adaptor import AgentSet
from .members import Members

if TYPE_CHECKING:
    from .populated_model import PopulatedModel


class SetAlgebra(AgentSet):  # type: ignore[misc] # Mesa ships no types
    """What two sets of agents can do with each other; the other side may be any iterable of agents."""

    model: PopulatedModel

    @abstractmethod
    def members(self) -> Members:
        """Return who is in the set now."""

    @abstractmethod
    def _made(self, members: Members) -> SetAlgebra:
        """Return a set of ``members``."""

    @abstractmethod
    def _become(self, members: Members) -> Self:
        """Hold ``members`` from now on."""

    def _joined(self, other: Iterable[Any]) -> tuple[Members, Members]:
        if isinstance(other, SetAlgebra) and other.model is self.model:
            return self.members().joined(other.members())
        return self.members().joined(Members.of(self.model, other))

    def _without(self, other: Iterable[Any]) -> Members:
        mine, theirs = self._joined(other)
        return mine.take(~mine.among(theirs))

    def _shared(self, other: Iterable[Any]) -> Members:
        mine, theirs = self._joined(other)
        return theirs.take(theirs.among(mine))

    def _either(self, other: Iterable[Any]) -> Members:
        mine, theirs = self._joined(other)
        return mine.take(~mine.among(theirs)).then(theirs.take(~theirs.among(mine)))

    def __and__(self, other: Any) -> Any:
        return self._made(self._shared(other)) if isinstance(other, Iterable) else NotImplemented

    def __or__(self, other: Any) -> Any:
        if not isinstance(other, Iterable):
            return NotImplemented
        mine, theirs = self._joined(other)
        return self._made(mine.then(theirs))

    def __ror__(self, other: Any) -> Any:
        if not isinstance(other, Iterable):
            return NotImplemented
        mine, theirs = self._joined(other)
        return self._made(theirs.then(mine))

    def __sub__(self, other: Any) -> Any:
        return self._made(self._without(other)) if isinstance(other, Iterable) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        if not isinstance(other, Iterable):
            return NotImplemented
        mine, theirs = self._joined(other)
        return self._made(theirs.take(~theirs.among(mine)))

    def __xor__(self, other: Any) -> Any:
        return self._made(self._either(other)) if isinstance(other, Iterable) else NotImplemented

    __rand__ = __and__
    __rxor__ = __xor__

    def __ior__(self, other: Any) -> Self:
        mine, theirs = self._joined(other)
        return self._become(mine.then(theirs))

    def __iand__(self, other: Any) -> Self:
        mine, theirs = self._joined(other)
        return self._become(mine.take(mine.among(theirs)))

    def __isub__(self, other: Any) -> Self:
        return self._become(self._without(other))

    def __ixor__(self, other: Any) -> Self:
        return self._become(self._either(other))

    def __le__(self, other: Any) -> Any:
        if not isinstance(other, Set):
            return NotImplemented
        mine, theirs = self._joined(other)
        return bool(mine.among(theirs).all())

    def __ge__(self, other: Any) -> Any:
        if not isinstance(other, Set):
            return NotImplemented
        mine, theirs = self._joined(other)
        return bool(theirs.among(mine).all())

    def __eq__(self, other: object) -> Any:
        return NotImplemented if not isinstance(other, Set) else len(self) == len(other) and self <= other

    def __lt__(self, other: Any) -> Any:
        return NotImplemented if not isinstance(other, Set) else len(self) < len(other) and self <= other

    def __gt__(self, other: Any) -> Any:
        return NotImplemented if not isinstance(other, Set) else len(self) > len(other) and self >= other

    __hash__ = None  # type: ignore[assignment] # a set that changes has no hash, as in Mesa

    def isdisjoint(self, other: Iterable[Any]) -> bool:
        """Return whether nobody is in both."""
        return not len(self._shared(other))
