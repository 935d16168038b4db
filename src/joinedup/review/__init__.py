"""Which closed cases to look at again: rules, wording, ranking, a stopping rule that is true, and the readers' log.

In: record tables, clusters and groups as Arrow tables; decisions as events. Out: cases with the rules that fired and
the values they fired by, counts of two laws side by side, the next batch with reasons, and at most how many are missed.
Refuses: protected columns, which it never reads; a decision by somebody with a conflict; a statement before a random
sample was drawn. A machine flags here; a person decides.
"""
