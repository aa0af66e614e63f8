"""What the records say: the statistics behind the analysis notebooks, one package a notebook.

Every share is a share of accidents: without flight hours nothing here is the risk of having one.
"""
