"""From a frame of atom counts to the lattice of all declared views, with the latent cells that link them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from privacy.axes import Axis, Codes, Shape, axes_of, below, project
from privacy.hypergraph import Edge, joints
from privacy.lattice import BadTable, BoolArray, IntArray, Key, Lattice

_MOST_JOINT_CELLS = 200_000


@dataclass(frozen=True)
class ViewShape:
    """A table that may be shown: one area level (a column of a hierarchy) x dimensions x, optionally, an outcome."""

    id: str
    area: str | None = None
    dimensions: tuple[str, ...] = ()
    outcome: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the atoms that the view crosses."""
        return (*((self.area,) if self.area else ()), *self.dimensions, *((self.outcome,) if self.outcome else ()))


@dataclass(frozen=True, eq=False)
class Built:
    """A lattice and the way back to its views.

    dims: name of each slot of a key; margins: the code of each slot's margin. own: each contributor's count per cell.
    index: key -> position. views: view id -> positions of its cells, margins included.
    """

    lattice: Lattice
    own: dict[str, IntArray]
    index: dict[Key, int]
    views: dict[str, IntArray]
    dims: tuple[str, ...]
    margins: tuple[str, ...]

    def key(self, **codes: str) -> Key:
        """The canonical key with the given codes (area="town:Millbrook", gender="F"), margins elsewhere."""
        unknown = set(codes) - set(self.dims)
        if unknown:
            raise KeyError(f"no such dimension: {sorted(unknown)}")
        return tuple(codes.get(dim, margin) for dim, margin in zip(self.dims, self.margins, strict=True))


@dataclass(frozen=True, eq=False)
class _Block:
    """The cells of one shape: a code per axis and cell, sorted by `flat`, the cell's number in the full cross."""

    shape: Shape
    codes: Codes
    flat: IntArray
    start: int


def build_lattice(
    atoms: pd.DataFrame,
    hierarchies: Mapping[str, Sequence[str]],
    views: Sequence[ViewShape],
    *,
    count: str = "count",
    structural: pd.DataFrame | None = None,
    memberships: Collection[str] = ("programs",),
    places: Collection[str] | None = None,
) -> Built:
    """Cells, relations and latent atoms of all views as one system; raises BadTable with the column at fault.

    atoms: one row per combination of codes (text, none missing) with its `count`, and `own:<contributor>` columns with
    each contributor's own count. A row with count 0 declares a code, or a pair of places, that can occur.
    hierarchies: slot -> columns from fine to coarse, nested ({"area": ("region", "town", "county"), "district":
    ("district",)}); their codes are prefixed by the column ("town:Millbrook"). Where the coarsest of several columns
    has a single code, that code is the margin ("county:alder"); every other margin is "Total".
    A key has one code per slot: hierarchies in the order given, then all other columns of the views by name.
    Cells: each view's full cross and its margins (any dimension to its margin), zeros included.
    memberships: columns with combinations of codes ("A+B", "" for none); a view shows each code's overlapping sum, and
    the combinations are latent ("only:A+B").
    places: the hierarchies that divide the same ground (default: all of them); which of their codes meet is public.
    structural: rows of columns -> codes (missing = any) whose cells everybody knows to be zero; so is a total of such.
    """
    used = {column for view in views for column in view.columns}
    axes = axes_of(atoms, hierarchies, used, memberships)
    ground = set(hierarchies if places is None else places)
    visible = {view.id: _closure(axes, view) for view in views}
    if len(visible) != len(views) or not views:
        raise BadTable("two views have the same id" if views else "no view is declared")
    shown = {shape for shapes in visible.values() for shape in shapes}
    latent = _latent_shapes(axes, shown, [_full(axes, view.columns) for view in views], ground)
    blocks = _blocks(axes, sorted(shown, key=_order) + sorted(latent - shown, key=_order), ground)
    relations = _relations(axes, blocks)
    values = _sums(axes, blocks, _counts(atoms, count))
    marks = _known_zeros(axes, blocks, relations, structural)
    keys = _keys(axes, blocks)
    hidden = np.concatenate([np.full(block.flat.size, block.shape not in shown) for block in blocks])
    lattice = Lattice.build(keys, values, relations, np.flatnonzero(hidden), np.flatnonzero(marks))
    owners = [str(column) for column in atoms.columns if str(column).startswith("own:")]
    return Built(
        lattice,
        {column.removeprefix("own:"): _sums(axes, blocks, _counts(atoms, column)) for column in sorted(owners)},
        {key: position for position, key in enumerate(lattice.keys)},
        {name: _positions(blocks, shapes) for name, shapes in visible.items()},
        tuple(axis.name for axis in axes),
        tuple(axis.margin for axis in axes),
    )


