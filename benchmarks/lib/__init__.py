"""What several benchmarks share: runs in pairs, synthetic text, brute force, memory, plots."""
