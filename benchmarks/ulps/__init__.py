"""The parts of benchmarks/accuracy.py: points, exact answers, the peers' answers, a meter."""
