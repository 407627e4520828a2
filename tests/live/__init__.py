"""Tests of the live-figure engine; synthetic.py makes the figures they look at."""
