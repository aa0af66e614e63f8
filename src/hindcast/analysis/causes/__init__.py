"""What investigations found: the tree of findings, defining events, networks, shifts and rules.

A finding is what an investigation wrote down after the outcome was known. Nothing here tells what
made an accident happen or fatal; everything tells which findings stand in the reports of which
accidents.
"""
