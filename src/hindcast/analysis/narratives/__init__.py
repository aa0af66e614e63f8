"""What the probable-cause texts say: words, topics, and a search for accidents like one told of.

A probable cause is a verdict, written after the outcome was known. It is read here to understand
accidents, and is never an input of a model.
"""
