"""Where accidents happen and where they are fatal: states, hexagons, clusters, distance to a field.

All shares are of accidents: without flight hours a place that has many is a place where much is
flown, and one with a high share is a place where accidents are severe, not one where flying is.
"""
