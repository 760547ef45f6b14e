"""The free blocks of one parent: a buddy system on plain integers, O(bits) per step, the same for any order of steps.

A block is a depth (bits below the parent) and an index. The free ones are always the largest aligned blocks that hold
nothing, so what is free, and which block comes next, depends only on what is taken, never on the order of taking.
"""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush


class FreeBlocks:
    """Free blocks per depth; the lowest address first."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.free = 1 << bits
        """Free addresses."""
        self._keys: dict[int, set[int]] = defaultdict(set)
        self._heaps: dict[int, list[int]] = defaultdict(list)
        self._depths = 0
        """Bit d is set when a block of depth d is free."""
        self._put(0, 0)

    def take(self, depth: int) -> int | None:
        """The index of a block of that depth, now taken; None when there is none."""
        at = self._best(depth)
        if at < 0:
            return None
        key = self._heaps[at][0]
        self._drop(at, key)
        for below in range(at + 1, depth + 1):
            self._put(below, self._buddy(key, at, below))
        self.free -= 1 << (self.bits - depth)
        return self._index(self._first(key, at, depth), depth)

    def occupy(self, depth: int, index: int) -> bool:
        """Take that very block; False when a part of it is taken already."""
        keys = self._keys
        for at in range(depth, -1, -1):
            if not self._depths >> at & 1:
                continue
            block = index >> (depth - at)
            key = self._index(block, at)
            if key in keys[at]:
                self._drop(at, key)
                for below in range(at + 1, depth + 1):
                    self._put(below, self._index((index >> (depth - below)) ^ 1, below))
                self.free -= 1 << (self.bits - depth)
                return True
        return False

    def give_back(self, depth: int, index: int) -> None:
        """Make a taken block free again and join it with its free neighbours; the caller knows that it was taken."""
        self.free += 1 << (self.bits - depth)
        while depth:
            buddy = self._index(index ^ 1, depth)
            if buddy not in self._keys[depth]:
                break
            self._drop(depth, buddy)
            depth, index = depth - 1, index >> 1
        self._put(depth, self._index(index, depth))

    def shortest(self) -> int | None:
        """The depth of the largest free block; None when nothing is free."""
        return (self._depths & -self._depths).bit_length() - 1 if self._depths else None

    def count(self, depth: int) -> int:
        """How many blocks of that depth could still be taken."""
        return sum(len(keys) << (depth - at) for at, keys in self._keys.items() if at <= depth)

    def _best(self, depth: int) -> int:
        """The depth whose first block lies lowest; -1 when no block is large enough."""
        best, lowest = -1, 1 << self.bits
        left = self._depths & ((2 << depth) - 1)
        while left:
            at = left.bit_length() - 1
            left ^= 1 << at
            start = self._heaps[at][0] << (self.bits - at)
            if start < lowest:
                best, lowest = at, start
        return best

    def _index(self, key: int, depth: int) -> int:
        """From key to index and back: here they are the same."""
        return key

    def _first(self, key: int, at: int, depth: int) -> int:
        """The key of the first block of `depth` inside block `key` of depth `at`."""
        return key << (depth - at)

    def _buddy(self, key: int, at: int, depth: int) -> int:
        """The key of the block right after the first one."""
        return key << (depth - at) | 1

    def _put(self, depth: int, key: int) -> None:
        self._keys[depth].add(key)
        heappush(self._heaps[depth], key)
        self._depths |= 1 << depth

    def _drop(self, depth: int, key: int) -> None:
        """Take a key out; the heap's top is kept true, what else it holds too much is met later."""
        keys, heap = self._keys[depth], self._heaps[depth]
        keys.remove(key)
        if not keys:
            heap.clear()
            self._depths ^= 1 << depth
            return
        while heap[0] not in keys:
            heappop(heap)


class SparseBlocks(FreeBlocks):
    """The largest gap first, halved: for blocks of one size the order of RFC 3531, section 3 ("leftmost").

    Keys are indices with their bits reversed, so the smallest key is the next of the RFC's order.
    """

    def _best(self, depth: int) -> int:
        shortest = self.shortest()
        return -1 if shortest is None or shortest > depth else shortest

    def _index(self, key: int, depth: int) -> int:
        return int(f"{key:0{depth}b}"[::-1], 2) if depth else 0

    def _first(self, key: int, at: int, depth: int) -> int:
        return key  # zeros on the right of an index are zeros on the left of its key

    def _buddy(self, key: int, at: int, depth: int) -> int:
        return key | 1 << (depth - 1)
