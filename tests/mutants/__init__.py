"""Mutants of the rule engine: each breaks one rule on purpose, and the tests must notice."""
