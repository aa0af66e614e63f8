"""More answers from the same records: severity in four classes, findings, damage, sets of answers.

What serving needs is in `bundle`: `load` a folder, `predict` a frame of features; no scikit-learn.
"""
