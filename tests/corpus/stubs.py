"""Fabricated modules, so that migrations load where the project that they belong to is not installed.

Revisions, parents and labels are plain constants nearly everywhere; what migrations import (models, helpers, column
types of the project) only matters when they run. Whatever Alembic and Python do not bring is therefore fabricated, also
where it happens to be installed or lies next to the migrations: what the oracle says must not depend on that.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

# Real inside migrations; SQLAlchemy is not: code that runs at import is written against many versions of it.
REAL = {"alembic", "typing_extensions"}
HIDDEN = {"sqlalchemy"}


class Anything(type):
    """The class of stand-ins: everything can be read from them, called, subclassed, indexed, iterated."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name not in ("__table__", "__tablename__"):
            raise AttributeError(name)
        return stand_in(f"{cls.__name__}.{name}")

    def __call__(cls, *_: Any, **__: Any) -> Any:
        return stand_in(f"{cls.__name__}()")

    def __getitem__(cls, _: Any) -> Any:
        return stand_in(f"{cls.__name__}[]")

    def __iter__(cls) -> Any:
        return iter(())

    def __len__(cls) -> int:
        return 0

    def __bool__(cls) -> bool:
        return True

    def __enter__(cls) -> Any:
        return cls

    def __exit__(cls, *_: Any) -> None:
        return None

    def __repr__(cls) -> str:
        return f"<stand-in {cls.__name__}>"


def _operate(cls: type, *_: Any) -> Any:
    return stand_in(cls.__name__)


OPERATORS = "add radd sub rsub mul rmul truediv floordiv mod rmod or ror and rand xor lshift rshift neg invert"
for _name in OPERATORS.split():
    setattr(Anything, f"__{_name}__", _operate)
for _name in ["lt", "le", "gt", "ge"]:
    setattr(Anything, f"__{_name}__", lambda cls, _: False)


def stand_in(name: str) -> Any:
    """Returns a new stand-in."""
    return Anything(name, (), {})


class FabricatedModule(types.ModuleType):
    """A module that has every attribute."""

    __path__: Sequence[str] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        value = stand_in(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class Fabricator(MetaPathFinder, Loader):
    """Finds every module that is neither Python's own nor one of `REAL`, and fabricates it."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top in REAL or top in sys.stdlib_module_names:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return FabricatedModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        return None


@contextmanager
def fabricated() -> Iterator[None]:
    """Fabricates what is imported meanwhile; Alembic, imported before, keeps what it has."""
    hidden = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in HIDDEN}
    fabricator = Fabricator()
    sys.meta_path.insert(0, fabricator)
    for name in hidden:
        del sys.modules[name]
    try:
        yield
    finally:
        sys.meta_path.remove(fabricator)
        for name in [name for name, module in sys.modules.items() if isinstance(module, FabricatedModule)]:
            del sys.modules[name]
        sys.modules.update(hidden)