def _order(shape: Shape) -> tuple[str, ...]:
    return tuple(level or "" for level in shape)


def _counts(atoms: pd.DataFrame, column: str) -> IntArray:
    counts = pd.to_numeric(atoms[column], errors="coerce").to_numpy(dtype=float)
    if not (np.isfinite(counts) & (counts >= 0) & (counts == np.round(counts))).all():
        raise BadTable(f"the column {column} holds something else than whole counts")
    return counts.astype(np.int64)


def _full(axes: Sequence[Axis], columns: Iterable[str]) -> Shape:
    """The shape that crosses the given columns: of two columns of one axis the finer."""
    wanted = set(columns)
    return tuple(next((level for level in axis.levels if level in wanted), None) for axis in axes)


def _closure(axes: Sequence[Axis], view: ViewShape) -> list[Shape]:
    return sorted(product(*({level, None} for level in _full(axes, view.columns))), key=_order)


def _edge(axes: Sequence[Axis], shape: Shape) -> Edge:
    """A shape as variables: each level brings the coarser levels that it determines."""
    variables: set[str] = set()
    for axis, level in zip(axes, shape, strict=True):
        if level is not None:
            variables |= {axis.finest} if axis.member else set(axis.levels[axis.levels.index(level) :])
    return frozenset(variables)


def _latent_shapes(axes: Sequence[Axis], shown: set[Shape], views: Sequence[Shape], ground: set[str]) -> set[Shape]:
    """Joints of cyclic shapes, of places that overlap, of memberships, and the margins through which they agree."""
    edges = [_edge(axes, shape) for shape in views]
    used = set().union(*edges)
    area = [_full(axes, [level for level in axis.levels if level in used][:1]) for axis in axes if axis.name in ground]
    meeting = frozenset().union(*(_edge(axes, shape) for shape in area)) if sum(any(s) for s in area) > 1 else None
    given = [*edges, *([meeting] if meeting else [])]
    added, separators = joints(given, lambda edge: _size(axes, _full(axes, edge)))
    crossed = [edge for edge in edges if any(axis.member and axis.finest in edge for axis in axes)]
    wanted = {_full(axes, edge) for edge in (*added, *separators, *crossed, *([meeting] if meeting else []))}
    return wanted - shown


def _size(axes: Sequence[Axis], shape: Shape) -> int:
    sizes = [len(axis.labels[level]) for axis, level in zip(axes, shape, strict=True) if level is not None]
    return int(np.prod(sizes, dtype=object)) if sizes else 1


def _blocks(axes: Sequence[Axis], shapes: Sequence[Shape], ground: set[str]) -> list[_Block]:
    blocks, start = [], 0
    for shape in shapes:
        if _size(axes, shape) > _MOST_JOINT_CELLS:
            joint = " x ".join(level for level in shape if level)
            raise BadTable(f"the joint table {joint} is too large; declare fewer or coarser views")
        flat = np.flatnonzero(_possible(axes, shape, ground))
        codes = [np.asarray(code) for code in np.unravel_index(flat, _sizes(axes, shape))]
        blocks.append(_Block(shape, codes, flat, start))
        start += flat.size
    return blocks


def _sizes(axes: Sequence[Axis], shape: Shape) -> tuple[int, ...]:
    return tuple(1 if level is None else len(axis.labels[level]) for axis, level in zip(axes, shape, strict=True))


def _possible(axes: Sequence[Axis], shape: Shape, ground: set[str]) -> BoolArray:
    """Which cells of the full cross can occur: places meet only where some atom lies in both."""
    sizes = _sizes(axes, shape)
    lying = [i for i, (axis, level) in enumerate(zip(axes, shape, strict=True)) if level and axis.name in ground]
    met = np.ones(sizes, dtype=bool)
    if len(lying) < 2:
        return met.ravel()
    here = tuple(axes[i].codes_at(str(shape[i])) for i in lying)
    grid = np.zeros(tuple(sizes[i] for i in lying), dtype=bool)
    grid[here] = True
    shaped = grid.reshape([size if i in lying else 1 for i, size in enumerate(sizes)])
    return (met & shaped).ravel()


