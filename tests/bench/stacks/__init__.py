"""What the benchmarks of group `stacks` share: worlds, contestants, the memory of a tree."""
