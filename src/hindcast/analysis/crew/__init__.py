"""Hours, recency, age, medical and certificate of the pilot, and what is missing of them.

The pilot of an accident is the pilot of its primary aircraft (the lowest ``Aircraft_Key``):
category PLT first, then the lowest ``crew_no``.
"""