def _sums(axes: Sequence[Axis], blocks: Sequence[_Block], counts: IntArray) -> IntArray:
    """Count of every cell; whole numbers below 2^53, so that the float sums are exact."""
    finest: Shape = tuple(axis.finest for axis in axes)
    found = []
    for block in blocks:
        rows, codes = project(axes, finest, [axis.atoms for axis in axes], block.shape)
        flat = np.ravel_multi_index(codes, _sizes(axes, block.shape))
        total = np.bincount(flat, weights=counts[rows], minlength=_size(axes, block.shape))
        found.append(total[block.flat])
    return np.round(np.concatenate(found)).astype(np.int64)


def _relations(axes: Sequence[Axis], blocks: Sequence[_Block]) -> list[tuple[int, list[int]]]:
    """Each cell as the sum of the cells of every next finer shape in the lattice."""
    finer = {b.shape: {a.shape for a in blocks if a.shape != b.shape and below(axes, a.shape, b.shape)} for b in blocks}
    found: list[tuple[int, list[int]]] = []
    for fine, coarse in product(blocks, blocks):
        under = finer[fine.shape]
        if coarse.shape in under and not any(coarse.shape in finer[between] for between in under):
            found += _sums_of(axes, coarse, fine)
    return found


def _sums_of(axes: Sequence[Axis], coarse: _Block, fine: _Block) -> list[tuple[int, list[int]]]:
    rows, codes = project(axes, fine.shape, fine.codes, coarse.shape)
    flat = np.ravel_multi_index(codes, _sizes(axes, coarse.shape))
    order = np.argsort(flat, kind="stable")
    totals, starts = np.unique(flat[order], return_index=True)
    parts = np.split(rows[order] + fine.start, starts[1:])[: totals.size]
    where = np.searchsorted(coarse.flat, totals) + coarse.start
    return [(int(total), part.tolist()) for total, part in zip(where, parts, strict=True)]


def _known_zeros(
    axes: Sequence[Axis],
    blocks: Sequence[_Block],
    relations: Sequence[tuple[int, list[int]]],
    structural: pd.DataFrame | None,
) -> BoolArray:
    marks = np.zeros(blocks[-1].start + blocks[-1].flat.size, dtype=bool)
    for row in [] if structural is None else structural.to_dict("records"):
        wanted = {str(column): str(code) for column, code in row.items() if not pd.isna(code) and code != ""}
        for block in blocks:
            marks[block.start : block.start + block.flat.size] |= _matches(axes, block, wanted)
    changed = bool(marks.any())
    while changed:
        risen = [total for total, parts in relations if not marks[total] and marks[parts].all()]
        marks[risen] = True
        changed = bool(risen)
    return marks


def _matches(axes: Sequence[Axis], block: _Block, wanted: Mapping[str, str]) -> Any:
    known = {column for axis in axes for column in axis.levels}
    if not wanted or set(wanted) - known:
        return False
    target = _full(axes, wanted)
    if len(wanted) != sum(level is not None for level in target) or not below(axes, target, block.shape):
        return False
    rows, codes = project(axes, block.shape, block.codes, target)
    match = np.ones(rows.size, dtype=bool)
    for axis, level, code in zip(axes, target, codes, strict=True):
        if level is not None:
            match &= np.array(axis.labels[level], dtype=object)[code] == axis.label(level, wanted[level])
    return np.bincount(rows[match], minlength=block.flat.size) > 0


def _keys(axes: Sequence[Axis], blocks: Sequence[_Block]) -> list[Key]:
    keys: list[Key] = []
    for block in blocks:
        columns = [
            [axis.margin] * block.flat.size if level is None else [axis.labels[level][c] for c in code.tolist()]
            for axis, level, code in zip(axes, block.shape, block.codes, strict=True)
        ]
        keys += list(zip(*columns, strict=True))
    return keys


def _positions(blocks: Sequence[_Block], shapes: Collection[Shape]) -> IntArray:
    chosen = [block.start + np.arange(block.flat.size) for block in blocks if block.shape in set(shapes)]
    return np.concatenate(chosen).astype(np.int64)
